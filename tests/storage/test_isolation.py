"""Two workspaces, two programmes, the same user ids everywhere: nobody reaches a row of anybody else."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from bot.chat import Person
from storage import came_of_it, commitments, connections, introductions, members, programmes, reflections, sessions
from storage.db import Database, Db
from storage.introductions import Together
from storage.models import Commitment, Enabler, Introduction, Member, Programme, Reflection, Round, Session
from tests.storage import rows
from tests.storage.rows import NOW


@dataclass
class Place:
    """One workspace: its programme, and U1 and U2 in it with everything they have."""

    person: Person
    programme: Programme
    member: Member
    other: Member
    commitment: Commitment
    reflection: Reflection
    session: Session
    introduction: Introduction


async def settle(db: Db, platform: str, workspace: str) -> Place:
    home = await rows.programme(db, workspace, "C1", platform)
    one, two = await rows.member(db, home, "U1"), await rows.member(db, home, "U2")
    promised = await rows.commitment(db, one, f"of {platform} {workspace}")
    promised.witness_id, promised.play_back_at = two.id, NOW
    workshop = Session(
        programme_id=home.id, slug="s", title="s", theme="", starts_at=NOW, ends_at=NOW + timedelta(hours=1),
        maxim=1, prompt="p", state="ended", ended_at=NOW,
    )  # fmt: skip
    planned = Session(
        programme_id=home.id, slug="n", title="n", theme="", starts_at=NOW, ends_at=NOW + timedelta(days=1)
    )
    note = await rows.reflection(db, one, f"of {platform} {workspace}")
    db.session.add_all([workshop, planned, Enabler(programme_id=home.id, user="U1")])
    await db.session.flush()
    note.session_id = workshop.id
    made = Round(programme_id=home.id, on=NOW.date(), made_at=NOW)
    [introduction] = await introductions.add(db, made, [Together([one.id, two.id])], NOW, NOW)
    [_, theirs] = [await introductions.place_of(db, members.person_of(m), introduction.id) for m in (one, two)]
    assert theirs is not None
    theirs[1].met = introductions.MET
    line = await came_of_it.keep(db, one, introduction.id, f"of {platform} {workspace}", NOW)
    line.released_at = NOW
    reflections.saw(db, one, f"prompt of {platform} {workspace}", NOW)
    return Place(members.person_of(one), home, one, two, promised, note, workshop, introduction)


@pytest.fixture
async def db(database: Database) -> AsyncIterator[Db]:
    async with database.transaction() as db:
        yield db


@pytest.fixture(params=[("slack", "T2"), ("teams", "T1")], ids=["another workspace", "another platform"])
async def two(request: pytest.FixtureRequest, db: Db) -> tuple[Place, Place]:
    return await settle(db, "slack", "T1"), await settle(db, *request.param)


async def test_a_person_reaches_their_own_rows(db: Db, two: tuple[Place, Place]) -> None:
    """Each finds exactly what is theirs, by every way that takes a person."""
    for place in two:
        assert [found.id for found in await members.memberships(db, place.person)] == [place.member.id]
        assert await members.row_of(db, place.programme, place.person) is place.member
        assert await commitments.mine(db, place.person, place.commitment.id) == (place.member, place.commitment)
        witness = members.person_of(place.other)
        assert await commitments.asked_to_witness(db, witness, place.commitment.id) == (place.other, place.commitment)
        found = await introductions.place_of(db, place.person, place.introduction.id)
        assert found is not None
        assert found[0] is place.member
        assert list(await programmes.run_by(db, place.person)) == [place.programme]
        assert list(await programmes.in_workspace(db, place.person)) == [place.programme]


async def test_a_person_never_reaches_the_others(db: Db, two: tuple[Place, Place]) -> None:
    """The same user id, and the right row id guessed: still nothing."""
    for here, there in (two, two[::-1]):
        witness = members.person_of(here.other)
        assert await members.row_of(db, there.programme, here.person) is None
        assert await commitments.mine(db, here.person, there.commitment.id) is None
        assert await commitments.mine(db, witness, here.commitment.id) is None
        assert await commitments.asked_to_witness(db, witness, there.commitment.id) is None
        assert await commitments.asked_to_witness(db, here.person, here.commitment.id) is None
        assert await introductions.place_of(db, here.person, there.introduction.id) is None


async def test_a_member_never_reaches_the_others(db: Db, two: tuple[Place, Place]) -> None:
    """Every way that takes a member gives that member's own, and of the same programme."""
    for here, there in (two, two[::-1]):
        assert list(await commitments.open_of(db, here.member)) == [here.commitment]
        assert list(await commitments.open_of(db, here.other)) == []
        assert list(await reflections.newest(db, here.member, skip=0, limit=9)) == [here.reflection]
        assert list(await reflections.newest(db, here.other, skip=0, limit=9)) == []
        assert await reflections.get(db, here.member, here.reflection.id) is here.reflection
        assert await reflections.get(db, here.other, here.reflection.id) is None
        assert await reflections.get(db, here.member, there.reflection.id) is None
        assert await reflections.about(db, here.member, here.session.id) is here.reflection
        assert await reflections.about(db, here.other, here.session.id) is None
        assert await reflections.about(db, here.member, there.session.id) is None
        assert list(await reflections.prompts_seen(db, here.other)) == []
        assert len(await reflections.prompts_seen(db, here.member)) == 1
        assert [tie.other.id for tie in await connections.met_by(db, here.member)] == [here.other.id]
        assert set(await came_of_it.all_of(db, here.member)) == {here.introduction.id}
        assert await came_of_it.all_of(db, here.other) == {}
        line = await came_of_it.of_member(db, here.member, here.introduction.id)
        assert line is not None
        assert line.member_id == here.member.id
        assert await came_of_it.of_member(db, here.other, here.introduction.id) is None
        assert await came_of_it.of_member(db, here.member, there.introduction.id) is None
        assert await members.same_programme(db, here.member, here.other.id) is here.other
        assert await members.same_programme(db, here.member, there.other.id) is None
        assert await programmes.of_member(db, here.member) is here.programme


async def test_a_programme_never_reaches_the_others(db: Db, two: tuple[Place, Place]) -> None:
    """Every way that takes a programme stays inside it."""
    for here, there in (two, two[::-1]):
        assert await members.joined(db, here.programme.id, "U1") is here.member
        assert {found.id for found in await members.of_programme(db, here.programme)} == {here.member.id, here.other.id}
        assert await sessions.get(db, here.programme, there.session.id) is None
        assert await sessions.by_slug(db, here.programme, "s") is here.session
        assert await sessions.last_ended(db, here.programme.id) is here.session
        assert len(await sessions.of_programme(db, here.programme)) == 2
        assert list(await sessions.maxims_shown(db, here.programme)) == [1]
        assert list(await sessions.prompts_shown(db, here.programme)) == ["p"]
        assert list(await programmes.enablers(db, here.programme)) == ["U1"]
        assert len(await introductions.history(db, here.programme)) == 1
        people = {found.id for found in await introductions.people_in(db, here.introduction)}
        assert people == {here.member.id, here.other.id}
        found = await introductions.round_on(db, here.programme, NOW.date())
        assert found is not None
        assert found.programme_id == here.programme.id
        assert await introductions.rounds_made(db, here.programme) == 1
        [line] = await came_of_it.released(db, here.programme, skip=0, limit=9)
        assert line.member_id == here.member.id


async def test_who_left_reaches_nothing(db: Db, two: tuple[Place, Place]) -> None:
    """From that moment their rows answer nobody, until they join again."""
    here, there = two
    here.member.left_at = NOW
    await db.session.flush()
    assert list(await members.memberships(db, here.person)) == []
    assert await commitments.mine(db, here.person, here.commitment.id) is None
    assert await introductions.place_of(db, here.person, here.introduction.id) is None
    assert await members.joined(db, here.programme.id, "U1") is None
    assert await members.same_programme(db, here.other, here.member.id) is None
    assert await connections.met_by(db, here.other) == []
    assert list(await came_of_it.released(db, here.programme, skip=0, limit=9)) == []
    assert await members.row_of(db, here.programme, here.person) is here.member
    assert await commitments.mine(db, there.person, there.commitment.id) is not None
