"""Bugs that other bots and schedulers had with time, each by its number in the list of safety.md, section 5."""

import asyncio
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.scheduler import Did, run_due
from storage.db import Database
from storage.keys import KeyRing
from tests.conftest import KEYS, World, world_on
from tests.scheduler.planned import does, messages, planned

CHANGES = [
    # Fired twice, in the hour that comes twice.
    ("Europe/London", "6 01:30", "2026-10-18", ["10-25 00:30", "11-01 01:30", "11-08 01:30"]),
    ("Australia/Lord_Howe", "6 01:45", "2026-03-29", ["04-04 14:45", "04-11 15:15", "04-18 15:15"]),
    # Never fired on the day whose hour the clocks skip.
    ("Europe/London", "6 01:30", "2026-03-22", ["03-29 01:30", "04-05 00:30", "04-12 00:30"]),
    ("America/New_York", "6 02:30", "2026-03-01", ["03-08 07:30", "03-15 06:30", "03-22 06:30"]),
    ("Asia/Beirut", "6 00:00", "2026-03-22", ["03-28 22:00", "04-04 21:00", "04-11 21:00"]),
    ("Antarctica/Troll", "6 02:00", "2026-03-22", ["03-29 02:00", "04-05 00:00", "04-12 00:00"]),
    # Left out the midnight after the change, a day later.
    ("US/Pacific", "0 00:00", "2026-03-02", ["03-09 07:00", "03-16 07:00", "03-23 07:00"]),
]


@pytest.mark.thorough
@pytest.mark.parametrize(("zone", "weekly", "joined", "moments"), CHANGES)
async def test_bug_9_doubled_skipped_or_stuck_when_clocks_change(
    sqlite: Database, zone: str, weekly: str, joined: str, moments: list[str]
) -> None:
    """9: a cron trigger fired twice in the hour that came twice, left a day out, or fired no more after the change.

    agronholm/apscheduler 120, 606, 1036. Here: one message for each local date, and it goes on week after week.
    """
    weekday, hour = weekly.split()
    world = await ben_alone(sqlite, joined, weekday=weekday, hour=hour, timezone=zone)
    nears = [utc(f"2026-{moment}") for moment in moments]
    while world.clock.now < nears[-1] + timedelta(hours=4):
        await does(world, world.clock.now)
        near = any(abs(world.clock.now - moment) < timedelta(hours=3) for moment in nears)
        world.clock.moves_by(minutes=15 if near else 180)
    days = [date.fromisoformat(joined) + timedelta(weeks=week) for week in (1, 2, 3)]
    assert await planned(world, "weekly") == [f"{day}" for day in days]
    assert [f"{row.created_at:%m-%d %H:%M}" for row in await messages(world, "weekly")] == moments


SLEEPS = [
    (timedelta(seconds=1), ["2026-11-26"]),
    (timedelta(hours=8), ["2026-11-26"]),
    (timedelta(hours=24), ["2026-11-26"]),
    (timedelta(hours=24, seconds=1), ["2026-11-26 ×"]),
    (timedelta(hours=72), ["2026-11-26 ×"]),
]


@pytest.mark.parametrize(("sleep", "dates"), SLEEPS)
async def test_bug_10_dropped_without_a_word_after_sleep(sqlite: Database, sleep: timedelta, dates: list[str]) -> None:
    """10: what fell due while the machine slept was dropped, by default after one second, and nothing said so.

    agronholm/apscheduler 292, rfsbraz/deleterr 292. Here: one catch-up within the window; beyond it a row says why.
    """
    world = await ben_alone(sqlite, "2026-11-20")
    asleep = datetime(2026, 11, 26, 15, 59, 59, tzinfo=UTC)
    await does(world, asleep)
    awake = asleep + timedelta(seconds=1) + sleep
    assert len(await does(world, awake)) == 1
    assert await does(world, awake) == []
    assert await planned(world, "weekly") == dates
    await does(world, "2026-12-03 16:00")
    assert await planned(world, "weekly") == [*dates, "2026-12-03"]


async def test_bug_10_after_three_days_nobody_is_flooded(world: World) -> None:
    """10, the other way round: everything at once after a long sleep. At most one of a kind for each, and none is lost.

    Commitments come back all the same, for they were asked for; the after-session message and the round are too late.
    """
    for what in ("ring the nurse tomorrow", "ask the caretaker on Wednesday", "write to the school on Thursday"):
        await world.ben.types(f"/commit {what}")
    world.clock.moves_to("2026-11-24 08:59")
    await does(world, world.clock.now + timedelta(hours=72))
    assert await planned(world, "play-back") == ["2026-11-24", "2026-11-25", "2026-11-26"]
    assert await planned(world, "weekly", world.ben) == ["2026-11-26"]
    assert await messages(world, "after-session") == []
    assert await world.count("outbox") == 1 + 3 + 2  # the welcome; Ben's three; a weekly message for him and for Cleo


async def test_bug_11_each_worker_runs_the_job(database: Database) -> None:
    """11: with four web workers each job ran four times, and every mail came four times.

    agronholm/apscheduler 160, ascoderu/lokole 1. Here: four processes at the same moment, each thing is done once.
    """
    world = world_on(database)
    await world.imports()
    await world.joins(world.ana, world.ben, world.cleo)
    await world.ben.types("/commit ring the school nurse tomorrow")
    several = [database, *(Database(database.url, KeyRing(KEYS)) for _ in range(3))]
    did: Counter[tuple[str, Did]] = Counter()
    for moment in ("2026-11-24 09:00", "2026-11-26 15:00", "2026-11-26 16:00", "2026-12-07 09:30", "2026-12-08 09:30"):
        world.clock.moves_to(moment)
        for _ in range(2):
            for done in await asyncio.gather(*(run_due(one, world.clock()) for one in several)):
                did.update((moment, one) for one in done)
    for one in several[1:]:
        await one.close()
    assert set(did.values()) == {1}
    assert Counter(one.job for _, one in did) == {
        "commitments": 1,
        "sessions": 1,
        "weekly": 3 + 3,
        "warnings": 1,
        "rounds": 1,
    }
    assert await world.count("seenprompt") == 3
    assert await world.count("round") == 1


async def ben_alone(database: Database, day: str, **answers: str) -> World:
    """Ben has joined so long before that day that his first message is due after it."""
    world = world_on(database)
    world.clock.moves_to(f"{day} 12:00")
    await world.imports()
    await world.joins(world.ben, **answers)
    return world


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
