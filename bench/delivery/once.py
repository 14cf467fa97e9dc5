"""Kill the workers again and again while Slack misbehaves: nothing may be lost, nothing may come twice.

`python bench/delivery once`. On SQLite with one process and on PostgreSQL with four, with the scopes that a look-up needs
and without. With --control a guard is taken away, and the checker must go red.
"""

import argparse
import time
from dataclasses import dataclass
from random import Random

from databases import POSTGRES, SQLITE
from figures import Goal, heading, told
from orders import LOOKING, SCOPES, Waits
from people import Crowd, of_all_kinds
from stage import Scene, Stage, stage, without_guard

_TAIL = 0.1  # of the kills come when all was tried once, and what is unclear is looked up
_QUICK_WAITS, _QUICK_LATE = Waits(0.6, 2.0, 4.0), (0.7, 1.6)


@dataclass(frozen=True)
class Case:
    database: str
    look: bool
    guard: str = ""

    def __str__(self) -> str:
        taken = f", without its guard: {self.guard}" if self.guard else ""
        return f"{self.database}, {'with' if self.look else 'without'} look-up{taken}"


ALL = [Case(database, look) for look in (True, False) for database in (SQLITE, POSTGRES)]
SOME = [Case(SQLITE, look=True), Case(POSTGRES, look=False)]
CONTROLS = [Case(POSTGRES, look=True, guard="look-up"), Case(SQLITE, look=True, guard="quarantine")]


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--messages", type=int, help="in each run (30000; 2000 with --quick)")
    parser.add_argument("--kills", type=int, help="in each run (100; 10 with --quick)")
    parser.add_argument("--only", type=int, choices=range(4), help="one of the four runs")


def run(options: argparse.Namespace) -> bool:
    messages = options.messages or (2000 if options.quick else 30_000)
    kills = options.kills or (10 if options.quick else 100)
    cases = CONTROLS if options.control else SOME if options.quick else ALL
    if options.only is not None:
        cases = [ALL[options.only]]
    results = [_one(case, messages, kills, options) for case in cases]
    return all(results)


def _one(case: Case, messages: int, kills: int, options: argparse.Namespace) -> bool:
    """Whether it was as it should be: with a guard taken away, red."""
    heading("once", options.seed, str(case), f"{messages:,} messages, {kills} kills")
    with stage(_scene(case, options)) as made:
        sayings = of_all_kinds(made.scene.crowd, messages)
        made.do(lambda database: made.book.say(database, sayings))
        began = time.monotonic()
        made.hire()
        _kill(made, kills, Random(options.seed))
        settled = made.wait_until_settled()
        seconds = time.monotonic() - began
        figures, states = made.slack.figures(), made.states()
        made.crew.dismiss()
        fine = told(
            [
                Goal("kill -9 while work remained", f"{made.crew.kills} of {kills}", made.crew.kills == kills),
                Goal("settled in time", f"{seconds:.0f} s", settled),
                Goal("calls to Slack that should have waited", str(figures["early"])),
            ]
        )
        print(f"  {_in_words(figures['counts'])}\n  in the end: {_in_words(states)}")
        kept = made.check(look=case.look)
        if case.guard:
            print(f"  {'not noticed' if kept else 'noticed, as it must be'}")
        return kept is not bool(case.guard) and (fine or bool(case.guard))


def _scene(case: Case, options: argparse.Namespace) -> Scene:
    waits, late = (_QUICK_WAITS, _QUICK_LATE) if options.quick or case.guard else (Waits(), (1.2, 2.5))
    scopes = SCOPES if case.look else tuple(scope for scope in SCOPES if scope not in LOOKING)
    scene = Scene(
        case.database, Crowd(25, 300), 75 if options.quick else 420, options.seed, factor=options.factor or 60, waits=waits,
        fake={"faults": 1.0, "late": late, "scopes": scopes, "skew": -20.0, "longest": 60.0 if options.quick or case.guard else 3600.0},
    )  # fmt: skip
    return without_guard(scene, case.guard)


def _kill(made: Stage, kills: int, chance: Random) -> None:
    """Most of them when so and so much has arrived, so that they come while work remains however fast it goes."""
    number = len(made.book.keys)
    late = round(kills * _TAIL)
    for moment in sorted(chance.random() for _ in range(kills - late)):
        while made.commits() < moment * 0.9 * number and made.time_is_left():
            time.sleep(0.005)
        time.sleep(chance.uniform(0, 0.02))
        made.crew.kill_one(chance)
    for _ in range(late):
        if made.still_open():
            made.crew.kill_one(chance)
            time.sleep(chance.uniform(0.05, 0.3))


def _in_words(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {number:,}" for name, number in sorted(counts.items()))
