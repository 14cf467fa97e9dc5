"""Whose last introduction did not happen: they are offered first."""

from datetime import datetime, timedelta

import pytest

from bot.domain import rhythm
from storage import introductions
from storage.db import Database
from storage.introductions import BOOKED, MET, NOT_THIS_TIME, NOT_YET
from storage.models import Introduced, Introduction, Programme, Round
from tests.storage import rows
from tests.storage.rows import NOW

OVER = NOW + rhythm.NOTHING_CAME_AFTER


@pytest.fixture
async def people(database: Database) -> tuple[Programme, list[str]]:
    async with database.transaction() as db:
        home = await rows.programme(db)
        return home, [(await rows.member(db, home, user)).id for user in ("a", "b", "c")]


async def introduced(
    database: Database, home: Programme, *said: tuple[str, str], at: datetime = NOW, asked: bool = True
) -> str:
    """They were introduced at that time, were asked, and each said that. Gives the id."""
    async with database.transaction() as db:
        made = Round(programme_id=home.id, on=at.date(), made_at=at)
        [row] = await introductions.add(db, made, [introductions.Together([who for who, _ in said])], at, at)
        row.ask_at = None if asked else at
        for who, answer in said:
            (await db.session.get_one(Introduced, (row.id, who))).met = answer
    return row.id


async def not_happened(database: Database, home: Programme, now: datetime = OVER) -> set[str]:
    async with database.transaction() as db:
        return await introductions.not_happened(db, home, now)


async def test_somebody_said_not_this_time(database: Database, people: tuple[Programme, list[str]]) -> None:
    """Then at once, for all of it; but not if another of them says that they met, or have a day."""
    home, (one, two, three) = people
    await introduced(database, home, (one, NOT_THIS_TIME), (two, ""))
    assert await not_happened(database, home, NOW) == {one, two}
    for day, answer in enumerate((MET, BOOKED), 1):
        at = NOW + timedelta(days=day)
        await introduced(database, home, (one, NOT_THIS_TIME), (two, answer), (three, ""), at=at)
        assert await not_happened(database, home, at) == set()


async def test_nobody_said_anything(database: Database, people: tuple[Programme, list[str]]) -> None:
    """A week after the second question would have come, and not a moment before; a yes of either keeps both out."""
    home, (one, two, three) = people
    await introduced(database, home, (one, ""), (two, NOT_YET))
    await introduced(database, home, (three, BOOKED), at=NOW - timedelta(days=1))
    assert await not_happened(database, home, OVER - timedelta(seconds=1)) == set()
    assert await not_happened(database, home) == {one, two}


async def test_not_while_an_answer_is_awaited(database: Database, people: tuple[Programme, list[str]]) -> None:
    """Whoever is to be asked, or has just been asked once more, may still say that they met."""
    home, (one, two, _) = people
    made = await introduced(database, home, (one, NOT_YET), (two, ""), asked=False)
    assert await not_happened(database, home) == set()
    async with database.transaction() as db:
        (await db.session.get_one(Introduction, made)).ask_at = None
        (await db.session.get_one(Introduced, (made, two))).ask_again_at = OVER
    assert await not_happened(database, home) == set()
    async with database.transaction() as db:
        (await db.session.get_one(Introduced, (made, two))).ask_again_at = None
    assert await not_happened(database, home) == {one, two}


async def test_only_the_last_one_counts(database: Database, people: tuple[Programme, list[str]]) -> None:
    """What did not happen before is over once something else came; each by their own last one; of one programme."""
    home, (one, two, three) = people
    await introduced(database, home, (one, NOT_THIS_TIME), (two, ""))
    await introduced(database, home, (two, MET), (three, ""), at=NOW + timedelta(days=14))
    assert await not_happened(database, home) == {one}
    async with database.transaction() as db:
        other = await rows.programme(db, "T2")
    assert await not_happened(database, other) == set()
