"""How fast the outbox drains when nothing limits it, and what a message costs.

`python bench/delivery drain`. On SQLite with one process and on PostgreSQL with four; every message is claimed, sent over
HTTP and recorded on its own. Says how long putting ten thousand into the outbox takes, whether the workers' memory stays
as it is, and where the CPU goes; --profile adds what the workers do in it.
"""

import argparse
import time

from databases import POSTGRES, SQLITE
from figures import Goal, costs, heading, profile, told
from orders import Waits
from people import Crowd, of_all_kinds
from stage import Scene, Stage, stage

GOALS = {SQLITE: 800.0, POSTGRES: 2000.0}  # messages a second
PUT = 10_000  # in one transaction
PUT_SECONDS = 1.0
GROWTH = 1.1  # of what is resident, from a quarter of the messages to all of them


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--messages", type=int, help="(20000; 6000 with --quick)")
    parser.add_argument("--database", choices=[SQLITE, POSTGRES], help="only this one")


def run(options: argparse.Namespace) -> bool:
    databases = [options.database] if options.database else [SQLITE, POSTGRES]
    results = [_one(database, options) for database in databases]
    return all(results)


def _one(database: str, options: argparse.Namespace) -> bool:
    number = options.messages or (6000 if options.quick else 20_000)
    scene = Scene(
        database, Crowd(20, 500), 120, options.seed, waits=Waits(10, 60, 120),
        worker={"paced": False, "profile": options.profile},
    )  # fmt: skip
    heading("drain", options.seed, database, f"{scene.workers} workers, {number:,} messages in 20 workspaces")
    with stage(scene) as made:
        put = _put(made, number)
        before, quarter = made.cpu(), 0.0
        made.hire()
        while made.commits() < number and made.time_is_left():
            if not quarter and made.commits() >= number / 4:
                quarter = max(made.crew.resident_mib())
            time.sleep(0.02)
        settled = made.wait_until_settled()
        after, resident = made.cpu(), max(made.crew.resident_mib())
        print(f"  {made.place.version}")
        fine = told([
            *([Goal(f"put {PUT:,} in one transaction", f"{put:.2f} s", put < PUT_SECONDS)] if put else []),
            _rate(made, GOALS[database], judged=settled and not options.quick),
            Goal("memory of the largest worker, at 25 % and at 100 %", f"{quarter:.1f}, {resident:.1f} MiB", resident < quarter * GROWTH),
            *costs(before, after, number),
        ])  # fmt: skip
        made.crew.dismiss()
        if options.profile:
            print(profile(made.folder))
        return made.check(look=True) and fine


def _put(made: Stage, number: int) -> float:
    """Seconds for ten thousand in one transaction; 0 if there are not so many."""
    sayings = of_all_kinds(made.scene.crowd, number)
    first, others = sayings[:PUT], sayings[PUT:]
    seconds = float(made.do(lambda database: made.book.say(database, first)))
    if others:
        made.do(lambda database: made.book.say(database, others))
    return seconds if len(first) == PUT else 0.0


def _rate(made: Stage, goal: float, *, judged: bool) -> Goal:
    """From the first that arrived to the last."""
    times = [float(line.split("\t")[0]) for line in (made.folder / "commits.log").read_text().splitlines()]
    rate = (len(times) - 1) / (times[-1] - times[0]) if len(times) > 1 else 0.0
    return Goal(f"messages a second (goal {goal:,.0f})", f"{rate:,.0f}", rate >= goal if judged else None)
