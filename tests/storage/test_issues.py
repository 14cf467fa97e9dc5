"""What members work on: up to three issues, their ticks, and portraits that never belong to other words."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from storage import issues, members, own_topics
from storage.db import Database
from storage.issues import Said
from storage.models import Member, Programme
from storage.own_topics import Written
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
        assert ben.issue_sealed is None
        assert await issues.of_member(db, ben) == [Said(1, "damp in council flats")]


async def test_who_reads_before_it_was_carried_over_finds_it(database: Database) -> None:
    """It is the first issue then, and is kept in one place only; an issue that is there already stays."""
    async with database.transaction() as db:
        home = await rows.programme(db)
        ben = await rows.member(db, home, "ben", issue="damp in council flats")
        cleo = await rows.member(db, home, "cleo", issue="an older word for it")
        await issues.write(db, cleo, 1, "night buses", NOW)
    async with database.transaction() as db:
        for one, words in ((ben, "damp in council flats"), (cleo, "night buses")):
            member = await db.session.get_one(Member, one.id)
            assert await issues.of_member(db, member) == [Said(1, words)]
            assert member.issue_sealed is None
    async with database.transaction() as db:
        assert await issues.carry_over(db, 10) == 0


async def test_the_next_one_takes_the_free_place(database: Database, people: tuple[Programme, Member, Member]) -> None:
    """Where one was taken away, those after it move up with their ticks; a fourth has no place."""
    _, ben, _ = people
    async with database.transaction() as db:
        await issues.tick(db, ben, 3, {"dementia"})
        assert await issues.add(db, ben, "night buses", NOW) == 2
        assert await issues.add(db, ben, "bats", NOW) is None
    async with database.transaction() as db:
        await issues.take_away(db, ben, 1)
    async with database.transaction() as db:
        assert await issues.of_member(db, ben) == [
            Said(1, "night buses"),
            Said(2, "memory clinics", frozenset({"dementia"})),
        ]
        assert await issues.add(db, ben, "bats", NOW) == 3
    async with database.transaction() as db:
        await issues.take_away(db, ben, 3)
        assert [one.nth for one in await issues.of_member(db, ben)] == [1, 2]


async def test_only_its_author_finds_an_issue(database: Database, people: tuple[Programme, Member, Member]) -> None:
    """Nobody else, nobody of another workspace with the same id, and nobody who has left; the portrait if it is of now."""
    home, ben, cleo = people
    async with database.transaction() as db:
        [first, _] = await issues.mine(db, ben)
        found = await issues.one_of(db, members.person_of(ben), first.id, OURS)
        assert found
        assert (found[0].id, found[1]) == (ben.id, first)
        assert await issues.one_of(db, members.person_of(cleo), first.id, OURS) is None
        assert await issues.one_of(db, replace(members.person_of(ben), workspace="T2"), first.id, OURS) is None
    assert await painted(database, OURS) == 2
    async with database.transaction() as db:
        for version, portrait in ((OURS, b"\x00\x3c"), (NEXT, b""), ("", b"")):
            assert [one.portrait for one in await issues.mine(db, ben, version)] == [portrait] * 2
        await issues.forget_portraits(db, home.id)
    async with database.transaction() as db:
        assert [one.portrait for one in await issues.mine(db, ben, OURS)] == [b"", b""]
        (await db.session.get_one(Member, ben.id)).left_at = NOW
        await db.session.flush()
        assert await issues.one_of(db, members.person_of(ben), first.id, OURS) is None


async def test_what_is_to_be_painted_wakes_who_paints(
    database: Database, people: tuple[Programme, Member, Member]
) -> None:
    """New words do, and another list of topics; the same words, and a tick, do not."""
    home, ben, _ = people
    hint = database.something_to_paint
    for words, wakes in (("damp in council flats", False), ("night buses", True)):
        hint.clear()
        async with database.transaction() as db:
            await issues.write(db, ben, 1, words, NOW)
            await issues.tick(db, ben, 1, {"transport"})
        assert hint.is_set() is wakes
    hint.clear()
    async with database.transaction() as db:
        await issues.forget_portraits(db, home.id)
    assert hint.is_set()


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
        assert await own_topics.decide(db, home, called.id, accept=True, now=NOW) is None
    async with database.transaction() as db:
        assert await own_topics.accepted(db, home.id) == [called]
        assert await own_topics.waiting(db, home) == []
        assert await issues.of_programme(db, home, OURS) == {}


async def test_an_enabler_may_think_better_of_it(database: Database, people: tuple[Programme, Member, Member]) -> None:
    """Taken out again the topic counts no more, and portraits are made anew; called again it waits, with the same id."""
    home, ben, cleo = people
    async with database.transaction() as db:
        called = await own_topics.call(db, cleo, "Bats", NOW)
        assert await own_topics.waiting_of(db, cleo) == 1
        assert await own_topics.waiting_of(db, ben) == 0
        for accept, listed in ((True, [called]), (False, []), (True, [called]), (False, [])):
            assert await own_topics.decide(db, home, called.id, accept=accept, now=NOW) == called
            assert await own_topics.decide(db, home, called.id, accept=accept, now=NOW) is None
            assert await own_topics.accepted(db, home.id) == listed
        assert await own_topics.names(db, home.id) == {called.id: "Bats"}
        await own_topics.decide(db, home, called.id, accept=True, now=NOW)
    for accept in (False, True, False):
        await painted(database, OURS)
        async with database.transaction() as db:
            await own_topics.decide(db, home, called.id, accept=accept, now=NOW)
        async with database.transaction() as db:
            assert await issues.of_programme(db, home, OURS) == {}
    assert await painted(database, OURS) == 2
    async with database.transaction() as db:
        assert await own_topics.call(db, ben, "bats", NOW) == called
        assert await own_topics.waiting(db, home) == [called]
        assert len((await issues.of_programme(db, home, OURS))[ben.id]) == 2
        await own_topics.decide(db, home, called.id, accept=True, now=NOW)
    async with database.transaction() as db:
        assert await issues.of_programme(db, home, OURS) == {}


async def test_topics_of_the_file(database: Database, people: tuple[Programme, Member, Member]) -> None:
    """The same file changes nothing; other words, a new one and one that is gone have all painted anew."""
    home, _, _ = people
    bats, owls = Written("bats", "Bats", ("bat boxes", "roosts")), Written("owls", "Owls", ())
    for file, changed in (
        ([bats], True), ([bats], False), ([bats, owls], True), ([replace(bats, says=("roosts",)), owls], True),
        ([replace(bats, label="BATS", says=("roosts",)), owls], True), ([owls], True), ([owls], False), ([], True), ([], False),
    ):  # fmt: skip
        await painted(database, OURS)
        async with database.transaction() as db:
            assert await own_topics.take_in(db, home, file, NOW) is changed
        async with database.transaction() as db:
            assert [(one.label, one.says) for one in await own_topics.accepted(db, home.id)] == [
                (entry.label, entry.says) for entry in file
            ]
            assert (await issues.of_programme(db, home, OURS) == {}) is changed
    async with database.transaction() as db:
        await own_topics.take_in(db, home, [owls, bats], NOW)
        again = await own_topics.accepted(db, home.id)
        assert sorted(one.label for one in again) == ["Bats", "Owls"]
        assert len(await own_topics.names(db, home.id)) == 2


async def test_the_file_and_the_members_words_for_it(
    database: Database, people: tuple[Programme, Member, Member]
) -> None:
    """A name that waits is the file's topic as soon as the file has it: no button takes it out, leaving the file does."""
    home, ben, cleo = people
    async with database.transaction() as db:
        called = await own_topics.call(db, cleo, "bats", NOW)
        other = await own_topics.call(db, cleo, "Moths", NOW)
        await own_topics.decide(db, home, other.id, accept=True, now=NOW)
        await own_topics.take_in(db, home, [Written("bats", "Bats", ())], NOW)
        assert [one.id for one in await own_topics.accepted(db, home.id)] == [called.id, other.id]
        assert await own_topics.waiting(db, home) == []
        assert await own_topics.decide(db, home, called.id, accept=False, now=NOW) is None
        await own_topics.take_in(db, home, [], NOW)
        assert [one.id for one in await own_topics.accepted(db, home.id)] == [other.id]
        assert (await own_topics.call(db, ben, "BATS", NOW)).id == called.id
        assert [one.id for one in await own_topics.waiting(db, home)] == [called.id]
