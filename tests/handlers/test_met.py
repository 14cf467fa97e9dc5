"""Did you meet? As conversations."""

import pytest
from sqlalchemy import text

from bot.chat import Button
from bot.platforms.local.listen import Someone
from storage import introductions, programmes
from tests.conftest import World, programme
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
        "A week ago I introduced you to @cleo. Did you meet?\n[1] Yes  [2] Booked  [3] Not yet  [4] Not this time"
    ]
    assert "@ben" in asked.cleo.last()


@pytest.mark.parametrize(
    ("label", "sentence", "kept"),
    [
        ("Yes", "one more connection", "met"),
        ("Booked", "in a week, whether it happened", "booked"),
        ("Not yet", "The introduction stands", "not yet"),
        ("Not this time", "somebody new", "not this time"),
    ],
)
async def test_each_answers_for_themselves(asked: World, label: str, sentence: str, kept: str) -> None:
    """Ben's answer is his; Cleo's is still open; and the other three stay at hand."""
    assert sentence in await asked.ben.presses(label)
    assert await said_so_far(asked) == [kept, ""]
    at_hand = [one for one in labels(asked.ben) if one != "What came of it?"]
    assert at_hand == [one for one in ("Yes", "Booked", "Not yet", "Not this time") if one != label]


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


# --- once more ---


AGAIN = "You and @cleo had not met yet when I asked. Have you met since?"
HAPPENED = "You had booked a time with @cleo. Did it happen?"


def asked_again(someone: Someone) -> list[str]:
    """What they were asked once more, the first line of each."""
    return [text.split("\n")[0] for text in got(someone) if "Have you met since" in text or "Did it happen" in text]


@pytest.mark.parametrize(
    ("label", "before", "then", "question"),
    [
        ("Not yet", "2026-12-17 09:29", "2026-12-17 09:30", AGAIN),
        ("Booked", "2026-12-22 09:29", "2026-12-22 09:30", HAPPENED),
    ],
)
async def test_asked_once_more(asked: World, label: str, before: str, then: str, question: str) -> None:
    """After 48 hours, or a week; whoever does not answer that, or answers the same, is not asked again."""
    await asked.ben.presses(label)
    await asked.waits_until(before)
    assert asked_again(asked.ben) == []
    await asked.waits_until(then)
    assert asked_again(asked.ben) == [question]
    assert "I will not ask again, unless you tell me that a time is booked." in got(asked.ben)[-1]
    assert "I will ask" not in await asked.ben.presses(label)
    for moment in ("2026-12-29 09:30", "2027-01-20 09:30"):
        await asked.waits_until(moment)
    assert asked_again(asked.ben) == [question]


async def test_each_question_comes_once(asked: World) -> None:
    """Not yet, then booked, then not yet: asked about either once, and never a third time."""
    await asked.ben.presses("Not yet")
    await asked.waits_until("2026-12-17 09:30")
    assert "in a week" in await asked.ben.presses("Booked")
    await asked.waits_until("2026-12-24 09:30")
    assert asked_again(asked.ben) == [AGAIN, HAPPENED]
    assert "I will ask" not in await asked.ben.presses("Not yet")
    await asked.waits_until("2027-01-20 09:30")
    assert asked_again(asked.ben) == [AGAIN, HAPPENED]


async def test_pressed_twice_is_pressed_once(asked: World) -> None:
    """The same button again says the same, and brings one question."""
    not_yet = button(asked.ben, "Not yet")
    assert await asked.ben.presses_button(not_yet) == await asked.ben.presses_button(not_yet)
    for moment in ("2026-12-17 09:30", "2026-12-19 09:30"):
        await asked.waits_until(moment)
    assert asked_again(asked.ben) == [AGAIN]


@pytest.mark.parametrize("then", ["Yes", "Not this time"])
async def test_who_has_answered_is_not_asked_again(asked: World, then: str) -> None:
    """Also if the question was on its way already."""
    await asked.ben.presses("Not yet")
    value = button(asked.ben, then)
    asked.clock.moves_to("2026-12-17 09:30")
    await asked.balcony.do_due()
    await asked.ben.presses_button(value)
    for moment in ("2026-12-17 09:31", "2026-12-24 09:30"):
        await asked.waits_until(moment)
    assert asked_again(asked.ben) == []


@pytest.mark.parametrize("way", ["pause", "leave", "opt out", "the other leaves"])
async def test_who_is_away_is_not_asked_again(asked: World, way: str) -> None:
    """On a pause, gone, without introductions; and nobody is asked about somebody who is gone."""
    await asked.ben.presses("Not yet")
    if way == "pause":
        await asked.ben.types("/balcony pause 1 week")
    elif way == "opt out":
        await asked.ben.types("/balcony settings")
        await asked.ben.fills(consent=("weekly",))
    else:
        who = asked.ben if way == "leave" else asked.cleo
        await who.types("/balcony leave")
        await who.presses("Leave")
    for moment in ("2026-12-17 09:30", "2026-12-22 09:30"):
        await asked.waits_until(moment)
    assert asked_again(asked.ben) == []


async def test_an_answer_is_awaited_for_a_week(world: World) -> None:
    """Until then it is not said of Ben and Cleo that their introduction did not happen."""
    await world.imports(programme().replace("every_weeks = 2", "every_weeks = 6"))
    await world.waits_until("2026-12-08 09:30")
    await world.waits_until("2026-12-15 09:30")
    await world.waits_until("2026-12-22 09:00")
    await world.ben.presses("Not yet")
    for moment, nobody in (("2026-12-24 09:00", True), ("2026-12-31 08:59", True), ("2026-12-31 09:00", False)):
        await world.waits_until(moment)
        async with world.database.transaction() as db:
            [home] = await programmes.all_of_them(db)
            assert (await introductions.not_happened(db, home, world.clock()) == set()) is nobody
    assert len(asked_again(world.ben)) == 1


# --- one yes is enough ---


async def test_when_one_says_they_met_the_other_is_asked_nothing_more(asked: World) -> None:
    """Cleo has not yet; Ben says they met, and the system knows."""
    await asked.cleo.presses("Not yet")
    await asked.ben.presses("Yes")
    await asked.waits_until("2026-12-17 09:30")
    assert asked_again(asked.cleo) == []


async def test_a_question_that_waits_is_not_asked_after_a_yes(world: World) -> None:
    """Both questions are written; before they go out, Ben says yes. If he takes that back, Cleo is asked after all."""
    await world.waits_until("2026-12-08 09:30")
    world.clock.moves_to("2026-12-15 09:30")
    await world.balcony.do_due()
    async with world.database.transaction() as db:
        [introduction] = (await db.session.execute(text("SELECT id FROM introduction"))).scalars()
    await world.ben.presses_button(Button("Yes", "met", f"{introduction}:met"))
    await world.waits_until("2026-12-15 09:40")
    assert "Did you meet" not in "".join(got(world.ben) + got(world.cleo))
    await world.ben.presses("Not this time")
    await world.waits_until("2026-12-15 09:41")
    assert "Did you meet" in "".join(got(world.cleo))
    assert "Did you meet" not in "".join(got(world.ben))


async def test_of_three_one_yes_is_enough(world: World) -> None:
    """Ben and Dev say yes, and Ben takes his back: Dev's still counts, and Cleo is not asked."""
    await world.joins(world.dev)
    await world.waits_until("2026-12-08 09:30")
    world.clock.moves_to("2026-12-15 09:30")
    await world.balcony.do_due()
    async with world.database.transaction() as db:
        [introduction] = (await db.session.execute(text("SELECT id FROM introduction"))).scalars()
    for someone, said in ((world.ben, "met"), (world.dev, "met"), (world.ben, "not this time")):
        await someone.presses_button(Button("?", "met", f"{introduction}:{said}"))
    await world.waits_until("2026-12-15 09:40")
    assert "Did you meet" not in "".join(got(world.ben) + got(world.cleo) + got(world.dev))
