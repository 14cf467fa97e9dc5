"""/balcony and the Home tab, pause and resume, as conversations."""

from tests.conftest import World
from tests.handlers.conftest import SECOND, everything, got, joins_second, labels, second_programme, stranger


async def test_before_joining_home_is_the_way_in(world: World) -> None:
    """By the command and by the tab; in a workspace of several programmes the channel says which."""
    for said in (await world.dev.types("/balcony"), await world.dev.opens_home()):
        assert "Making our Move" in said
        assert labels(world.dev) == ["Join"]
    await second_programme(world)
    assert "in the channel of yours" in await world.dev.opens_home()
    assert "The other group" in await world.dev.types("/balcony", channel=SECOND)


async def test_home_has_everything_of_mine(world: World) -> None:
    """Issue, commitments, next session, what Balcony sends; nothing of anybody else's."""
    await world.ben.types("/commit ring the nurse tomorrow")
    await world.cleo.types("/commit water the plants")
    for said in (
        await world.ben.types("/balcony"),
        await world.ben.opens_home(),
        await world.ben.types("/balcony HOME"),
    ):
        assert "“what ben is working on”" in said
        assert "“ring the nurse”\n  Due tomorrow." in said
        assert "Thursday 26 November, 13:00 to 15:00" in said
        assert "Thursdays at 16:00" in said
        assert "plants" not in said
    assert {"Commit", "Reflect", "My notebook", "Settings", "All six maxims"} <= set(labels(world.ben))


async def test_from_home_to_the_others(world: World) -> None:
    """Whoever is at home can look for somebody, see whom they met, and say how often they are introduced."""
    await world.ben.opens_home()
    await world.ben.presses("Find somebody")
    assert world.ben.form
    assert world.ben.form.title == "Find somebody"
    await world.ben.opens_home()
    assert "no connections yet" in await world.ben.presses("My connections")
    await world.ben.opens_home()
    assert "Introductions in Making our Move" in await world.ben.presses("Introductions")


async def test_home_shows_five_and_counts_the_rest(world: World) -> None:
    """Seven open commitments are five and two more."""
    for number in range(7):
        await world.ben.types(f"/commit thing {number}")
    assert "And 2 more: /commit list" in await world.ben.opens_home()
    assert labels(world.ben).count("Done") == 5


async def test_when_all_sessions_are_over(world: World) -> None:
    """None is planned, and nothing is open."""
    await world.waits_until("2026-11-26 15:00")
    await world.waits_until("2026-12-10 15:00")
    said = await world.ben.opens_home()
    assert "None planned." in said
    assert "Nothing open." in said


async def test_a_pause_in_words(world: World) -> None:
    """The day is said back, and home says it, too."""
    for words, until in (
        ("2 weeks", "Monday 7 December"),
        ("for 2 weeks", "Monday 7 December"),
        ("until 3 January", "Sunday 3 January 2027"),
        ("until Friday", "Friday 27 November"),
        ("until tomorrow", "tomorrow"),
    ):
        assert f"quiet until {until}." in await world.ben.types(f"/balcony pause {words}")
        assert f"I am quiet until {until}." in await world.ben.types("/balcony")
        assert labels(world.ben)[-2:] == ["Resume", "Settings"]


async def test_wrong_words_pause_nothing(world: World) -> None:
    """One sentence that helps."""
    for words, sentence in (
        ("a while", "Try: /balcony pause 2 weeks"),
        ("until today", "Try: /balcony pause 2 weeks"),
        ("until 31 February", "not a day in the calendar"),
        ("3 years", "Try: /balcony pause 2 weeks"),
    ):
        assert sentence in await world.ben.types(f"/balcony pause {words}")
    assert "I am quiet" not in await world.ben.types("/balcony")


async def test_a_pause_stops_everything_and_then_it_goes_on(world: World) -> None:
    """No weekly message, no commitment, no introduction; what fell due comes when it is over, once."""
    await world.ben.types("/commit ring the nurse on Friday")
    assert "bring it back on the day" in world.ben.last()
    await world.ben.types("/balcony pause until 9 December")
    assert "Due tomorrow. I will bring it back on Wednesday 9 December." in await world.ben.types("/commit x tomorrow")
    for moment in ("2026-11-26 16:00", "2026-11-27 09:00", "2026-12-08 09:30"):
        await world.waits_until(moment)
    assert world.ben.gets() == []
    assert "@ben" not in everything(world.ana)
    await world.waits_until("2026-12-09 09:00")
    assert "For Friday 27 November you chose this:" in "".join(got(world.ben))
    await world.waits_until("2026-12-10 16:00")
    assert "Two minutes on the balcony" in got(world.ben)[-1]
    assert len(world.ben.gets()) == 3


async def test_resume_brings_it_back_sooner(world: World) -> None:
    """What fell due comes on the next morning, and the weekly message on its day."""
    await world.ben.types("/commit ring the nurse tomorrow")
    await world.ben.types("/balcony pause 4 weeks")
    await world.waits_until("2026-11-24 09:00")
    world.clock.moves_to("2026-11-25 18:00")
    assert "Good to have you back" in await world.ben.types("/balcony resume")
    await world.balcony.tick()
    assert world.ben.gets() == []
    await world.waits_until("2026-11-26 09:00")
    assert "ring the nurse" in got(world.ben)[-1]
    await world.waits_until("2026-11-26 16:00")
    assert len(world.ben.gets()) == 2


async def test_resume_without_a_pause(world: World) -> None:
    """It says so, and a slower rhythm stays as it is."""
    await world.waits_until("2026-11-26 16:00")
    await world.ben.presses("Less often")
    await world.ben.presses("Every four weeks")
    assert "not on a pause" in await world.ben.types("/balcony resume")
    await world.waits_until("2026-12-03 16:00")
    assert len(world.ben.gets()) == 1


async def test_a_pause_makes_nothing_come_sooner(world: World) -> None:
    """A week's pause in a rhythm of four weeks leaves the fourth week."""
    await world.waits_until("2026-11-26 16:00")
    await world.ben.presses("Less often")
    await world.ben.presses("Every four weeks")
    await world.ben.types("/balcony pause 1 week")
    for moment in ("2026-12-03 16:00", "2026-12-10 16:00", "2026-12-17 16:00"):
        await world.waits_until(moment)
    assert len(world.ben.gets()) == 1
    await world.waits_until("2026-12-24 16:00")
    assert len(world.ben.gets()) == 2


async def test_a_pause_is_for_every_programme_of_mine(world: World) -> None:
    """Ben is in two, and is quiet in both, and back in both."""
    await second_programme(world)
    await joins_second(world.ben)
    await world.ben.types("/balcony pause 2 weeks", channel=SECOND)
    assert "I am quiet" in await world.ben.types("/balcony")
    await world.waits_until("2026-11-26 16:00")
    assert world.ben.gets() == []
    await world.ben.types("/balcony resume")
    assert "I am quiet" not in await world.ben.types("/balcony", channel=SECOND)


async def test_a_pause_is_for_members(world: World) -> None:
    """Who has not joined is shown the way; the same id elsewhere pauses nobody."""
    for line in ("/balcony pause 2 weeks", "/balcony resume", "/balcony settings", "/balcony leave"):
        assert "not joined" in await world.dev.types(line)
        assert "not joined" in await stranger(world, "ben").types(line)
    assert "I am quiet" not in await world.ben.types("/balcony")
