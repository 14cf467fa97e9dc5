"""A witness, as conversations: asked once, sees nothing before yes."""

from tests.conftest import World
from tests.handlers.conftest import button, everything, got

NOTHING = "nothing to be a witness of"
SECRET = "ring the school nurse"


async def asks(world: World, witness: str = "cleo") -> None:
    """Ben commits, with a witness, and the question goes out."""
    await world.ben.types("/commit")
    assert f"I have asked @{witness}" in await world.ben.fills(what=SECRET, day="2026-11-27", witness=witness)
    await world.balcony.tick()


async def test_a_witness_sees_nothing_before_yes(world: World) -> None:
    """Cleo is asked without a word of it, says yes, and sees it; Ben is told, once."""
    await asks(world)
    assert "@ben" in world.cleo.last()
    assert SECRET not in everything(world.cleo)
    said = await world.cleo.presses("Yes, I will")
    assert f"“{SECRET}”" in said
    assert "Due on Friday 27 November" in said
    await world.cleo.presses("Yes, I will")
    await world.balcony.tick()
    assert [text for text in got(world.ben) if "will be your witness" in text] == [got(world.ben)[-1]]


async def test_a_witness_may_decline(world: World) -> None:
    """Cleo never sees it, not even with the old button; Ben is told kindly, and his commitment stays."""
    await asks(world)
    yes = button(world.cleo, "Yes, I will")
    assert "Nothing was shown to you" in await world.cleo.presses("Not this time")
    assert NOTHING in await world.cleo.presses_button(yes)
    assert SECRET not in everything(world.cleo)
    await world.balcony.tick()
    assert "@cleo cannot be your witness this time. Your commitment stays" in got(world.ben)[-1]
    await world.waits_until("2026-11-27 09:00")
    assert SECRET in world.ben.last()


async def test_a_witness_may_step_back(world: World) -> None:
    """After a yes, a no: from then on she sees nothing of it, and Ben knows."""
    await asks(world)
    no = button(world.cleo, "Not this time")
    await world.cleo.presses("Yes, I will")
    world.clock.moves_by(minutes=5)
    assert "not its witness any more" in await world.cleo.presses_button(no)
    assert NOTHING in await world.cleo.presses("Yes, I will")
    await world.balcony.tick()
    assert "cannot be your witness" in got(world.ben)[-1]


async def test_nobody_is_asked_twice(world: World) -> None:
    """Ben saves the form again with Cleo in it: no second question while she thinks, and none after her no."""
    await asks(world)
    await world.ben.presses("Add a cue or a witness")
    again = await world.ben.fills(witness="cleo")
    assert "Kept" in again
    assert "I have asked" not in again
    await world.cleo.presses("Not this time")
    await world.ben.presses("Add a cue or a witness")
    assert "ask nobody twice" in await world.ben.fills(witness="cleo")
    await world.balcony.tick()
    assert len([text for text in got(world.cleo) if "would be a witness" in text]) == 1
    assert NOTHING in await world.cleo.presses("Yes, I will")


async def test_another_witness_takes_the_place_of_the_first(world: World) -> None:
    """Once Dev is asked, Cleo, who had said yes, has no way to it any more."""
    await world.joins(world.dev)
    await asks(world)
    yes, no = button(world.cleo, "Yes, I will"), button(world.cleo, "Not this time")
    await world.cleo.presses_button(yes)
    await world.ben.presses("Add a cue or a witness")
    assert "for you alone" in await world.ben.fills(what="something quite different", witness="dev")
    assert NOTHING in await world.cleo.presses_button(yes)
    assert NOTHING in await world.cleo.presses_button(no)
    await world.balcony.tick()
    assert "something quite different" in await world.dev.presses("Yes, I will")
    assert "something quite different" not in everything(world.cleo)


async def test_a_change_keeps_the_witness(world: World) -> None:
    """The form with an empty witness leaves Cleo the witness she is, and says who it is kept for."""
    await asks(world)
    await world.cleo.presses("Yes, I will")
    await world.ben.presses("Add a cue or a witness")
    assert "for you and your witness" in await world.ben.fills(day="2026-11-26")
    assert "Thursday 26 November" in await world.cleo.presses("Yes, I will")


async def test_a_witness_who_left_sees_nothing(world: World) -> None:
    """Cleo has left the programme; the button she still has shows nothing."""
    await asks(world)
    yes = button(world.cleo, "Yes, I will")
    await world.cleo.types("/balcony leave")
    await world.cleo.presses("Leave")
    assert NOTHING in await world.cleo.presses_button(yes)
    assert SECRET not in everything(world.cleo)


async def test_what_is_gone_or_closed_is_shown_to_nobody(world: World) -> None:
    """Done, taken out, or its author left: the same sentence each time."""
    await asks(world)
    yes = button(world.cleo, "Yes, I will")
    await world.ben.types("/commit list")
    await world.ben.presses("Done")
    assert NOTHING in await world.cleo.presses_button(yes)
    await world.ben.presses("Open it again")
    await world.ben.types("/balcony leave")
    await world.ben.presses("Leave")
    assert NOTHING in await world.cleo.presses_button(yes)
    await world.joins(world.ben)
    await world.ben.types("/commit list")
    await world.ben.presses("Undo")
    assert NOTHING in await world.cleo.presses_button(yes)
    assert SECRET not in everything(world.cleo)


async def test_somebody_who_was_not_asked(world: World) -> None:
    """Dev presses the buttons of Cleo's question: nothing there, and Cleo is still asked."""
    await world.joins(world.dev)
    await asks(world)
    for label in ("Yes, I will", "Not this time"):
        assert NOTHING in await world.dev.presses_button(button(world.cleo, label))
    assert SECRET in await world.cleo.presses("Yes, I will")


async def test_a_pause_is_kept_from_witness_matters(world: World) -> None:
    """Cleo is on a pause, and is asked when it is over; so is Ben with her answer."""
    await world.cleo.types("/balcony pause until Wednesday")
    await asks(world)
    assert world.cleo.gets() == []
    await world.waits_until("2026-11-25 09:00")
    assert "would be a witness" in world.cleo.last()
    await world.ben.types("/balcony pause until 1 December")
    await world.cleo.presses("Yes, I will")
    await world.balcony.tick()
    assert world.ben.gets() == []
    await world.waits_until("2026-12-01 09:00")
    assert "will be your witness" in "".join(got(world.ben))
