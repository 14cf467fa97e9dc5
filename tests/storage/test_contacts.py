"""How people and channels are reached: of members and channels alone, and only while they are here."""

import pytest
from sqlalchemy import text

from bot.chat import Address, Channel, DeliveryError, Message, Outcome, Person, say
from bot.delivery import AWAIT_CONTACT_FOR, Courier
from bot.domain import trouble
from storage import contacts, outbox
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


class Shut:
    """A platform that lets nobody be written to before they write."""

    def __init__(self) -> None:
        self.open = False
        self.said: list[str] = []

    async def send(self, to: Address, message: Message, key: str) -> str:  # noqa: ARG002  as Platform has it
        if not self.open:
            raise DeliveryError(trouble.AWAITED, Outcome.CONTACT)
        self.said.append(key)
        return key


async def test_what_they_missed_waits_until_they_write(joined: World) -> None:
    """For a day nothing is tried; when they write, it comes at once, and once."""
    platform, clock = Shut(), joined.clock
    courier = Courier(joined.database, {"local": platform}, "w")
    await puts(joined, "weekly:1")
    assert [one.state for one in await courier.deliver(clock)] == ["waiting"]
    clock.moves_by(hours=1)
    assert await courier.deliver(clock) == []
    platform.open = True
    assert not await wakes(joined, joined.cleo.person)
    assert not await wakes(joined, Person("local", "another", "ben"))
    assert await courier.deliver(clock) == []
    assert await wakes(joined, joined.ben.person)
    await courier.deliver(clock)
    assert not await wakes(joined, joined.ben.person)
    await courier.deliver(clock)
    assert platform.said == ["weekly:1"]


async def test_it_does_not_wait_for_ever(joined: World) -> None:
    """It is tried once a day for two weeks, and then no more."""
    courier, clock = Courier(joined.database, {"local": Shut()}, "w"), joined.clock
    await puts(joined, "weekly:1")
    states = []
    for _ in range(AWAIT_CONTACT_FOR.days + 2):
        states += [one.state for one in await courier.deliver(clock)]
        clock.moves_by(days=1)
    assert states == ["waiting"] * AWAIT_CONTACT_FOR.days + ["failed"]
    assert not await wakes(joined, joined.ben.person)


async def puts(world: World, key: str) -> None:
    async with world.database.transaction() as db:
        programme = (await db.session.execute(text("SELECT id FROM programme"))).scalar_one()
        await outbox.put(db, key, world.ben.person, say("Hello."), world.clock(), programme_id=programme)


async def wakes(world: World, person: Person) -> bool:
    async with world.database.transaction() as db:
        return await outbox.wake(db, person, world.clock())
