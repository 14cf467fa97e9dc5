"""Rounds by the timetable: once, whatever happens between planning and posting."""

import asyncio
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from bot.app import Balcony
from bot.handlers import round as rounds_of
from bot.handlers.round_facts import gather
from bot.platforms.local.render import as_text
from bot.scheduler import rounds, run_due
from bot.scheduler.jobs import JOBS
from storage import introductions, never_match, programmes
from storage.db import Database
from storage.keys import KeyRing
from storage.models import Introduced, Introduction, Member, Outbox, Programme, Round
from tests.conftest import KEYS, World, london, programme, world_on

TUESDAY = "2026-12-08 09:30"


@pytest.fixture
async def world(database: Database) -> World:
    """The programme is in, on both databases; six have joined."""
    world = world_on(database)
    await world.imports()
    await world.joins(*(world.room.someone(name) for name in ("ben", "cleo", "dev", "fay", "gus", "hal")))
    await world.balcony.tick()
    return world


async def number(world: World, table: Any) -> int:
    async with world.database.transaction() as db:
        return int((await db.session.execute(select(func.count()).select_from(table))).scalar_one())


async def home(world: World) -> Programme:
    async with world.database.transaction() as db:
        [found] = await programmes.all_of_them(db)
        return found


def posts(world: World) -> list[str]:
    return [text for text in map(as_text, world.room.posts()) if "please meet" in text]


async def test_two_workers_plan_once(world: World) -> None:
    """At the same moment, each in a process of its own: one round, each introduction once."""
    others = [
        Balcony(Database(world.database.url, KeyRing(KEYS)), {"local": world.platform}, world.clock) for _ in range(2)
    ]
    world.clock.moves_to(TUESDAY)
    both, here = [world.balcony, *others], await home(world)
    await asyncio.gather(*(rounds.make(one.database, here.id, world.clock()) for one in both))
    await asyncio.gather(*(one.tick() for one in both))
    for one in others:
        await one.database.close()
    assert (await number(world, Round), await number(world, Introduction), await number(world, Introduced)) == (1, 3, 6)
    assert len(posts(world)) == 3


async def test_by_hand_and_by_the_timetable_at_once(world: World) -> None:
    """The enabler presses while the timetable plans: one round; the other hears that it has been made."""
    world.clock.moves_to(TUESDAY)
    await world.ana.types("/balcony round")
    pressed, _ = await asyncio.gather(world.ana.presses("Introduce them now"), world.balcony.tick())
    assert "on the way to the channel" in pressed or "made already" in pressed
    assert await number(world, Round) == 1
    await world.balcony.tick()
    assert len(posts(world)) == 3


async def test_a_crash_between_planning_and_posting(world: World) -> None:
    """The round is written and the process ends: the next one posts it, once."""
    world.clock.moves_to(TUESDAY)
    await run_due(world.database, world.clock(), JOBS)
    assert posts(world) == []
    again = Balcony(Database(world.database.url, KeyRing(KEYS)), {"local": world.platform}, world.clock)
    for _ in range(2):
        await again.tick()
    await again.database.close()
    assert len(posts(world)) == 3


async def test_a_crash_before_it_is_written(world: World) -> None:
    """Planned, and nothing kept: it is planned again as if nothing had been."""
    world.clock.moves_to(TUESDAY)
    here = await home(world)
    async with world.database.transaction() as db:
        planned = rounds_of.plan(await gather(db, here, world.clock(), date(2026, 12, 8)))
    assert len(planned.meetings) == 3
    await world.balcony.tick()
    groups = {frozenset(one.users) for one in planned.meetings}
    assert {
        frozenset(part.strip("@,") for part in text.split("\n")[0].split() if part[0] == "@") for text in posts(world)
    } == groups


async def test_a_plan_from_stale_data(world: World) -> None:
    """Since it was planned one has left, and one never wants to meet another."""
    world.clock.moves_to(TUESDAY)
    here = await home(world)
    async with world.database.transaction() as db:
        facts = await gather(db, here, world.clock(), date(2026, 12, 8))
    planned = rounds_of.plan(facts)
    (leaver, left), (parted, other), _ = (one.users for one in planned.meetings)
    await world.room.someone(leaver).types("/balcony leave")
    await world.room.someone(leaver).presses("Leave")
    async with world.database.transaction() as db:
        by_user = {one.user: one for one in (await db.session.execute(select(Member))).scalars()}
        await never_match.add(db, by_user[parted], by_user[other].id, world.clock())
    async with world.database.transaction() as db:
        [here] = await programmes.all_of_them(db)
        made = await rounds_of.write(db, here, planned, world.clock())
    assert made.groups == await number(world, Introduction)
    await world.balcony.tick()
    said = "\n".join(posts(world))
    assert f"@{leaver}" not in said
    assert f"@{left}" in said
    assert not [
        text
        for text in posts(world)
        if {f"@{parted}", f"@{other}"} <= set(text.split("\n")[0].replace(",", "").split())
    ]


async def test_whoever_leaves_while_it_is_written_is_not_in_it(world: World) -> None:
    """They wait until the round is kept, and then it is mended: nobody is introduced to somebody who has left."""
    world.clock.moves_to(TUESDAY)
    await world.ben.types("/balcony leave")
    here = await home(world)
    async with world.database.transaction() as db:
        planned = rounds_of.plan(await gather(db, here, world.clock(), date(2026, 12, 8)))
    async with world.database.transaction() as db:
        await rounds_of.write(db, await db.session.get_one(Programme, here.id), planned, world.clock())
        leaves = asyncio.create_task(world.ben.presses("Leave"))
        done, _ = await asyncio.wait({leaves}, timeout=0.3)
        assert not done
    assert "You have left" in await leaves
    await world.balcony.tick()
    assert "@ben" not in "".join(posts(world))
    assert posts(world)


async def test_the_rhythm_changes_while_it_is_planned(world: World) -> None:
    """The enabler's file says Wednesday by the time it is to be written: nobody is introduced on Tuesday."""
    world.clock.moves_to(TUESDAY)
    here = await home(world)
    async with world.database.transaction() as db:
        planned = rounds_of.plan(await gather(db, here, world.clock(), date(2026, 12, 8)))
    await world.imports(programme().replace('day = "tuesday"', 'day = "wednesday"'))
    async with world.database.transaction() as db:
        assert await rounds._written(db, here.id, planned, world.clock()) == ""
    assert await number(world, Round) == 0


async def test_a_round_that_fails_harms_no_other(world: World) -> None:
    """One programme's issues do not open; the other's round is made, and the first stays due."""
    await world.imports(programme(channel="second-group"))
    people = [world.room.someone(name) for name in ("ida", "jon")]
    for someone in people:
        await someone.types("/balcony join", channel="second-group")
        await someone.fills(issue="mine", organisation=someone.person.user, sector="NHS", consent=("introductions",))
    async with world.database.transaction() as db:
        ben = (await db.session.execute(select(Member).where(col(Member.user) == "ben"))).scalar_one()
        ben.free_sealed = b"broken"
    await world.waits_until(TUESDAY)
    assert len(posts(world)) == 1
    async with world.database.transaction() as db:
        due = [one.next_round_at for one in await programmes.all_of_them(db)]
    assert sorted(moment == london(TUESDAY) for moment in due if moment) == [False, True]


async def test_late_and_missed_rounds(world: World) -> None:
    """Half a day late it is made, later it is noted as left out; and the warning of what is past is not sent."""
    await world.waits_until("2026-12-08 21:30")
    assert len(posts(world)) == 3
    await world.waits_until("2026-12-23 09:31")
    assert len(posts(world)) == 3
    async with world.database.transaction() as db:
        [skipped] = (await db.session.execute(select(Outbox).where(col(Outbox.key).startswith("round:")))).scalars()
        assert "12 hours late" in skipped.error
        [here] = await programmes.all_of_them(db)
        assert here.next_warning_at == london("2027-01-04 09:30")
        assert await introductions.rounds_made(db, here) == 1


async def test_the_warning_keeps_its_hour_when_clocks_change(world: World) -> None:
    """A round on the Monday after: warned on Sunday at the same hour on the clock."""
    await world.imports(programme().replace('day = "tuesday"', 'day = "monday"'))
    async with world.database.transaction() as db:
        [here] = await programmes.all_of_them(db)
        programmes.set_round(here, date(2027, 3, 29), world.clock())
        assert here.next_warning_at == london("2027-03-28 09:30")
        assert here.next_round_at == london("2027-03-29 09:30")
        programmes.set_round(here, date(2027, 3, 29), london("2027-03-28 09:30"))
        assert here.next_warning_at is None
