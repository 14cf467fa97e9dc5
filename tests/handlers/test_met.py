"""Did you meet? As conversations."""

import pytest
from sqlalchemy import text

from bot.chat import Button
from tests.conftest import World
from tests.handlers.conftest import button, got, labels


@pytest.fixture
async def asked(world: World) -> World:
    """Ben and Cleo were introduced on 8 December; a week has passed, and both are asked."""
    await world.waits_until("2026-12-08 09:30")
    await world.waits_until("2026-12-15 09:30")
    return world


async def said_so_far(world: World) -> list[str]:
    """What those of the introduction have said, in the order of their joining."""
    async with world.database.transaction() as db:
        query = "SELECT met FROM introduced JOIN member ON member.id = member_id ORDER BY user"
        return list((await db.session.execute(text(query))).scalars())


async def test_each_is_asked_alone_and_once(asked: World) -> None:
    """A week later, with the other's name."""
    await asked.waits_until("2026-12-15 12:00")
    assert [text for text in got(asked.ben) if "Did you meet" in text] == [
        "A week ago I introduced you to @cleo. Did you meet?\n[1] Yes  [2] Not yet  [3] Not this time"
    ]
    assert "@ben" in asked.cleo.last()


@pytest.mark.parametrize(
    ("label", "sentence", "kept"),
    [
        ("Yes", "one more connection", "met"),
        ("Not yet", "The introduction stands", "not yet"),
        ("Not this time", "somebody new", "not this time"),
    ],
)
async def test_each_answers_for_themselves(asked: World, label: str, sentence: str, kept: str) -> None:
    """Ben's answer is his; Cleo's is still open; and the other two answers stay at hand."""
    assert sentence in await asked.ben.presses(label)
    assert await said_so_far(asked) == [kept, ""]
    assert len(labels(asked.ben)) == 2
    assert label not in labels(asked.ben)


async def test_an_answer_can_be_changed(asked: World) -> None:
    """Not yet, and the week after: yes."""
    await asked.ben.presses("Not yet")
    assert "one more connection" in await asked.ben.presses("Yes")
    assert await said_so_far(asked) == ["met", ""]


async def test_nobody_answers_for_others(asked: World) -> None:
    """Dev, who was not introduced, reads the same as about an introduction that is none."""
    await asked.joins(asked.dev)
    yes = button(asked.ben, "Yes")
    to_dev = await asked.dev.presses_button(yes)
    assert "not one of yours" in to_dev
    assert to_dev == await asked.ben.presses_button(Button("Yes", "met", "nothing:met"))
    assert await said_so_far(asked) == ["", ""]


async def test_an_unknown_answer_is_of_an_older_version(asked: World) -> None:
    """It says so and changes nothing."""
    value = button(asked.ben, "Yes").value.partition(":")[0]
    assert "older version" in await asked.ben.presses_button(Button("?", "met", f"{value}:perhaps"))
    assert await said_so_far(asked) == ["", ""]


async def test_who_paused_or_left_is_not_asked(world: World) -> None:
    """Cleo is on a pause, and Ben has left."""
    await world.waits_until("2026-12-08 09:30")
    await world.cleo.types("/balcony pause 4 weeks")
    await world.ben.types("/balcony leave")
    await world.ben.presses("Leave")
    await world.waits_until("2026-12-15 09:30")
    assert "Did you meet" not in "".join(got(world.ben) + got(world.cleo))
