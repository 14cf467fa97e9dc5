"""Several Balconies on one database, all at the same moment: every message exists once."""

import asyncio
from collections import Counter
from dataclasses import dataclass

import pytest
from sqlalchemy import select

from bot.app import Balcony
from bot.chat import Address, Message, Platform
from bot.delivery import Delivered
from bot.platforms.local.outbound import LocalPlatform
from bot.scheduler import Did
from storage.db import Database
from storage.keys import KeyRing
from storage.models import Outbox, OutboxState
from tests.conftest import KEYS, World, world_on

STORY = (
    "2026-11-24 09:00", "2026-11-26 15:00", "2026-11-26 16:00", "2026-12-03 16:00", "2026-12-08 09:30",
    "2026-12-10 15:00", "2026-12-15 09:30", "2026-12-22 09:30",
)  # fmt: skip


@pytest.fixture
async def world(database: Database) -> World:
    """The programme is in; Ana, Ben and Cleo have joined, and each has something to do tomorrow."""
    world = world_on(database)
    await world.imports()
    await world.joins(world.ana, world.ben, world.cleo)
    for someone in (world.ana, world.ben, world.cleo):
        await someone.types("/commit ring the school nurse tomorrow")
    return world


def another(world: World, platform: Platform | None = None) -> Balcony:
    """Another process, as far as anybody can tell: its own connections, its own name, the same database and platform."""
    return Balcony(Database(world.database.url, KeyRing(KEYS)), {"local": platform or world.platform}, world.clock)


def copies(world: World) -> Counter[str]:
    return Counter(said.key for said in world.platform.said if said.key)


async def test_all_at_the_same_moment(world: World) -> None:
    """Four on PostgreSQL, two on SQLite, twice at each moment: what one alone would say, each once."""
    several = [another(world) for _ in range(1 if world.database.sqlite else 3)]
    did: Counter[Did | Delivered] = Counter()
    for moment in STORY:
        world.clock.moves_to(moment)
        for _ in range(2):
            for done in await asyncio.gather(*(one.tick() for one in (world.balcony, *several))):
                did.update(done)
        assert set(did.values()) == {1}
        did.clear()
    for one in several:
        await one.database.close()
    assert set(copies(world).values()) == {1}
    kinds = Counter(key.partition(":")[0] for key in copies(world))
    assert kinds == {
        "welcome": 1, "play-back": 3, "after-session": 2, "weekly": 6, "introduction": kinds["introduction"], "met": 3,
    }  # fmt: skip
    assert kinds["introduction"] == 2  # a trio each time


@dataclass
class Dies:
    """The process ends at its first message: before the platform hears of it, or after, but before that is noted."""

    inner: LocalPlatform
    arrives: bool

    async def send(self, to: Address, message: Message, key: str) -> str:
        if self.arrives:
            await self.inner.send(to, message, key)
        raise asyncio.CancelledError


@pytest.mark.parametrize("arrives", [False, True])
async def test_one_that_dies_at_each_moment(world: World, arrives: bool) -> None:
    """At each moment one dies in the middle and another takes over: no second copy, and what is missing is unsure."""
    for moment in STORY:
        world.clock.moves_to(moment)
        dying = another(world, Dies(world.platform, arrives))
        await asyncio.gather(dying.tick(), return_exceptions=True)
        await asyncio.gather(*(asyncio.all_tasks() - {asyncio.current_task()}), return_exceptions=True)
        await dying.database.close()
        world.clock.moves_by(seconds=61)
        await world.balcony.tick()
    assert max(copies(world).values(), default=1) == 1
    async with world.database.transaction() as db:
        everything = (await db.session.execute(select(Outbox))).scalars().all()
    skipped = {row.key.rpartition(":")[2] for row in everything if row.state == OutboxState.SETTLED}
    assert skipped == {"2026-12-10", "2026-12-17"}  # the story has no moment of those days
    rows = [row for row in everything if row.state != OutboxState.SETTLED]
    assert {row.state for row in rows} <= {OutboxState.SENT, OutboxState.UNSURE}
    missing = {row.key for row in rows} - set(copies(world))
    unsure = {row.key for row in rows if row.state == OutboxState.UNSURE}
    assert missing == (set() if arrives else unsure)
    assert {key.partition(":")[0] for key in unsure} >= {"play-back", "after-session", "weekly", "introduction"}
