"""What somebody missed, because their platform let nobody write to them before they had written."""

import pytest

from bot.chat import Address, Channel, DeliveryError, Message, Outcome, Person
from bot.delivery import Courier
from bot.domain import trouble
from bot.handlers import missed
from bot.platforms.local.render import as_text
from bot.scheduler import run_due
from storage.db import Database
from tests.conftest import Blind, World, world_on


class Shut(Blind):
    """A platform that lets nobody be written to before they write; afterwards it keeps what is said."""

    def __init__(self) -> None:
        self.open = False
        self.said: list[str] = []

    async def send(self, to: Address, message: Message, key: str) -> str:
        if isinstance(to, Channel):
            return key
        if not self.open:
            raise DeliveryError(trouble.AWAITED, Outcome.CONTACT)
        self.said.append(as_text(message))
        return key


@pytest.fixture
async def world(sqlite: Database) -> World:
    """Ben has joined and will ring the nurse on Friday."""
    world = world_on(sqlite)
    await world.imports()
    await world.joins(world.ben, consent=())
    await world.ben.types("/commit ring the nurse on Friday")
    return world


async def passes(world: World, shut: Shut, moment: str) -> None:
    """What is due then is written, and sent as far as that platform lets it."""
    world.clock.moves_to(moment)
    await run_due(world.database, world.clock())
    await Courier(world.database, {"local": shut}, "w").deliver(world.clock)


async def writes(world: World, shut: Shut, person: Person | None = None) -> list[str]:
    """Ben is heard from; gives what comes of it."""
    shut.open, before = True, len(shut.said)
    async with world.database.transaction() as db:
        await missed.comes_now(db, person or world.ben.person, world.clock())
    await passes(world, shut, world.clock().strftime("%Y-%m-%d %H:%M"))
    shut.open = False
    return shut.said[before:]


async def test_it_comes_when_they_write_and_once(world: World) -> None:
    """On the same day with the same words; and nothing again."""
    shut = Shut()
    await passes(world, shut, "2026-11-27 09:00")
    await passes(world, shut, "2026-11-27 12:00")
    assert shut.said == []
    [back] = await writes(world, shut)
    assert "Today is the day you chose for this:" in back
    assert await writes(world, shut) == []


async def test_what_is_late_says_so(world: World) -> None:
    """Three days later the commitment comes back with its day in it, once."""
    shut = Shut()
    await passes(world, shut, "2026-11-27 09:00")
    world.clock.moves_to("2026-11-30 10:00")
    [back] = await writes(world, shut)
    assert "For Friday 27 November you chose this:" in back
    assert await writes(world, shut) == []


async def test_what_was_closed_does_not_come_back(world: World) -> None:
    """They said done in the list."""
    shut = Shut()
    await passes(world, shut, "2026-11-27 09:00")
    await world.ben.types("/commit list")
    await world.ben.presses("Done")
    assert await writes(world, shut) == []


async def test_of_several_weekly_messages_the_last_one_comes(world: World) -> None:
    """Two Thursdays were missed; the older one helps nobody."""
    shut = Shut()
    await world.ben.types("/balcony settings")
    await world.ben.fills(consent=("weekly",))
    for moment in ("2026-11-27 09:00", "2026-12-03 16:00", "2026-12-10 16:00"):
        await passes(world, shut, moment)
    said = await writes(world, shut)
    assert sum("Two minutes on the balcony" in one for one in said) == 1


async def test_not_for_ever(world: World) -> None:
    """After two weeks a question of then is not asked any more."""
    shut = Shut()
    await passes(world, shut, "2026-11-27 09:00")
    world.clock.moves_to("2026-12-12 09:00")
    assert await writes(world, shut) == []


async def test_for_nobody_else(world: World) -> None:
    """Cleo writes, and somebody with Ben's id in another workspace: Ben's messages wait on."""
    shut = Shut()
    await passes(world, shut, "2026-11-27 09:00")
    assert await writes(world, shut, world.cleo.person) == []
    assert await writes(world, shut, Person("local", "another", "ben")) == []
    assert len(await writes(world, shut)) == 1


async def test_not_after_they_left(world: World) -> None:
    """Whoever leaves is written to no more, also when they write once again."""
    shut = Shut()
    await passes(world, shut, "2026-11-27 09:00")
    await world.ben.types("/balcony leave")
    await world.ben.presses("Leave")
    assert await writes(world, shut) == []
