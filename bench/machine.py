"""Play programs on both databases and let the process end anywhere: `PYTHONPATH=. python bench/machine.py`.

A program is a list of what people do and what time does, over the real handlers, jobs and courier; the process ends at
statements, COMMITs, awaits and calls of the platform. Afterwards one story is ended at every tenth of its points, one by one; --story 1
takes all of them.

Ends with 1 when a promise is broken, and prints the story and the shortest program that was found for it. --seed plays
the same programs again, --program the one in a file. --control is for a Balcony that is wrong on purpose: it ends with 0
if every one of them is found.
"""

import argparse
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

from hypothesis import strategies as st

from bot import handlers
from bot.scheduler import JOBS
from tests.conftest import IN_MEMORY, a_postgres_server
from tests.machine import crash, program, wrong
from tests.machine.arena import Arena, arena, on_both
from tests.machine.checks import Broken
from tests.machine.ground import postgres_ground, sqlite_ground
from tests.machine.machine import Makes
from tests.machine.program import Program, programs
from tests.machine.scene import Played
from tests.machine.search import search
from tests.machine.story import ended_at_awaits, ended_everywhere

_SAID_EVERY = 100  # programs
_ENOUGH = 3000  # programs, in which whatever is wrong is found

Arenas = tuple[Arena, Arena]
Part = Callable[["Report", Arenas], None]


@dataclass
class Report:
    """What was played, on each of the databases."""

    programs: int = 0
    steps: int = 0
    crashes: Counter[str] = field(default_factory=Counter)
    passed: Counter[str] = field(default_factory=Counter)  # crash points, by database and name
    hit: Counter[str] = field(default_factory=Counter)
    did: Counter[str] = field(default_factory=Counter)
    cpu: float = 0
    broken: str = ""

    def played(self, one: Program, arenas: Arenas) -> None:
        """Raises Broken."""
        for where, came_to in zip(arenas, on_both(one, *arenas), strict=True):
            self._came_to(where, came_to)
        self._counts(one)

    def played_on(self, where: Arena, one: Program) -> None:
        """On one of them alone. Raises Broken."""
        self._came_to(where, where.play(one))
        self._counts(one)

    def _came_to(self, where: Arena, came_to: Played) -> None:
        self.crashes[where.ground.name] += came_to.crashes
        self.did.update(came_to.did)

    def _counts(self, one: Program) -> None:
        self.programs += 1
        self.steps += len(one.steps)
        if self.programs % _SAID_EVERY == 0:
            print(f"  {os.getpid()}: {self.programs} programs", flush=True)

    def __add__(self, other: "Report") -> "Report":
        return Report(
            self.programs + other.programs, self.steps + other.steps, self.crashes + other.crashes,
            self.passed + other.passed, self.hit + other.hit, self.did + other.did, self.cpu + other.cpu,
            self.broken or other.broken,
        )  # fmt: skip


def main() -> int:
    options = read_options()
    chosen = random.randrange(10**9) if options.seed is None else options.seed
    with a_postgres_server() as server:
        if options.control:
            return controlled(server, chosen)
        if options.program:
            return finish(played(server, [partial(one_program, options.program.read_text())]), "one program")
        workers = range(options.workers)
        each = -(-options.programs // options.workers)
        print(f"seed {chosen}, {options.workers} workers", flush=True)
        among = f"{each * options.workers} programs of up to {options.steps} steps"
        searches = [partial(some_programs, each, options.steps, chosen * 100 + number) for number in workers]
        wrong_ones = finish(played(server, searches), among)
        if options.story:
            ends = [partial(the_story, options.story, options.workers, number) for number in workers]
            wrong_ones += finish(
                played(server, ends), f"the story, ended at every {options.story}. of its crash points"
            )
        return min(1, wrong_ones)


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", type=int, default=3000, help="3000")
    parser.add_argument("--steps", type=int, default=50, help="of a program, at most, and half of it at least (50)")
    parser.add_argument(
        "--story", type=int, default=10, help="end it at every so many of its crash points; 0 is not at all (10)"
    )
    parser.add_argument("--seed", type=int, help="play the same programs again")
    parser.add_argument("--program", type=Path, help="play the program that is written in this file")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--control", action="store_true", help="find what is wrong on purpose")
    return parser.parse_args()


# --- what is played ------------------------------------------------------------------------------


def some_programs(number: int, steps: int, chosen: int, report: Report, arenas: Arenas) -> None:
    least = max(1, steps // 2)
    among = st.one_of(programs(steps, least=least), programs(steps, least=least, anywhere=True))
    search(among, number, chosen, lambda one: report.played(one, arenas))


def the_story(every: int, workers: int, worker: int, report: Report, arenas: Arenas) -> None:
    for one in islice(ended_everywhere(arenas[0], every), worker, None, workers):
        report.played(one, arenas)
    for where in arenas:
        for one in islice(ended_at_awaits(where, every), worker, None, workers):
            report.played_on(where, one)


def one_program(text: str, report: Report, arenas: Arenas) -> None:
    """As the bench wrote it down."""
    report.played(eval(text, vars(program) | vars(crash)), arenas)


def controlled(server: str, chosen: int) -> int:
    """Whether the same search finds every Balcony that is wrong. Gives 1 if one is not found."""
    with both(server) as (on_sqlite, _):
        found = [_finds(name, makes, on_sqlite, chosen) for name, makes in wrong.WRONG.items()]
    return 0 if all(found) else 1


def _finds(name: str, makes: Makes, where: Arena, chosen: int) -> bool:
    tried = Counter[str]()

    def plays(one: Program) -> None:
        tried["programs"] += 1
        where.play(one, makes)

    try:
        search(programs(12, anywhere=True), _ENOUGH, chosen, plays)
    except Broken as broken:
        print(f"{name}: found, with {tried['programs']} programs: {str(broken).partition('WRONG ')[2]}", flush=True)
        return True
    print(f"{name}: NOT FOUND in {tried['programs']} programs", flush=True)
    return False


# --- where, and by whom --------------------------------------------------------------------------


def played(server: str, parts: Sequence[Part]) -> Report:
    """Each part in a process of its own, with databases of its own."""
    with ProcessPoolExecutor(len(parts), mp_context=get_context("spawn")) as pool:
        return sum(pool.map(_one_part, [server] * len(parts), parts), Report())


def _one_part(server: str, part: Part) -> Report:
    report, began = Report(), time.process_time()
    with both(server) as arenas:
        try:
            part(report, arenas)
        except Broken as broken:
            report.broken = "\n".join([str(broken), *getattr(broken, "__notes__", [])])
        for where in arenas:
            for counted, points in ((report.passed, where.points.passed), (report.hit, where.points.hit)):
                counted.update({f"{where.ground.name} {name}": times for name, times in points.items()})
    report.cpu = time.process_time() - began
    return report


@contextmanager
def both(server: str) -> Iterator[Arenas]:
    """A SQLite file, in memory where there is a place for it, and a database on the server."""
    with ExitStack() as stack:
        place = IN_MEMORY if IN_MEMORY.is_dir() else None
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="balcony-machine-", dir=place)))
        yield stack.enter_context(arena(sqlite_ground(folder))), stack.enter_context(arena(postgres_ground(server)))


def finish(report: Report, what: str) -> int:
    """Say what came of it; 1 if a promise was broken."""
    print(f"{what}: {report.programs} programs, {report.steps} steps, {report.cpu:.0f} s of CPU")
    for name in ("sqlite", "postgres"):
        passed, hit = (sum(one.startswith(name) for one in points) for points in (report.passed, report.hit))
        print(f"  {name}: the process ended {report.crashes[name]} times, at {hit} of {passed} different places")
    reached = {name for name, times in report.did.items() if times}
    for kind, table in handlers.TABLE.items():
        missing = sorted(name for name in table if f"{kind} {name}" not in reached)
        print(
            f"  {kind}: {len(table) - len(missing)} of {len(table)} answered"
            + f", not {', '.join(missing)}" * bool(missing)
        )
    print(f"  jobs: {sum(name.startswith('job ') for name in reached)} of {len(JOBS)} had something to do")
    print(f"{report.broken}\nBROKEN" if report.broken else "  every promise was kept", flush=True)
    return bool(report.broken)


if __name__ == "__main__":
    sys.exit(main())
