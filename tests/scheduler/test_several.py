"""Several Balconies on one database, all at the same moment: every message exists once."""

import asyncio
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

import pytest
from sqlalchemy import select

from bot.app import Balcony
from bot.chat import Address, Message, Platform
from bot.delivery import Delivered
from bot.domain.kind import TERMS, Kind
from bot.platforms.local.outbound import LocalPlatform
from bot.scheduler import Did
from storage.db import Database
from storage.keys import KeyRing
from storage.models import Outbox, OutboxState
from tests.conftest import KEYS, Blind, World, world_on

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
class Looks(Blind):
    """The local platform, where one can look what has arrived."""

    inner: LocalPlatform

    async def send(self, to: Address, message: Message, key: str) -> str:
        return await self.inner.send(to, message, key)

    async def find(self, to: Address, key: str, since: datetime) -> str | None:  # noqa: ARG002
        return next((f"local:{number}" for number, said in enumerate(self.inner.said) if said.key == key), None)


@dataclass
class Dies(Blind):
    """The process ends with whatever it says: before the platform hears of it, or after, but before that is noted."""

    inner: LocalPlatform
    arrives: bool

    async def send(self, to: Address, message: Message, key: str) -> str:
        if self.arrives:
            await self.inner.send(to, message, key)
        raise asyncio.CancelledError


@pytest.mark.parametrize("arrives", [False, True])
async def test_one_that_dies_at_each_moment(world: World, arrives: bool) -> None:
    """At each moment one dies in the middle and another takes over, which can look: each message once, none missing."""
    rows = await _dying(world, arrives, Looks(world.platform))
    assert {row.state for row in rows} == {OutboxState.SENT}
    assert copies(world) == Counter({row.key: 1 for row in rows})
    assert {row.kind for row in rows} >= {Kind.PLAY_BACK, Kind.AFTER_SESSION, Kind.WEEKLY, Kind.INTRODUCTION}


@pytest.mark.parametrize("arrives", [False, True])
async def test_one_that_dies_where_nobody_can_look(world: World, arrives: bool) -> None:
    """No reminder is missing, no introduction comes twice, and what is missing is settled as that."""
    rows = await _dying(world, arrives, world.platform)
    found = copies(world)
    for row in rows:
        if TERMS[Kind(row.kind)].again:
            assert (row.state, found[row.key] >= 1) == (OutboxState.SENT, True)
        else:
            assert (row.state, found[row.key]) == (OutboxState.SETTLED, arrives)
    assert {row.kind for row in rows} >= {Kind.PLAY_BACK, Kind.AFTER_SESSION, Kind.WEEKLY, Kind.INTRODUCTION}


async def _dying(world: World, arrives: bool, platform: Platform) -> list[Outbox]:
    """The story, with one that dies at each moment and another that takes over. Gives what was to be said since."""
    before = set(copies(world))
    survivor = another(world, platform)
    for moment in STORY:
        world.clock.moves_to(moment)
        dying = another(world, Dies(world.platform, arrives))
        await dying.tick()
        await dying.database.close()
        for minutes in (2, 3):  # the lease, and the quarantine
            world.clock.moves_by(minutes=minutes)
            await survivor.tick()
    await survivor.database.close()
    async with world.database.transaction() as db:
        rows = (await db.session.execute(select(Outbox))).scalars().all()
    told = Kind.TROUBLE  # what could not be said, said by the survivor
    late = [row for row in rows if row.error == "skipped: more than 24 hours late"]
    assert {row.key.rpartition(":")[2] for row in late} == {"2026-12-10", "2026-12-17"}  # no moment of those days
    return [row for row in rows if row.key not in before and row.kind != told and row not in late]
