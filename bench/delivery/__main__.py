"""Measure delivery: `PYTHONPATH=.:bench python bench/delivery once|pace|drain|revoked`.

Real workers with real Slack clients on a real database, against a Slack that misbehaves, on loopback. Every run prints
its seed. Ends with 1 when a promise was broken or a figure missed its goal; with --control, when the run did not notice
that a guard was taken away.
"""

import argparse
import secrets
import signal
import sys

import drain
import once
import pace
import revoked

RUNS = {"once": once, "pace": pace, "drain": drain, "revoked": revoked}


def main() -> int:
    # A plain kill must run the clean-up too, or processes would stay.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    chosen = _options()
    return 0 if RUNS[chosen.run].run(chosen) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    runs = parser.add_subparsers(dest="run", required=True)
    for name, module in RUNS.items():
        one = runs.add_parser(name, description=module.__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
        one.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000), help="run it again as it was")
        one.add_argument("--quick", action="store_true", help="a minute at most, for CI")
        one.add_argument("--control", action="store_true", help="without its guard; it must be noticed")
        one.add_argument(
            "--profile", action="store_true", help="where the workers' time goes (drain, pace); slows them"
        )
        one.add_argument("--factor", type=float, help="how fast time goes")
        module.options(one)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
