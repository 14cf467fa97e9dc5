"""Long work, as its enabler sees it while it goes on."""

import re
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlmodel import col

from bot.app import Balcony
from bot.chat import Address, DeliveryError, Message, Outcome, Person, say
from bot.domain import trouble
from bot.domain.kind import Kind
from bot.platforms.local.outbound import LocalPlatform
from storage import outbox, programmes
from storage.models import Outbox
from storage.outbox import Saying
from tests.conftest import World
from tests.handlers.conftest import second_programme


@dataclass
class Tires(LocalPlatform):
    """Asks to wait for a minute and a half once it has said so many."""

    bears: int = 12

    async def send(self, to: Address, message: Message, key: str) -> str:
        if len(self.said) >= self.bears:
            raise DeliveryError(trouble.BUSY, Outcome.LATER, 90)
        return await super().send(to, message, key)


async def puts(world: World, number: int, kind: Kind = Kind.INTRODUCTION, name: str = "Making our Move") -> None:
    """So many messages of that programme, each for somebody else."""
    async with world.database.transaction() as db:
        [home] = [one for one in await programmes.all_of_them(db) if one.name.startswith(name)]
        to = [Person("local", "demo", f"{kind}-{name}-{one}") for one in range(number)]
        sayings = [Saying(person.user, person, say("hello"), kind, home.id) for person in to]
        await outbox.put_all(db, sayings, world.clock())


async def delivers(world: World, bears: int = 12) -> None:
    """Another process says as many as the platform bears now."""
    await Balcony(world.database, {"local": Tires(bears=bears)}, world.clock).deliver()


async def test_how_far_it_has_come_and_how_long_it_takes(world: World) -> None:
    """Twelve of a hundred are out when Slack asks to wait: a minute and a half, and about one for the rest."""
    await puts(world, 100)
    await delivers(world)
    said = await world.ana.types("/balcony session")
    assert "Introductions: posted to 12 of 100." in said
    assert re.search(r"About [23] minutes more at this pace\.", said)
    world.clock.moves_by(minutes=2)
    await delivers(world, bears=100)
    assert "posted to" not in await world.ana.types("/balcony session")


async def test_before_the_first_there_is_no_estimate(world: World) -> None:
    """It says how many there are, and promises nothing."""
    await puts(world, 1204)
    said = await world.ana.types("/balcony session")
    assert "Introductions: posted to 0 of 1,204." in said
    assert "more at" not in said


@pytest.mark.parametrize("number", [19, 20])
async def test_what_is_soon_over_is_not_mentioned(world: World, number: int) -> None:
    """Fewer than twenty are out before anybody looks."""
    await puts(world, number)
    assert ("posted to" in await world.ana.types("/balcony session")) == (number == 20)


async def test_only_what_goes_out_now_counts(world: World) -> None:
    """What waits for the morning, what was put the day before yesterday, another programme's: none of it is under way."""
    await puts(world, 100)
    await delivers(world)
    later = {"due_at": world.clock() + timedelta(hours=9)}
    async with world.database.transaction() as db:
        await db.session.execute(update(Outbox).where(col(Outbox.state) == "due").values(**later))
    assert "posted to" not in await world.ana.types("/balcony session")
    world.clock.moves_by(days=2)
    assert "posted to" not in await world.ana.types("/balcony session")
    await second_programme(world)
    await puts(world, 30, Kind.WEEKLY, "The other group")
    assert "posted to" not in await world.ana.types("/balcony session")
    assert "Weekly messages: posted to 0 of 30" in await world.ana.types("/balcony session", channel="second-group")


async def test_several_kinds_have_a_line_each(world: World) -> None:
    """The one with the most before it comes first; they share one pace."""
    await puts(world, 30, Kind.MET)
    await puts(world, 40)
    await delivers(world, bears=0)
    world.clock.moves_by(minutes=2)
    said = await world.ana.types("/balcony session")
    assert said.index("Introductions: posted to 0 of 40") < said.index("“Did you meet?”: posted to 0 of 30")
