"""How people and channels are reached: of members and channels alone, and only while they are here."""

import pytest
from sqlalchemy import text

from bot.chat import Address, Channel, Person
from storage import contacts
from storage.contacts import Reached
from storage.db import Database
from tests.conftest import World, world_on

HERE = Reached("a:1", "https://example.org/", "29:1", "Ben")


@pytest.fixture
async def joined(database: Database) -> World:
    """Ben has joined, on both databases."""
    world = world_on(database)
    await world.imports()
    await world.joins(world.ben)
    await world.balcony.tick()
    return world


async def noted(world: World, address: Address, reached: Reached = HERE) -> Reached | None:
    """What is kept after they were heard from there."""
    async with world.database.transaction() as db:
        await contacts.note(db, address, reached, world.clock())
    async with world.database.transaction() as db:
        row = await contacts.of(db, address)
    return Reached(row.conversation, row.service_url, row.called, row.name) if row else None


async def test_a_member_and_a_channel_are_kept(joined: World) -> None:
    """And what changed takes the place of what was."""
    ben, moved = joined.ben.person, Reached("a:2", "https://example.net/", "29:1", "Benjamin")
    assert await noted(joined, ben) == HERE
    assert await noted(joined, ben, moved) == moved
    assert await noted(joined, Channel("local", "demo", "our-move")) == HERE
    assert await joined.count("contact") == 2


async def test_nobody_who_has_not_joined_is_kept(joined: World) -> None:
    """Neither Dev, nor somebody in another workspace with Ben's id."""
    assert await noted(joined, joined.dev.person) is None
    assert await noted(joined, Person("local", "another", "ben")) is None
    assert await joined.count("contact") == 0


async def test_names_for_mentions(joined: World) -> None:
    """Of those who were heard from, in their own workspace only."""
    await noted(joined, joined.ben.person)
    async with joined.database.transaction() as db:
        assert [row.name for row in await contacts.of_people(db, "local", "demo", ["ben", "cleo"])] == ["Ben"]
        assert await contacts.of_people(db, "local", "another", ["ben"]) == []


async def test_who_leaves_is_forgotten(joined: World) -> None:
    """With the next pass; the channel stays."""
    await noted(joined, joined.ben.person)
    await noted(joined, Channel("local", "demo", "our-move"), Reached("19:1", "https://example.org/"))
    await joined.ben.types("/balcony leave")
    await joined.ben.presses("Leave")
    await joined.balcony.tick()
    async with joined.database.transaction() as db:
        assert (await db.session.execute(text("SELECT address FROM contact"))).scalars().all() == ["our-move"]
