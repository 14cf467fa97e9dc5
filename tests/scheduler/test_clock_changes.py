"""When clocks change, and when a member moves: a local day happens once."""

from datetime import timedelta

import pytest

from storage import members
from storage.db import Database
from storage.models import Member, Session
from tests.conftest import World, world_on
from tests.scheduler.sending import sent

pytestmark = pytest.mark.thorough


async def clocks_change(database: Database, joined: str, zone: str = "Europe/London") -> World:
    """Ben has joined with a weekly message on Sundays at 01:30 in his zone."""
    world = world_on(database)
    world.clock.moves_to(joined)
    await world.imports()
    async with world.database.transaction() as db:
        for row in (await db.session.execute(Session.__table__.select())).all():  # type: ignore[attr-defined]
            await db.session.delete(await db.session.get_one(Session, row.id))
    await world.joins(world.ben, weekday="6", hour="01:30", timezone=zone)
    return world


async def every_quarter(world: World, begin: str, hours: int) -> list[str]:
    """Tick each quarter of an hour, and give when weekly messages were sent, in UTC."""
    world.clock.moves_to(begin)
    moments = []
    for _ in range(hours * 4):
        moments += [f"{world.clock.now:%m-%d %H:%M}"] * sent(await world.balcony.tick(), "weekly")
        world.clock.moves_by(minutes=15)
    return moments


async def test_an_hour_that_comes_twice_brings_one_message(sqlite: Database) -> None:
    """25 October 2026, 01:30 in London happens twice: the first counts."""
    world = await clocks_change(sqlite, "2026-10-20 12:00")
    assert await every_quarter(world, "2026-10-24 23:00", 6) == ["10-25 00:30"]
    assert await every_quarter(world, "2026-11-01 00:00", 4) == ["11-01 01:30"]


async def test_an_hour_that_does_not_come_brings_one_message(sqlite: Database) -> None:
    """29 March 2026, 01:30 in London does not happen: an hour later by the clock on the wall, once."""
    world = await clocks_change(sqlite, "2026-03-24 12:00")
    assert await every_quarter(world, "2026-03-28 23:00", 6) == ["03-29 01:30"]
    assert await every_quarter(world, "2026-04-05 00:00", 4) == ["04-05 00:30"]


@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Auckland"])
async def test_a_member_who_moves_gets_one_a_day(world: World, zone: str) -> None:
    """Ben has his message, then moves to another zone: not a second one on the same local day, and again in a week."""
    await world.waits_until("2026-11-26 16:00")
    before = len(world.ben.gets())
    await world.ben.types("/balcony settings")
    await world.ben.fills(timezone=zone, consent=("weekly",))
    async with world.database.transaction() as db:
        [ben] = await members.memberships(db, world.ben.person)
        seen, planned = ben.weekly_count, ben.next_weekly_at
    assert planned is not None
    for _ in range(5 * 8):
        world.clock.moves_by(hours=3)
        await world.balcony.tick()
    assert len(world.ben.gets()) == before
    async with world.database.transaction() as db:
        assert (await db.session.get_one(Member, ben.id)).weekly_count == seen
    for _ in range(3 * 8):
        world.clock.moves_by(hours=3)
        await world.balcony.tick()
    assert len(world.ben.gets()) == before + 1


async def test_an_hour_that_is_moved_on_the_day_brings_no_second_message(world: World) -> None:
    """Ben has today's, then chooses a later hour of today: next week, and no prompt is used up."""
    await world.waits_until("2026-11-26 16:00")
    await world.ben.types("/balcony settings")
    await world.ben.fills(hour="18:00", consent=("weekly",))
    async with world.database.transaction() as db:
        [ben] = await members.memberships(db, world.ben.person)
        seen = ben.weekly_count
    prompts = await world.count("seenprompt")
    assert sent(await world.waits_until("2026-11-26 18:00"), "weekly") == 0
    async with world.database.transaction() as db:
        ben = await db.session.get_one(Member, ben.id)
        assert ben.weekly_count == seen
        assert ben.next_weekly_at == world.clock.now + timedelta(days=7)
    assert await world.count("seenprompt") == prompts
    assert sent(await world.waits_until("2026-12-03 18:00"), "weekly") == 2
