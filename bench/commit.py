"""Measure `/commit` in Balcony beside a bare Bolt app: `python bench/commit.py`.

Ends with 1 when an answer was wrong or something could not be run, and with
--check also when a target was missed or not measured. Loopback only. The database
lies in TMPDIR: let that be a real disk, or saving costs nothing.
"""

import argparse
import json
import signal
import sys
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import balcony
from jobs import GeneratorFailed
from report import document, table, verdict_lines
from rounds import Bench, Figures, Plan
from servers import Launch
from signed import SECRET
from targets import gaps, judge

DEFAULT = "AsyncApp, default"
IMMEDIATE = "AsyncApp, process_before_response"
MEMBERS = [f"U{number:04d}" for number in range(1, 41)]


def main() -> int:
    options = read_options()
    # A plain kill must run the clean-up too, or the servers would stay.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    plan = plan_of(options)
    launches, missing = yardsticks(), ""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="balcony-bench-")))
        try:
            launches.append(stack.enter_context(the_bot(options, folder, plan)))
        except balcony.Unavailable as reason:
            missing = str(reason)
        try:
            servers = Bench(plan, launches, folder).run()
        except GeneratorFailed as reason:
            print(f"The bench broke: {reason}", file=sys.stderr)
            return 1
    return tell(servers, plan, missing, options)


def the_bot(options: argparse.Namespace, folder: Path, plan: Plan) -> AbstractContextManager[Launch]:
    """Balcony, ready to start. Raises Unavailable, on entering too."""
    if options.bare:
        raise balcony.Unavailable("left out with --bare")
    if not balcony.is_here():
        raise balcony.Unavailable("there is no bot/__main__.py")
    return balcony.prepared(folder, plan.members)


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=bounded(5, 600), help="of steady load on Balcony (60)")
    parser.add_argument("--requests", type=bounded(100, 20_000), help="in each round at 32 clients (2000)")
    parser.add_argument("--quick", action="store_true", help="3 rounds of 500 requests, 2 starts, 10 s")
    parser.add_argument("--bare", action="store_true", help="the two yardsticks only")
    parser.add_argument("--check", action="store_true", help="a missed target is a failure")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every figure there")
    return parser.parse_args()


def bounded(least: int, most: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        value = int(text)
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(f"between {least} and {most}")
        return value

    return number


def plan_of(options: argparse.Namespace) -> Plan:
    quick = options.quick
    return Plan(
        rounds=3 if quick else 5,
        starts=2 if quick else 5,
        requests=options.requests or (500 if quick else 2000),
        seconds=options.seconds or (10 if quick else 60),
        members=MEMBERS,
    )


def yardsticks() -> list[Launch]:
    command = [sys.executable, str(Path(__file__).with_name("bare.py"))]
    environment = {**balcony.plain_environment(), "SLACK_SIGNING_SECRET": SECRET}
    return [
        Launch(DEFAULT, command, environment),
        Launch(IMMEDIATE, [*command, "--process-before-response"], environment),
    ]


def tell(servers: list[Figures], plan: Plan, missing: str, options: argparse.Namespace) -> int:
    """Print the table, the targets and the failures; the exit status."""
    by_name = {one.name: one for one in servers}
    ours = by_name.get("balcony")
    verdicts = judge(ours, by_name[DEFAULT])
    gap = gaps(ours, by_name[IMMEDIATE]) if ours else []
    print(table(servers, plan), verdict_lines(verdicts), sep="\n\n")
    if gap:
        print(f"\nGap to {IMMEDIATE}:", *gap, sep="\n  ")
    if missing:
        print(f"\nBalcony was not measured: {missing}")
    for one in servers:
        if one.failed:
            print(f"\n{one.name}: {one.failed} failed.", *one.failures[:10], sep="\n  ")
    if options.json:
        options.json.write_text(json.dumps(document(servers, plan, verdicts, gap, missing), indent=2) + "\n")
    # A bot that is there and cannot be started is an error; one that is left out is not.
    broken = bool(missing) and balcony.is_here() and not options.bare
    wrong = broken or any(one.failed for one in servers)
    missed = any(one.met is not True for one in verdicts)
    return 1 if wrong or (options.check and missed) else 0


if __name__ == "__main__":
    sys.exit(main())
