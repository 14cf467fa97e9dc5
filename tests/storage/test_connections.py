"""Who met, who knows whom, and who is never to be introduced: of one programme, and without a direction."""

from datetime import timedelta

import pytest

from storage import connections, introductions, never_match
from storage.connections import Connection, How
from storage.db import Database
from storage.introductions import Together
from storage.models import Introduced, Member, Programme, Round
from tests.storage import rows
from tests.storage.rows import NOW

LATER = NOW + timedelta(days=14)


@pytest.fixture
async def people(database: Database) -> tuple[Programme, list[str], list[Member]]:
    """Three in a programme, in the order of their ids."""
    async with database.transaction() as db:
        home = await rows.programme(db)
        three = sorted([await rows.member(db, home, user) for user in ("a", "b", "c")], key=lambda one: one.id)
    return home, [one.id for one in three], three


async def introduce(database: Database, home: Programme, together: list[str], *, met: bool, week: int = 0) -> None:
    async with database.transaction() as db:
        at = NOW + timedelta(weeks=week)
        [made] = await introductions.add(
            db, Round(programme_id=home.id, on=at.date(), made_at=at), [Together(together)], at, at
        )
        if met:
            (await db.session.get_one(Introduced, (made.id, together[0]))).met = introductions.MET


async def test_who_met_is_connected(database: Database, people: tuple[Programme, list[str], list[Member]]) -> None:
    """All of an introduction of which anybody said so, since the first one; an introduction alone connects nobody."""
    home, (one, two, three), _ = people
    await introduce(database, home, [one, two], met=True)
    await introduce(database, home, [two, one], met=True, week=2)
    await introduce(database, home, [one, three], met=False, week=4)
    async with database.transaction() as db:
        assert await connections.of_programme(db, home) == [Connection(one, two, How.MET, NOW)]
    await introduce(database, home, [three, two, one], met=True, week=6)
    async with database.transaction() as db:
        assert len(await connections.of_programme(db, home)) == 3


async def test_who_knows_somebody_is_connected(
    database: Database, people: tuple[Programme, list[str], list[Member]]
) -> None:
    """Said by either, or by both; taken back by whoever said it; and who met as well, met."""
    home, (one, two, _), (first, second, _) = people
    async with database.transaction() as db:
        assert await connections.say_known(db, second, one, LATER)
        assert await connections.say_known(db, second, one, LATER)
        assert await connections.say_known(db, first, two, NOW)
    async with database.transaction() as db:
        assert await connections.of_programme(db, home) == [Connection(one, two, How.KNOWN, NOW)]
        await connections.take_back(db, first, two)
        await connections.take_back(db, first, two)
    async with database.transaction() as db:
        assert await connections.of_programme(db, home) == [Connection(one, two, How.KNOWN, LATER)]
    await introduce(database, home, [one, two], met=True)
    async with database.transaction() as db:
        assert await connections.of_programme(db, home) == [Connection(one, two, How.MET, NOW)]


async def test_never_is_for_both_and_seen_by_one(
    database: Database, people: tuple[Programme, list[str], list[Member]]
) -> None:
    """Planning hears of the pair, and not whose wish it was; only its author reads it, and takes it back."""
    home, (one, two, three), (first, second, _) = people
    async with database.transaction() as db:
        assert await never_match.add(db, second, one, NOW)
        assert await never_match.add(db, second, one, NOW)
        assert await never_match.add(db, first, three, NOW)
    async with database.transaction() as db:
        assert await never_match.of_programme(db, home) == {(one, two), (one, three)}
        assert await never_match.of_member(db, second) == {one}
        assert await never_match.of_member(db, first) == {three}
        await never_match.take_back(db, first, two)
        await never_match.take_back(db, second, one)
    async with database.transaction() as db:
        assert await never_match.of_programme(db, home) == {(one, three)}


async def test_nobody_elsewhere_and_not_oneself(
    database: Database, people: tuple[Programme, list[str], list[Member]]
) -> None:
    """Neither list takes a member of another programme, or the member."""
    _, (one, *_), (first, *_) = people
    async with database.transaction() as db:
        other = await rows.programme(db, "T2")
        eve = await rows.member(db, other, "eve")
        for stranger in (eve.id, one, "nobody"):
            assert not await connections.say_known(db, first, stranger, NOW)
            assert not await never_match.add(db, first, stranger, NOW)
        assert await connections.of_programme(db, other) == []
        assert await never_match.of_programme(db, other) == set()


async def test_never_is_about_people_and_not_places(
    database: Database, people: tuple[Programme, list[str], list[Member]]
) -> None:
    """It holds in another programme that both are in, while its author is in the one where it was said; not in another workspace."""
    _, (one, *_), (first, second, _) = people
    async with database.transaction() as db:
        assert await never_match.add(db, second, one, NOW)
        other, elsewhere = await rows.programme(db, "T1", "C2"), await rows.programme(db, "T2")
        for place in (other, elsewhere):
            ids = [(await rows.member(db, place, member.user)).id for member in (first, second)]
            expected = {(min(ids), max(ids))} if place is other else set()
            assert await never_match.of_programme(db, place) == expected
        (await db.session.get_one(Member, second.id)).left_at = NOW
        assert await never_match.of_programme(db, other) == set()
