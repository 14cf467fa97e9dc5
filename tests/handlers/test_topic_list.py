"""What enablers take into the programme's list of topics, as conversations; and what stands in its file."""

import pytest

from bot.domain.programme_file import MalformedProgramme
from bot.handlers.programme import describe
from bot.platforms.local.listen import Someone
from storage import programmes
from tests.conftest import World, programme
from tests.handlers.conftest import SECOND, button, everything, got, labels, second_programme, stranger
from tests.reading import reads

NAME = "Coastal erosion"
TOPICS = """
[[topics]]
label = "Coastal erosion"
words = ["cliff falls"]
"""


async def calls(world: World, label: str = NAME, someone: Someone | None = None) -> None:
    """Ben, or somebody else, names what none of the topics is."""
    who = someone or world.ben
    await reads(world)
    await who.types("/balcony issue")
    await who.presses_button([one for one in who.buttons() if one.name == "topic.call"][-1])
    await who.fills(label=label)
    await world.balcony.tick()


async def test_enablers_who_joined_hear_of_a_new_name(world: World) -> None:
    """Once, and not who gave it; the same name from somebody else asks nobody again."""
    await world.joins(world.ana)
    await calls(world)
    [asked] = [one for one in got(world.ana) if NAME in one]
    assert "Shall others be offered it" in asked
    assert "ben" not in asked
    await calls(world, "coastal  erosion", world.cleo)
    assert sum(NAME in one for one in got(world.ana)) == 1
    assert NAME not in "".join(got(world.ben)) + "".join(got(world.cleo))


async def test_an_enabler_who_has_not_joined_is_not_written_to(world: World) -> None:
    """The name waits in her list all the same."""
    await calls(world)
    assert got(world.ana) == []
    assert f"“{NAME}”" in await world.ana.types("/balcony topics")
    assert "Accept" in labels(world.ana)


@pytest.mark.parametrize("decides", ["Accept", "Not needed"])
async def test_what_is_decided_by_night_is_not_asked_in_the_morning(world: World, decides: str) -> None:
    """Ana finds the name in her list before the question comes. A name that is given anew is asked about."""
    await world.joins(world.ana)
    await world.waits_until("2026-11-23 23:30")
    await calls(world)
    await world.ana.types("/balcony topics")
    assert "No name waits" in await world.ana.presses(decides)
    await world.waits_until("2026-11-24 10:00")
    assert NAME not in "".join(got(world.ana))
    await calls(world, someone=world.cleo)
    assert sum("Shall others be offered it" in one for one in got(world.ana)) == (decides == "Not needed")


async def test_accepted_it_is_offered_to_everybody(world: World) -> None:
    """Portraits are made anew, and whose issue it fits finds it among the guesses. Pressed twice, it says so."""
    await world.joins(world.ana)
    await calls(world)
    accept = button(world.ana, "Accept")
    assert f"“{NAME}” is in the programme's list now" in await world.ana.presses_button(accept)
    assert "decided already" in await world.ana.presses_button(accept)
    own = accept.value.split(":", 2)[2]
    assert await reads(world, own) == 3
    await world.cleo.types("/balcony issue")
    assert NAME in labels(world.cleo)
    assert f"About: {NAME}" in await world.ben.types("/balcony issue")


async def test_not_needed_is_kept_to_oneself(world: World) -> None:
    """Ben hears nothing, and still finds his word for it; nobody else is offered it. Ana may think better of it."""
    await world.joins(world.ana)
    await calls(world)
    before = len(got(world.ben))
    assert "stays out of the list" in await world.ana.presses("Not needed")
    await reads(world)
    assert len(got(world.ben)) == before
    assert f"About: {NAME}" in await world.ben.types("/balcony issue")
    assert "No name waits" in await world.ana.types("/balcony topics")
    assert "is in the programme's list now" in await world.ana.presses("Accept after all")
    assert "stays out" in await world.ana.presses("Take it out again")


async def test_the_list_is_worked_through(world: World) -> None:
    """What waits, what was accepted, and from there out again; each press shows what is left."""
    assert "No name waits for you" in await world.ana.types("/balcony topics")
    for name in (NAME, "Bats"):
        await calls(world, name)
    shown = await world.ana.types("/balcony topics")
    assert shown.index(NAME) < shown.index("Bats")
    await world.ana.presses("Accept")
    await world.ana.presses("Not needed")
    left = world.ana.last()
    assert "No name waits" in left
    assert "accepted" in left
    assert ("Bats" in left) is not (NAME in left)
    await world.ana.presses("Take it out again")
    assert "accepted" not in world.ana.last()


async def test_only_its_enablers_decide(world: World) -> None:
    """Not a member, not the enabler of another programme, not somebody elsewhere with her id."""
    await second_programme(world)
    await world.imports(programme(channel="third", enabler="cleo"))
    await calls(world)
    assert "Only the enablers" in await world.ben.types("/balcony topics")
    await world.ana.types("/balcony topics")
    for one in ("Accept", "Not needed"):
        for other in (world.ben, world.cleo, stranger(world, "ana")):
            assert "Only the enablers" in await other.presses_button(button(world.ana, one))
    assert NAME not in await world.ana.types("/balcony topics", channel=SECOND)
    assert NAME not in await world.cleo.types("/balcony topics", channel="third")
    assert NAME in await world.ana.types("/balcony topics")


async def test_a_pause_is_kept(world: World) -> None:
    """Ana hears of it when she is back."""
    await world.joins(world.ana)
    await world.ana.types("/balcony pause 1 week")
    await calls(world)
    assert NAME not in "".join(got(world.ana))
    await world.waits_until("2026-11-30 09:00")
    assert NAME in "".join(got(world.ana))


async def test_a_long_list_fits(world: World) -> None:
    """Ten at a time, and how many more there are."""
    for number in range(4):
        await calls(world, f"Ben's name {number}")
        await calls(world, f"Cleo's name {number}", world.cleo)
        await world.joins(*[world.room.someone(f"guest{number}")])
        await calls(world, f"A guest's name {number}", world.room.someone(f"guest{number}"))
    assert "And 2 more" in await world.ana.types("/balcony topics")
    await world.ana.presses("Accept")
    assert "And 1 more" in world.ana.last()


async def test_a_name_that_is_alive_elsewhere(world: World) -> None:
    """It is shown to the letter."""
    await world.joins(world.ana)
    await calls(world, "<!channel> *bold* =1+1")
    assert "“<!channel> *bold* =1+1”" in got(world.ana)[-1]


async def test_topics_of_the_programme_file(world: World) -> None:
    """They are in everybody's portraits, and in the enabler's list without a button; gone from the file they are gone."""
    await world.imports(programme() + TOPICS)
    assert await reads(world) == 2
    shown = await world.ana.types("/balcony topics")
    assert "From the programme file\n• Coastal erosion" in shown
    assert labels(world.ana) == []
    async with world.database.transaction() as db:
        [home] = await programmes.all_of_them(db)
        assert (await describe(db, home, world.clock()))["topics"] == [NAME]
    await world.imports(programme() + TOPICS)
    assert await reads(world) == 0
    await world.imports(programme() + TOPICS.replace("cliff falls", "cliffs"))
    assert await reads(world) == 2
    await world.imports()
    assert await reads(world) == 2
    assert NAME not in await world.ana.types("/balcony topics")


async def test_a_members_name_that_comes_into_the_file(world: World) -> None:
    """Ben's tick is one of the file's topic, and nobody has to decide on it any more."""
    await calls(world)
    await world.imports(programme() + TOPICS)
    shown = await world.ana.types("/balcony topics")
    assert "No name waits" in shown
    assert "• Coastal erosion" in shown
    assert f"About: {NAME}" in await world.ben.types("/balcony issue")


async def test_a_topic_that_everybody_has(world: World) -> None:
    """It is refused with its name, and nothing of the file is taken over."""
    with pytest.raises(MalformedProgramme, match="'dementia' is in my own list already"):
        await world.imports(programme().replace("Making our Move", "New") + '\n[[topics]]\nlabel = "dementia"\n')
    assert "NEW" not in await world.ben.types("/balcony")
    assert "dementia" not in everything(world.ana)
