"""Requests on both databases: who may reach them, what is open, and who was asked lately."""

import asyncio
from datetime import timedelta

import pytest

from bot.chat import Event, Kind, Message
from bot.handlers import answer
from bot.platforms.local.render import as_text
from storage import introductions, members, programmes, requests
from storage.db import Database
from storage.models import Member, Programme, Request, RequestKind
from storage.requests import Said, Wish
from tests.storage import rows
from tests.storage.rows import NOW

WISH = Wish(RequestKind.FIND, "falls at home", {"x": 2})


@pytest.fixture
async def people(database: Database) -> list[Member]:
    """Three in a programme."""
    async with database.transaction() as db:
        home = await rows.programme(db)
        return [await rows.member(db, home, user) for user in ("a", "b", "c")]


async def asked(database: Database, asker: Member, *people: Member, wish: Wish = WISH) -> Request:
    async with database.transaction() as db:
        return await requests.add(db, asker, people, wish, NOW)


async def test_words_are_sealed(database: Database, people: list[Member]) -> None:
    """What was asked for comes back as it was, and is not in the table."""
    request = await asked(database, *people[:2])
    assert request.words_sealed is not None
    assert b"falls" not in request.words_sealed
    async with database.transaction() as db:
        assert requests.wish(db, await db.session.get_one(Request, request.id)) == WISH


async def test_only_whom_it_is_of(database: Database, people: list[Member]) -> None:
    """Whoever asked takes it back, whoever is asked answers; nobody else has a place, nor has the same id elsewhere."""
    request = await asked(database, *people[:2])
    async with database.transaction() as db:
        elsewhere = await rows.programme(db, "T2")
        double = await rows.member(db, elsewhere, "b")
        for member, own, place in (
            (people[0], True, False), (people[1], False, True), (people[2], False, False), (double, False, False),
        ):  # fmt: skip
            person = members.person_of(member)
            assert (await requests.of_asker(db, person, request.id) is not None) == own
            assert (await requests.place_of(db, person, request.id) is not None) == place


async def test_what_is_open(database: Database, people: list[Member]) -> None:
    """Until it is two weeks old, was taken back or has led to an introduction; a no changes nothing."""
    one, other, third = people
    request = await asked(database, one, other)
    both = await asked(database, one, other, third, wish=Wish(RequestKind.BRING))
    async with database.transaction() as db:
        (await requests.asked_by(db, request))[0][1].answer = Said.NO
    late = NOW + requests.OPEN_FOR
    async with database.transaction() as db:
        assert [row.id for row in await requests.open_of(db, one, NOW)] == [request.id, both.id]
        assert len(await requests.open_of(db, one, late - timedelta(seconds=1))) == 2
        assert not await requests.open_of(db, one, late)
        assert not await requests.open_of(db, other, NOW)
        assert await requests.asked_lately(db, one, late) == {other.id, third.id}
        assert not await requests.asked_lately(db, one, NOW + requests.NOT_AGAIN_FOR)
    async with database.transaction() as db:
        kept = await db.session.get_one(Request, both.id)
        await requests.introduce(db, kept, [other, third], NOW, NOW)
        for _, place in await requests.asked_by(db, await db.session.get_one(Request, request.id)):
            place.answer = Said.TAKEN_BACK
    async with database.transaction() as db:
        assert not await requests.open_of(db, one, NOW)
        assert await requests.asked_lately(db, one, NOW) == {other.id}
        assert await introductions.hosted(db, await programmes.of_member(db, one)) == {other.id: 1}


async def test_who_waits_for_whom(database: Database, people: list[Member]) -> None:
    """What one asked of the other alone, for themselves; not what brings others together, nor what is old or taken back."""
    one, other, third = people
    await asked(database, one, other, third, wish=Wish(RequestKind.AGAIN))
    await asked(database, one, other, wish=Wish(RequestKind.BRING))
    async with database.transaction() as db:
        assert await requests.waiting_for(db, one, other, NOW) is None
    request = await asked(database, one, other)
    async with database.transaction() as db:
        found = await requests.waiting_for(db, one, other, NOW)
        assert found is not None
        assert found.id == request.id
        assert await requests.waiting_for(db, other, one, NOW) is None
        assert await requests.waiting_for(db, one, other, NOW + requests.OPEN_FOR) is None
        (await requests.asked_by(db, found))[0][1].answer = Said.TAKEN_BACK
    async with database.transaction() as db:
        assert await requests.waiting_for(db, one, other, NOW) is None


async def test_both_say_yes_at_once(database: Database, people: list[Member]) -> None:
    """At the same moment, each also twice: one introduction, and each is told once."""
    one, other, third = people
    async with database.transaction() as db:
        for member in (await db.session.get_one(Member, other.id), await db.session.get_one(Member, third.id)):
            member.wants_found = True
    request = await asked(database, one, other, third, wish=Wish(RequestKind.BRING, "carers"))
    presses = [
        Event(Kind.BUTTON, "asked.yes", members.person_of(member), f"k{number}", "", request.id)
        for number, member in enumerate((other, third, other, third))
    ]
    answers = await asyncio.gather(*(answer(event, database, NOW) for event in presses))
    said = [as_text(shown) for shown in answers if isinstance(shown, Message)]
    assert len(said) == 4
    assert not any("went wrong" in one for one in said)
    assert sum("I am writing to each" in one for one in said) == 1
    async with database.transaction() as db:
        home = await db.session.get_one(Programme, one.programme_id)
        found = await requests.introduction_of(db, await db.session.get_one(Request, request.id))
        assert found is not None
        assert found.programme_id == home.id
        told = (await db.connection.exec_driver_sql("SELECT key FROM outbox WHERE key LIKE 'together:%%'")).all()
    assert len(told) == 3
