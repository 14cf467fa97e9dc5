"""Deliver everything four times while servers are killed: `PYTHONPATH=.:bench:bench/delivery python bench/inbound`.

Distinct events, each delivered four times by signed requests to real `serve` processes: at once and later, in any order,
by many connections, and again whenever no 200 comes back; one of the processes is killed every two seconds and started
again. On PostgreSQL with four processes, on SQLite with one. A checker that is a program apart counts the effects: one for
each event. With --control the guard is taken away, and it must go red. Every run prints its seed.
"""

import argparse
import asyncio
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import balcony
import uvloop
from crew import Crew
from databases import POSTGRES, SQLITE, Place, database
from deliveries import Log, Post
from events import MEMBERS, all_of
from figures import Goal, heading, percentile, told
from servers import Launch, free_port, running, wait_for_port

HERE = Path(__file__).parent
ACK = 3.0  # seconds; Slack waits no longer


@dataclass(frozen=True)
class Case:
    database: str
    processes: int
    events: int
    guarded: bool = True

    def __str__(self) -> str:
        several = f"{self.processes} processes" if self.processes > 1 else "1 process"
        return f"{self.database} with {several}{'' if self.guarded else ', without the guard'}"


def main() -> int:
    # A plain kill must run the clean-up too, or processes would stay.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    options = _options()
    results = [_one(case, options) for case in _cases(options)]
    return 0 if all(results) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000), help="run it again as it was")
    parser.add_argument("--quick", action="store_true", help="half a minute, for CI")
    parser.add_argument("--control", action="store_true", help="without the guard; it must be noticed")
    parser.add_argument("--only", choices=(POSTGRES, SQLITE), help="one of the two databases")
    parser.add_argument("--events", type=int, help="on PostgreSQL (10000; 500 with --quick), a fifth as many on SQLite")
    parser.add_argument("--seconds", type=float, default=600, help="that a run may take at most (600)")
    return parser.parse_args()


def _cases(options: argparse.Namespace) -> list[Case]:
    events = options.events or (500 if options.quick or options.control else 10_000)
    both = [Case(POSTGRES, 4, events, not options.control), Case(SQLITE, 1, max(events // 5, 10), not options.control)]
    return [case for case in both if options.only in {None, case.database}]


def _one(case: Case, options: argparse.Namespace) -> bool:
    """Whether it was as it should be: without the guard, red."""
    heading("inbound", options.seed, str(case), f"{case.events:,} events, 4 deliveries each, a kill every 2 s")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="balcony-inbound-")))
        place = stack.enter_context(database(case.database, folder))
        environment = _prepared(stack, folder, place)
        crew = stack.enter_context(Crew(case.processes, environment, folder, options.seed, guarded=case.guarded))
        log, began = Log(), time.monotonic()
        done = uvloop.run(_deliver(case, crew, log, options))
        seconds = time.monotonic() - began
        crew.dismiss()
        fine = _tell(log, crew, seconds, done=done)
        log.write(folder / "told.jsonl")
        kept = _check(folder, place)
    if not case.guarded:
        print(f"  {'not noticed' if kept else 'noticed, as it must be'}")
        return not kept
    return kept and fine


def _prepared(stack: ExitStack, folder: Path, place: Place) -> dict[str, str]:
    """A Slack that says yes, a programme, and its members; gives the settings of a server."""
    port = free_port()
    stub = Launch("stub", [sys.executable, str(HERE.parent / "stub.py")], balcony.plain_environment())
    stack.enter_context(running(stub, folder, port))
    wait_for_port(port, 30)
    settings = balcony.balcony_environment(folder, slack_port=port)
    settings |= {"DATABASE_URL": place.url, "BALCONY_KEYS": place.key, "BALCONY_TICK_SECONDS": "5"}
    balcony.import_programme(folder, settings)
    balcony.join_members(settings, MEMBERS)
    return settings


async def _deliver(case: Case, crew: Crew, log: Log, options: argparse.Namespace) -> bool:
    """Everything, four times, with the kills; False if it took too long."""
    await asyncio.to_thread(crew.wait)
    killing = asyncio.create_task(crew.kill_again_and_again())
    post = Post(crew, log, options.seed)
    try:
        async with asyncio.timeout(options.seconds):
            await post.deliver_all(all_of(case.events, options.seed))
    except TimeoutError:
        return False
    finally:
        killing.cancel()
        await asyncio.gather(killing, return_exceptions=True)
    return True


def _tell(log: Log, crew: Crew, seconds: float, *, done: bool) -> bool:
    acks = log.acks
    print(f"  {log.counts['deliveries']:,} deliveries answered and {log.counts['unanswered']:,} not, in {seconds:.0f} s;"
          f" told that it is not kept yet: {log.counts['not yet']:,}; typed again: {log.counts['typed again']:,}")  # fmt: skip
    return told(
        [
            Goal("everything was delivered in time", f"{seconds:.0f} s", done),
            Goal("kill -9", f"{crew.kills}", crew.kills > 0),
            Goal("acks: p50, p99, longest", f"{percentile(acks, 0.5):.0f}, {percentile(acks, 0.99):.0f}, {max(acks, default=0):.0f} ms"),
            Goal(f"no ack within {ACK:.0f} s from a server that lived", f"{log.counts['late']}"),
            Goal("told that something went wrong", f"{log.counts['failed']}", log.counts["failed"] == 0),
        ]
    )  # fmt: skip


def _check(folder: Path, place: Place) -> bool:
    command = [sys.executable, str(HERE / "checker.py"), str(folder / "told.jsonl"), place.url, place.key]
    return subprocess.run(command, check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
