"""What became of a commitment, as conversations."""

import pytest
from sqlalchemy import text

from bot.chat import Button
from tests.conftest import World
from tests.handlers.conftest import button, came_back, everything, labels


@pytest.mark.parametrize(
    ("label", "sentence"),
    [("Done", "Done. Good."), ("Partly", "movement"), ("Changed", "Plans that meet"), ("Let go", "a decision too")],
)
async def test_each_outcome_closes_it_kindly(world: World, label: str, sentence: str) -> None:
    """On the day one press says what became of it, and it is out of the list."""
    await world.ben.types("/commit ring the nurse tomorrow")
    await world.waits_until("2026-11-24 09:00")
    assert labels(world.ben) == ["Done", "Partly", "Changed", "Let go"]
    said = await world.ben.presses(label)
    assert sentence in said
    assert "“ring the nurse”" in said
    assert "What did you learn?" in labels(world.ben)
    assert ("Write the new one" in labels(world.ben)) is (label == "Changed")
    assert "no open commitments" in await world.ben.types("/commit list")


async def test_a_change_of_mind_counts(world: World) -> None:
    """The last outcome that was pressed is the one."""
    await world.ben.types("/commit ring the nurse")
    await world.ben.types("/commit list")
    partly = button(world.ben, "Partly")
    await world.ben.presses("Done")
    assert "Partly" in await world.ben.presses_button(partly)
    async with world.database.transaction() as db:
        states = await db.session.execute(text("SELECT state FROM commitment"))
        assert states.scalars().all() == ["partly"]


async def test_closed_before_its_day_it_does_not_come_back(world: World) -> None:
    """Done on Monday is done on Friday."""
    await world.ben.types("/commit ring the nurse on Friday")
    await world.ben.types("/commit list")
    await world.ben.presses("Done")
    await world.waits_until("2026-11-27 09:00")
    assert came_back(world.ben) == []


async def test_opened_again_it_comes_back_on_its_day(world: World) -> None:
    """Closed by mistake on Monday, open again: Friday brings it, as Balcony says."""
    await world.ben.types("/commit ring the nurse on Friday")
    await world.ben.types("/commit list")
    await world.ben.presses("Done")
    said = await world.ben.presses("Open it again")
    assert "Due on Friday 27 November. I will bring it back on the day." in said
    assert "ring the nurse" in await world.ben.types("/commit list")
    await world.waits_until("2026-11-27 09:00")
    assert len(came_back(world.ben)) == 1


@pytest.mark.parametrize("reopened", ["2026-11-24 10:00", "2026-11-24 18:00", "2026-11-30 10:00"])
async def test_opened_again_after_its_day_it_stays_open_quietly(world: World, reopened: str) -> None:
    """It was played back once, and that is enough."""
    await world.ben.types("/commit ring the nurse tomorrow")
    await world.waits_until("2026-11-24 09:00")
    await world.ben.presses("Done")
    world.clock.moves_to(reopened)
    await world.ben.presses("Open it again")
    for moment in ("2026-11-24 16:30", "2026-11-25 09:00", "2026-12-01 09:00"):
        await world.waits_until(moment)
    assert len(came_back(world.ben)) == 1


async def test_changing_a_closed_one_opens_it(world: World) -> None:
    """A new day for something done means that there is more to do."""
    await world.ben.types("/commit ring the nurse tomorrow")
    change, list_ = button(world.ben, "Add a cue or a witness"), "/commit list"
    await world.ben.types(list_)
    await world.ben.presses("Let go")
    await world.ben.presses_button(change)
    await world.ben.fills(day="2026-11-26")
    assert "Thursday 26 November" in await world.ben.types(list_)
    await world.waits_until("2026-11-26 09:00")
    assert len(came_back(world.ben)) == 1


async def test_a_day_for_a_closed_one_opens_it(world: World) -> None:
    """The same by a day's button."""
    await world.ben.types("/commit ring the nurse")
    tomorrow = button(world.ben, "Tomorrow")
    await world.ben.types("/commit list")
    await world.ben.presses("Changed")
    await world.ben.presses_button(tomorrow)
    await world.waits_until("2026-11-24 09:00")
    assert len(came_back(world.ben)) == 1


async def test_what_was_learned_is_kept_for_its_author(world: World) -> None:
    """It is there when Ben asks again, and nobody else gets to it."""
    await world.ben.types("/commit ring the nurse")
    await world.ben.types("/commit list")
    await world.ben.presses("Done")
    learned = button(world.ben, "What did you learn?")
    await world.ben.presses("What did you learn?")
    assert "for you alone" in await world.ben.fills(learned="she was waiting for a call")
    await world.ben.presses_button(learned)
    assert world.ben.form is not None
    assert world.ben.form.questions[0].initial == "she was waiting for a call"
    world.cleo.form = world.ben.form
    assert "not in your notebook" in await world.cleo.fills(learned="mine now")
    for press in (learned, button(world.ben, "Open it again")):
        assert "not in your notebook" in await world.cleo.presses_button(press)
    assert "waiting for a call" not in everything(world.cleo)


async def test_what_was_learned_has_its_limits(world: World) -> None:
    """Too long or nothing keeps the form open, and a line is enough."""
    await world.ben.types("/commit ring the nurse")
    await world.ben.types("/commit list")
    await world.ben.presses("Done")
    await world.ben.presses("What did you learn?")
    assert "room for 2,000" in await world.ben.fills(learned="x" * 2001)
    assert "A line is enough" in await world.ben.fills(learned=" \x00")
    assert "for you alone" in await world.ben.fills(learned="a line")


async def test_an_outcome_leaves_the_rest_of_a_list(world: World) -> None:
    """In a list or a weekly message the answer stands beside it; on its own message it takes the place."""
    await world.ben.types("/commit ring the nurse tomorrow")
    await world.ben.types("/commit list")
    await world.ben.presses("Done")
    assert not world.ben.sees()[-1].replaces
    await world.ben.presses("Open it again")
    await world.waits_until("2026-11-24 09:00")
    await world.ben.presses("Done")
    assert world.ben.sees()[-1].replaces


async def test_an_unknown_outcome_is_of_an_older_version(world: World) -> None:
    """It says so and changes nothing; that it is open is no outcome."""
    await world.ben.types("/commit ring the nurse")
    done = button(world.ben, "Add a cue or a witness").value
    for outcome in ("perfect", "open", ""):
        assert "older version" in await world.ben.presses_button(Button("?", "commitment.close", f"{done}:{outcome}"))
    assert "ring the nurse" in await world.ben.types("/commit list")
