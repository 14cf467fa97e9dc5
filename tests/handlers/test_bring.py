"""Bringing two others together, as conversations."""

import pytest

from tests.conftest import World
from tests.handlers.conftest import everything, got, joins_second, labels, second_programme
from tests.handlers.requesting import CHANGED, NO, SILENCE, TOGETHER, YES, can_be_found

THINKS = "thinks that you and"


@pytest.fixture
async def three(world: World) -> World:
    """Dev has joined, too."""
    await world.joins(world.dev)
    return world


async def brings(world: World, line: str = "@cleo @dev you both need carers") -> str:
    said = await world.ben.types(f"/connect {line}")
    await world.balcony.tick()
    return said


async def test_both_are_asked_and_then_introduced(three: World) -> None:
    """Each reads who suggests it, why and who the other is; after two yeses they are introduced, and Ben hears of it."""
    said = await brings(three)
    assert "I take this to @cleo and @dev." in said
    assert SILENCE in said
    for someone, other in ((three.cleo, "dev"), (three.dev, "cleo")):
        assert f"@ben {THINKS} @{other} should meet" in got(someone)[-1]
        assert "“you both need carers”" in got(someone)[-1]
        assert f"what {other} is working on" not in everything(someone)
    await three.cleo.presses(YES)
    await three.balcony.tick()
    assert TOGETHER not in everything(three.dev) + everything(three.ben)
    await three.dev.presses(YES)
    await three.balcony.tick()
    for someone, other in ((three.cleo, "dev"), (three.dev, "cleo")):
        assert f"Please meet @{other}" in got(someone)[-1]
        assert f"“what {other} is working on”" in got(someone)[-1]
        assert "@ben brings you together:\n  “you both need carers”" in got(someone)[-1]
    assert "@cleo and @dev have both said yes" in got(three.ben)[-1]
    assert "what cleo is working on" not in everything(three.ben)


async def test_neither_hears_of_a_no(three: World) -> None:
    """Cleo says no: Dev, who says yes, and Ben see what they would see if she had not answered."""
    await brings(three)
    seen = everything(three.ben)
    await three.cleo.presses(NO)
    assert "Until then nobody learns what you said" in await three.dev.presses(YES)
    assert "That is fine" in await three.dev.presses(CHANGED)
    await three.balcony.tick()
    assert everything(three.ben) == seen
    assert TOGETHER not in everything(three.dev)


async def test_kept_apart_neither_is_asked(three: World) -> None:
    """Cleo has Dev on her list: Ben reads what he always reads, and neither of them anything. The same later on."""
    await brings(three)
    usual = three.ben.last()
    await three.cleo.types("/connect never @dev")
    await three.cleo.presses_button(next(one for one in three.cleo.buttons() if one.label == YES))
    assert "Until then nobody learns" in await three.dev.presses(YES)
    await three.balcony.tick()
    assert await three.count("introduction") == 0
    three.clock.moves_by(days=91)
    before = len(got(three.dev)), len(got(three.cleo))
    await three.ben.types("/connect @cleo @dev you both need carers")
    assert three.ben.last() == usual
    assert (len(got(three.dev)), len(got(three.cleo))) == before


async def test_without_any_consent_nobody_is_asked(three: World) -> None:
    """Dev wants neither to be introduced nor to be found; to be found alone is enough."""
    await three.dev.types("/balcony settings")
    await three.dev.fills(consent=())
    assert "I take this to" in await brings(three)
    assert THINKS not in everything(three.dev) + everything(three.cleo)
    await can_be_found(three.dev)
    three.clock.moves_by(days=91)
    await brings(three)
    assert THINKS in everything(three.dev)


async def test_somebody_has_left(three: World) -> None:
    """One of the two: the other waits, as for an answer, and nobody is introduced. Ben himself: it is not open any more."""
    await brings(three)
    await three.dev.presses(YES)
    await three.dev.types("/balcony leave")
    await three.dev.presses("Leave")
    yes = next(one for one in three.cleo.buttons() if one.label == YES)
    assert "Until then nobody learns" in await three.cleo.presses_button(yes)
    await three.joins(three.dev)
    await three.ben.types("/balcony leave")
    await three.ben.presses("Leave")
    assert "not open any more" in await three.cleo.presses_button(yes)
    assert await three.count("introduction") == 0


async def test_the_first_move_goes_in_turn(three: World) -> None:
    """Whoever made fewer first moves makes it."""
    for first in ("cleo", "dev"):
        await brings(three)
        await three.cleo.presses(YES)
        await three.dev.presses(YES)
        await three.balcony.tick()
        assert ("Yours is the first move" in got(three.cleo)[-1]) == (first == "cleo")
        assert ("@cleo makes the first move" in got(three.dev)[-1]) == (first == "cleo")
        three.clock.moves_by(days=1)  # once made, it is asked again whenever somebody likes


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("@cleo @dev @ana", "two people at a time"),
        ("@cleo @ben", "That is you"), ("@cleo @zoe", "One of them has not joined"),
        ("@zoe @yan", "None of them has joined"), ("introduce them please", "I cannot tell whom you mean"),
        ("@cleo @dev " + "x" * 301, "there is room for 300"),
    ],
)  # fmt: skip
async def test_who_is_meant(three: World, line: str, sentence: str) -> None:
    """Anything but two others who joined is said kindly, and nobody is asked."""
    assert sentence in await brings(three, line)
    assert await three.count("request") == 0


async def test_one_alone(three: World) -> None:
    """Perhaps Ben wants to meet her himself: Cleo is asked without a word of him, and then reads what he said."""
    assert "not joined" in await three.ben.types("/connect @zoe")
    assert "room for 300" in await three.ben.types(f"/connect @cleo {'x' * 301}")
    for line in ("@cleo @cleo", "@cleo I liked your question"):
        assert "Would you like to meet @cleo yourself?" in await three.ben.types(f"/connect {line}")
    assert labels(three.ben) == ["Ask them", "I know them already", "Introduce two others"]
    await can_be_found(three.cleo)
    await three.ben.presses("Ask them")
    await three.balcony.tick()
    assert "Somebody in Making our Move: systems leadership would like to meet you.\nIf" in got(three.cleo)[-1]
    await three.cleo.presses(YES)
    await three.balcony.tick()
    assert "@ben said:\n  “I liked your question”" in got(three.cleo)[-1]
    await three.ben.types("/connect @dev")
    assert "You know @dev." in await three.ben.presses("I know them already")


async def test_the_form(three: World) -> None:
    """The same for whom mentions are awkward; what is missing or wrong is said in it."""
    assert "Who should meet" in await three.ben.types("/connect introduce")
    await three.ben.fills(one="", other="dev")
    assert three.ben.problems == {"one": "Please choose somebody."}
    await three.ben.fills(one="dev", other="dev", why="x" * 301)
    assert set(three.ben.problems) == {"other", "why"}
    assert "not joined" in await three.ben.fills(one="cleo", other="zoe")
    assert "I take this to @cleo and @dev." in await three.ben.fills(one="cleo", other="dev", why="carers")
    await three.ben.types("/connect @dev")
    assert "Who should meet" in await three.ben.presses("Introduce two others")


async def test_in_the_programme_that_all_three_are_in(world: World) -> None:
    """Ben, who is in two, writes in the channel of one, and the two people are in the other."""
    await world.joins(world.dev)
    await second_programme(world)
    await joins_second(world.ben)
    assert "I take this to" in await world.ben.types("/connect @cleo @dev carers", channel="second-group")
    await joins_second(world.cleo)
    fay = world.room.someone("fay")
    await world.joins(fay)
    assert "None of them has joined" in await world.cleo.types("/connect @zoe @fay carers", channel="second-group")


async def test_hostile_reasons_are_words(three: World) -> None:
    """They reach both to the letter, as somebody's words."""
    hostile = "<!channel> **now** =1+1 [x](http://e.vil)"
    await brings(three, f"@cleo @dev {hostile}")
    assert f"“{hostile}”" in got(three.cleo)[-1]
