"""What the conversations share: the world, made once and copied; what people see; and a second programme."""

import asyncio
import re
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from bot.chat import Button, Person
from bot.matching.encoder import width_here
from bot.matching.recipe import everybodys_topics, version_here
from bot.platforms.local.listen import Someone
from bot.platforms.local.outbound import Said
from bot.platforms.local.render import as_text, buttons_of
from storage import issues, members
from storage.db import Database
from storage.keys import KeyRing
from storage.models import Issue, Member
from tests.conftest import KEYS, World, programme, world_on

SECOND = "second-group"


@dataclass(frozen=True)
class Made:
    """A world as it stands before a conversation: its database, and what was said so far."""

    path: Path
    said: tuple[Said, ...]


@pytest.fixture(scope="session")
def made(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Made:
    path = tmp_path_factory.mktemp("made") / "balcony.db"
    shutil.copy(migrated_sqlite, path)

    async def make() -> tuple[Said, ...]:
        database = Database(f"sqlite+aiosqlite:///{path}", KeyRing(KEYS))
        world = world_on(database)
        await world.imports()
        await world.joins(world.ben, world.cleo)
        await world.balcony.tick()
        await database.close()
        return tuple(world.platform.said)

    return Made(path, asyncio.run(make()))


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Database:
    """Its engine serves every conversation, one after the other: it remembers the statements it has put together."""
    return Database(f"sqlite+aiosqlite:///{tmp_path_factory.mktemp('shared') / 'balcony.db'}", KeyRing(KEYS))


@pytest.fixture
async def world(made: Made, shared: Database) -> AsyncIterator[World]:
    """The programme is in, Ben and Cleo have joined. It is Monday 23 November 2026, 10:00 in London."""
    shutil.copy(made.path, str(shared.engine.url.database))
    database = Database(shared.url, KeyRing(KEYS))
    database.engine = shared.engine  # and not one of its own
    world = world_on(database)
    world.platform.said += made.said
    yield world
    await database.close()  # the last connection takes the log with it: nothing of this conversation is left


def button(someone: Someone, label: str) -> Button:
    """The newest button with that label that they can see."""
    return next(one for one in reversed(someone.buttons()) if one.label == label)


def labels(someone: Someone) -> list[str]:
    """The buttons of the newest message."""
    return [one.label for one in buttons_of(someone.sees()[-1])]


def everything(someone: Someone) -> str:
    """All they can see, as text."""
    return "\n".join(as_text(message) for message in someone.sees())


def got(someone: Someone) -> list[str]:
    """What was sent to them alone, unasked, as texts."""
    return [as_text(message) for message in someone.gets()]


def came_back(someone: Someone) -> list[str]:
    """Their commitments as they were played back."""
    return [text for text in got(someone) if "you chose" in text]


async def second_programme(world: World) -> None:
    """Another one in the same workspace, in its own channel; Ana runs both."""
    await world.imports(programme(channel=SECOND).replace("Making our Move: systems leadership", "The other group"))


async def joins_second(someone: Someone) -> None:
    """They join that one, too, with both consents."""
    await someone.types("/balcony join", channel=SECOND)
    await someone.fills(
        issue="a second issue", organisation="elsewhere", sector="NHS", consent=("weekly", "introductions")
    )


def stranger(world: World, user: str) -> Someone:
    """Somebody with that id in another workspace."""
    return Someone(Person("local", "elsewhere", user), world.room)


async def paints(
    world: World, someone: Someone, topic: str, *, mentioned: bool = False, ticked: bool = False, nth: int = 1
) -> None:
    """What they work on is about that topic, as far as the encoder would know; and what they ticked."""
    place = [one.id for one in everybodys_topics().all].index(topic)
    portrait = np.zeros(len(everybodys_topics().all) + width_here(), "<f2")
    portrait[place] = 1
    async with world.database.transaction() as db:
        for bare in await issues.bare(db, version_here(), 500):
            row = await db.session.get_one(Issue, bare.mark[1])
            member = await db.session.get_one(Member, row.member_id)
            if (member.user, row.nth) == (someone.person.user, nth):
                await issues.paint(db, bare, version_here(), portrait.tobytes(), {topic} if mentioned else ())
                await issues.tick(db, member, nth, {topic} if ticked else ())


async def member_of(world: World, someone: Someone) -> Member:
    """Their row, in the programme that they joined last."""
    async with world.database.transaction() as db:
        return (await members.memberships(db, someone.person))[0]


def meetings(world: World) -> list[str]:
    """The introductions that the channel has seen, as texts."""
    return [post for post in map(as_text, world.room.posts()) if "please meet" in post]


def people_met(world: World) -> list[set[str]]:
    """Who was introduced to whom so far, in the channel."""
    return [set(re.findall(r"@(\w+)", post.split("\n")[0])) for post in meetings(world)]
