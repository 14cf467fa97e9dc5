"""What members work on: up to three issues, their ticks, and portraits that never belong to other words."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from storage import issues, own_topics
from storage.db import Database
from storage.issues import Said
from storage.models import Member, Programme
from tests.storage import rows
from tests.storage.rows import NOW

OURS, NEXT = "minilm-1", "minilm-2"


@pytest.fixture
async def people(database: Database) -> tuple[Programme, Member, Member]:
    """Ben and Cleo in one programme; Ben works on two things."""
    async with database.transaction() as db:
        home = await rows.programme(db)
        ben, cleo = await rows.member(db, home, "ben"), await rows.member(db, home, "cleo")
        await issues.write(db, ben, 1, "damp in council flats", NOW)
        await issues.write(db, ben, 3, "memory clinics", NOW)
    return home, ben, cleo


async def painted(database: Database, version: str) -> int:
    """Paint all that this version has not; how many it kept."""
    async with database.transaction() as db:
        return sum(
            [
                await issues.paint(db, one, version, b"\x00\x3c", ["housing"])
                for one in await issues.bare(db, version, 9)
            ]
        )


async def test_up_to_three_in_order(database: Database, people: tuple[Programme, Member, Member]) -> None:
    """Each has its number; empty words take one away, and a fourth is refused."""
    _, ben, cleo = people
    async with database.transaction() as db:
        assert await issues.of_member(db, ben) == [Said(1, "damp in council flats"), Said(3, "memory clinics")]
        assert await issues.of_member(db, cleo) == []
        await issues.write(db, ben, 3, "", NOW)
        await issues.write(db, ben, 2, "", NOW)
        with pytest.raises(ValueError, match="1 to 3"):
            await issues.write(db, ben, 4, "too much", NOW)
    async with database.transaction() as db:
        assert [said.nth for said in await issues.of_member(db, ben)] == [1]


async def test_other_words_have_no_ticks_and_no_portrait(
    database: Database, people: tuple[Programme, Member, Member]
) -> None:
    """The same words again keep both."""
    home, ben, _ = people
    async with database.transaction() as db:
        assert await issues.tick(db, ben, 1, {"housing", "walking"})
        assert not await issues.tick(db, ben, 2, {"housing"})
    assert await painted(database, OURS) == 2
    async with database.transaction() as db:
        await issues.write(db, ben, 1, "damp in council flats", NOW + timedelta(days=1))
    async with database.transaction() as db:
        [first, _] = (await issues.of_programme(db, home, OURS))[ben.id]
        assert (first.ticked, first.mentioned, first.portrait) == (
            frozenset({"housing", "walking"}),
            frozenset({"housing"}),
            b"\x00\x3c",
        )
        await issues.write(db, ben, 1, "night buses", NOW)
    async with database.transaction() as db:
        assert (await issues.of_member(db, ben))[0] == Said(1, "night buses")
        assert [one.nth for one in (await issues.of_programme(db, home, OURS))[ben.id]] == [3]


async def test_another_version_paints_everything_anew(
    database: Database, people: tuple[Programme, Member, Member]
) -> None:
    """Only what one version painted is compared; and what it has painted it does not paint again."""
    home, ben, _ = people
    assert await painted(database, OURS) == 2
    assert await painted(database, OURS) == 0
    assert await painted(database, NEXT) == 2
    async with database.transaction() as db:
        assert await issues.of_programme(db, home, OURS) == {}
        assert set(await issues.of_programme(db, home, NEXT)) == {ben.id}


async def test_only_of_some_members(database: Database, people: tuple[Programme, Member, Member]) -> None:
    """Whoever is not among them is not even read."""
    home, ben, cleo = people
    async with database.transaction() as db:
        await issues.write(db, cleo, 1, "night buses", NOW)
    assert await painted(database, OURS) == 3
    async with database.transaction() as db:
        assert set(await issues.of_programme(db, home, OURS)) == {ben.id, cleo.id}
        assert set(await issues.of_programme(db, home, OURS, {cleo.id})) == {cleo.id}
        assert await issues.of_programme(db, home, OURS, set()) == {}


async def test_a_portrait_of_words_that_were_changed_is_not_kept(
    database: Database, people: tuple[Programme, Member, Member]
) -> None:
    """Nor of words that were taken away while it was made, nor one made before the programme's topics changed."""
    home, ben, _ = people
    assert await painted(database, OURS) == 2
    async with database.transaction() as db:
        under_way = await issues.bare(db, NEXT, 9)
        await issues.write(db, ben, 1, "night buses", NOW)
        await issues.forget_portraits(db, home.id)
    async with database.transaction() as db:
        assert [await issues.paint(db, one, NEXT, b"", []) for one in under_way] == [False, False]
        assert len(await issues.bare(db, NEXT, 9)) == 2
        await issues.write(db, ben, 3, "", NOW)
    async with database.transaction() as db:
        assert [await issues.paint(db, one, NEXT, b"", []) for one in under_way] == [False, False]


async def test_who_has_left_is_not_painted(database: Database, people: tuple[Programme, Member, Member]) -> None:
    """And those of one programme come at a time, for their list of topics may be their own."""
    _, ben, _ = people
    async with database.transaction() as db:
        other = await rows.member(db, await rows.programme(db, "T2"), "eve")
        await issues.write(db, other, 1, "school meals", NOW)
    async with database.transaction() as db:
        assert len({one.programme_id for one in await issues.bare(db, OURS, 9)}) == 1
        (await db.session.get_one(Member, ben.id)).left_at = NOW
    async with database.transaction() as db:
        assert [one.words for one in await issues.bare(db, OURS, 9)] == ["school meals"]


async def test_what_was_said_before_is_the_first_issue(database: Database) -> None:
    """Carried over once, with its words; who had said nothing still has nothing."""
    async with database.transaction() as db:
        home = await rows.programme(db)
        ben = await rows.member(db, home, "ben", issue="damp in council flats")
        await rows.member(db, home, "cleo")
        assert await issues.carry_over(db, 10) == 1
        assert await issues.carry_over(db, 10) == 0
        assert await issues.of_member(db, ben) == [Said(1, "damp in council flats")]


async def test_nothing_of_it_is_readable(database: Database, people: tuple[Programme, Member, Member]) -> None:
    """Neither words nor ticks nor what was made of them; nor a topic's name that waits for the enabler."""
    _, ben, cleo = people
    async with database.transaction() as db:
        await issues.tick(db, ben, 1, {"housing"})
        await own_topics.call(db, cleo, "Vane Road school", NOW)
    assert await painted(database, OURS) == 2
    async with database.transaction() as db:
        for table in ("issue", "owntopic"):
            for row in (await db.session.execute(text(f"SELECT * FROM {table}"))).all():
                kept = b"".join(
                    bytes(cell) if isinstance(cell, bytes | memoryview) else str(cell).encode() for cell in row
                )
                assert not any(word in kept for word in (b"damp", b"memory", b"housing", b"Vane", b"ADw="))


async def test_a_topic_of_their_own_waits_for_the_enabler(
    database: Database, people: tuple[Programme, Member, Member]
) -> None:
    """One topic however it is written; only its own programme decides, once; accepted, portraits are made anew."""
    home, ben, cleo = people
    assert await painted(database, OURS) == 2
    async with database.transaction() as db:
        elsewhere = await rows.programme(db, "T2")
        called = await own_topics.call(db, cleo, "Coastal erosion", NOW)
        assert await own_topics.call(db, ben, "coastal  EROSION", NOW) == called
        other = await own_topics.call(db, ben, "Bats", NOW)
        assert await own_topics.waiting(db, home) == [called, other]
        assert not await own_topics.decide(db, elsewhere, called.id, accept=True, now=NOW)
        assert await own_topics.decide(db, home, other.id, accept=False, now=NOW)
    async with database.transaction() as db:
        assert len(await issues.of_programme(db, home, OURS)) == 1
        assert await own_topics.decide(db, home, called.id, accept=True, now=NOW)
        assert not await own_topics.decide(db, home, called.id, accept=False, now=NOW)
    async with database.transaction() as db:
        assert await own_topics.accepted(db, home.id) == [called]
        assert await own_topics.waiting(db, home) == []
        assert await issues.of_programme(db, home, OURS) == {}
