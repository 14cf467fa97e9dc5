"""Who works on what somebody asks about: with the encoder, in a thread, before the transaction of the answer opens."""

import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeVar

import pytest
from sqlalchemy import select

from bot import handlers
from bot.chat import Event, Kind, Message
from bot.handlers import finding
from bot.platforms.local.render import as_text
from storage import own_topics
from storage.db import Database, Db
from storage.keys import KeyRing
from storage.models import Member, Programme
from tests.conftest import KEYS, World
from tests.handlers.requesting import can_be_found
from tests.handlers.test_patience import Sleeps
from tests.holding import Hold, held, impatient

Result = TypeVar("Result")
SCHOOL = "Children who miss school in Durham, persistent absence"
FALLS = "falls prevention for older people at home"


def event(world: World, words: str, key: str = "k1", name: str = "/connect") -> Event:
    return Event(Kind.COMMAND, name, world.ben.person, key, "our-move", words)


async def settled(world: World) -> None:
    """Dev and Cleo may be found, by what each works on."""
    await world.joins(world.dev, issue=SCHOOL, organisation="Durham County Council", place="Durham")
    await world.joins(world.cleo, issue=FALLS)
    await can_be_found(world.dev, world.cleo)
    await world.balcony.do_in_time()


@pytest.mark.thorough
async def test_other_words_for_the_same_are_found(world: World) -> None:
    """School attendance finds Dev, who wrote of absence, and not Cleo; falls find Cleo; badly spelled, too."""
    await settled(world)
    for question, found, other in (
        ("who else works on school attendance?", "@dev", "@cleo"), ("pupils who do not attend", "@dev", "@cleo"),
        ("falls", "@cleo", "@dev"), ("fals preventoin", "@cleo", "@dev"),
    ):  # fmt: skip
        said = await world.ben.types(f"/connect {question}")
        assert found in said, question
        assert other not in said, question
        assert question in said
    assert "You both mention “School attendance and attainment”." in await world.ben.types("/connect school attendance")
    assert "I found nobody" in await world.ben.types("/connect zebra crossings on the moon")
    thought = await finding.think(event(world, "falls"), world.database, world.clock())
    assert thought is not None
    assert [(like.nth, like.sure, like.mentioned, like.mine) for like in thought.likest] == [(1, True, True, 1)]
    await world.cleo.presses("I do not want to be found")
    thought = await finding.think(event(world, "falls"), world.database, world.clock())
    assert thought is not None
    assert not thought.likest


@pytest.mark.thorough
async def test_a_topic_of_the_programmes_own(world: World) -> None:
    """Accepted by the enabler, it finds; and while issues are being painted anew, nobody is compared with the old ones."""
    await settled(world)
    await world.cleo.types("/balcony settings")
    await world.cleo.fills(issue="coastal erosion at Vane Sands")
    async with world.database.transaction() as db:
        home = (await db.session.execute(select(Programme))).scalar_one()
        cleo = (await db.session.execute(select(Member).where(Member.user == "cleo"))).scalar_one()  # type: ignore[arg-type]
        called = await own_topics.call(db, cleo, "Coastal erosion", world.clock())
        await own_topics.decide(db, home, called.id, accept=True, now=world.clock())
    assert "I found nobody" in await world.ben.types("/connect coastal erosion")
    await world.balcony.do_in_time()
    assert "You both mention “Coastal erosion”." in await world.ben.types("/connect coastal erosion")


async def test_only_what_can_be_compared_is_worked_out(world: World) -> None:
    """Not for anybody who has not joined, not for wordless or endless questions, and not for what is no question."""
    for words in ("", "??", "x" * 5000, "help", "@cleo", "know <@cleo>", "never cleo", "asked", "<@cleo> <@dev> why"):
        assert finding.asked(event(world, words)) == "", words
        assert await finding.think(event(world, words), world.database, world.clock()) is None
    stranger = replace(event(world, "falls"), person=world.dev.person)
    assert await finding.think(stranger, world.database, world.clock()) is None
    assert finding.asked(event(world, " falls ")) == "falls"
    assert finding.asked(Event(Kind.FORM, "connect", world.ben.person, "k", "", "", {"about": "help"})) == "help"


class Noticed(Database):
    """Counts what is done in it; once the first thing is done, `then` happens."""

    def __init__(self, database: Database, then: Callable[[], None]) -> None:
        super().__init__(f"{database.url}?timeout=0.01", KeyRing(KEYS))
        self.done, self._then = 0, then

    async def run(self, work: Callable[[Db], Awaitable[Result]]) -> Result:
        self.done += 1
        result = await super().run(work)
        if self.done == 1:
            self._then()
        return result


async def test_it_is_worked_out_once_however_often_the_answer_is_tried(world: World) -> None:
    """Another process locks the database once the question is understood; the answer is tried until it is not."""
    with contextlib.ExitStack() as stack:
        holds: list[Hold] = []
        database = Noticed(world.database, lambda: holds.append(stack.enter_context(held(world.database))))

        def ends() -> None:
            holds[0].ends()

        sleeps = Sleeps(3, ends)
        answer = await handlers.answer(event(world, "falls"), database, world.clock(), sleep=sleeps)
        await database.close()
    assert isinstance(answer, Message)
    assert "I found nobody" in as_text(answer)
    assert len(sleeps.pauses) == 3
    assert database.done == 1 + 4


async def test_it_waits_for_the_database_as_patiently_as_the_answer(world: World) -> None:
    """Locked already when it is to be understood: told what everybody is told, and nothing else is lost."""
    async with impatient(world.database) as database:
        with held(world.database) as hold:
            sleeps = Sleeps(2, hold.ends)
            answer = await handlers.answer(event(world, "falls"), database, world.clock(), sleep=sleeps)
    assert isinstance(answer, Message)
    assert "I found nobody" in as_text(answer)
    assert len(sleeps.pauses) == 2


async def test_the_same_question_again_is_answered_once(world: World) -> None:
    """One delivery, heard twice."""
    assert await world.balcony.answer(event(world, "falls")) is not None
    assert await world.balcony.answer(event(world, "falls")) is None
