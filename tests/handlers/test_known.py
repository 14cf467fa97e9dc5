"""Whom a member knows already, as conversations."""

from tests.conftest import World
from tests.handlers.conftest import everything, got, joins_second, labels, second_programme


async def test_said_shown_and_taken_back(world: World) -> None:
    """Ben knows Cleo: it is in his list and not in hers, she is not told, and he can take it back."""
    assert "have not told me" in await world.ben.types("/connect known")
    assert "You know @cleo." in await world.ben.types("/connect know @cleo")
    assert "You know @cleo." in await world.ben.types("/connect know @cleo")
    assert await world.ben.types("/connect known") == "Whom you know already\n@cleo\n[1] Take off\n[2] Add somebody"
    assert "have not told me" in await world.cleo.types("/connect known")
    assert "@ben" not in everything(world.cleo)
    assert await world.count("known") == 1
    assert "taken back" in await world.ben.presses("Take off")
    assert "taken back" in await world.ben.presses("Take off")
    await world.ben.presses("Whom I know")
    assert "have not told me" in world.ben.last()
    assert not got(world.cleo)[1:]


async def test_by_the_form(world: World) -> None:
    """For whom mentions are awkward."""
    assert "Whom do you know already?" in await world.ben.types("/connect know")
    assert await world.ben.fills(who="") == "Please choose somebody."
    assert "not joined" in await world.ben.fills(who="zoe")
    assert "That is you" in await world.ben.fills(who="ben")
    assert "You know @cleo." in await world.ben.fills(who="cleo")
    assert labels(world.ben) == ["Take it back", "Whom I know"]


async def test_several_at_once(world: World) -> None:
    """All of them or, if one has not joined, none."""
    await world.joins(world.dev)
    assert "One of them has not joined" in await world.ben.types("/connect know @cleo @zoe")
    assert await world.count("known") == 0
    assert "You know @cleo and @dev." in await world.ben.types("/connect know @cleo @dev")
    assert await world.count("known") == 2


async def test_in_every_programme_they_share(world: World) -> None:
    """Said in one, it holds in both, and so does taking it back; the list has everybody once."""
    await second_programme(world)
    await joins_second(world.ben)
    await joins_second(world.cleo)
    assert "You know @cleo." in await world.ben.types("/connect know @cleo", channel="second-group")
    assert await world.count("known") == 2
    assert (await world.ben.types("/connect known")).count("@cleo") == 1
    await world.ben.presses("Take off")
    assert await world.count("known") == 0


async def test_a_long_list_has_pages(world: World) -> None:
    """Ten at a time."""
    people = [world.room.someone(f"p{number}") for number in range(12)]
    await world.joins(*people)
    for someone in people:
        await world.ben.types(f"/connect know @{someone.person.user}")
    first = await world.ben.types("/connect known")
    second = await world.ben.presses("More")
    assert (first.count("Take off"), second.count("Take off")) == (10, 2)
    assert labels(world.ben)[-1] == "Add somebody"
