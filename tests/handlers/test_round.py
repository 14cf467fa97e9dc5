"""Rounds, as conversations: who is introduced to whom."""

import re
from datetime import timedelta

from bot.platforms.local.render import as_text
from tests.conftest import World, london, programme
from tests.handlers.conftest import button, everything, got

TUESDAY = "2026-12-08 09:30"


def pairs(world: World) -> list[frozenset[str]]:
    """Who was introduced to whom so far, in the channel."""
    firsts = [as_text(post).split("\n")[0] for post in world.room.posts()]
    return [frozenset(re.findall(r"@(\w+)", first)) for first in firsts if "please meet" in first]


async def round_now(world: World) -> str:
    """Ana looks at the preview and confirms it."""
    await world.ana.types("/balcony round")
    return await world.ana.presses("Introduce them now")


async def test_the_timetable_makes_a_round(world: World) -> None:
    """On its Tuesday, once: both called by name, each one's issue as they wrote it, three lines to begin with."""
    await world.ben.types("/balcony settings")
    await world.ben.fills(issue="<!channel> *oak* trees", place="Durham")
    await world.waits_until("2026-12-08 09:29")
    assert pairs(world) == []
    await world.waits_until(TUESDAY)
    await world.waits_until("2026-12-08 10:00")
    assert pairs(world) == [{"ben", "cleo"}]
    said = as_text(world.room.posts()[-1])
    assert "@ben (ben's place, Durham) is working on:\n  “<!channel> *oak* trees”" in said
    assert "“what cleo is working on”" in said
    assert re.search(r"1\. .+\n2\. .+\n3\. .+\n", said)
    assert "suits both of you" in said


async def test_the_preview_shows_no_private_words(world: World) -> None:
    """Ana sees names and numbers; nobody has been told; not now tells nobody."""
    await world.ben.types("/commit ring the nurse")
    await world.ben.types("/reflect the caretaker knows")
    said = await world.ana.types("/balcony round")
    assert "1 introduction between 2 people" in said
    assert "@ben" in said
    for private in ("working on", "nurse", "caretaker", "place"):
        assert private not in said
    assert "Nobody was introduced" in await world.ana.presses("Not now")
    await world.balcony.tick()
    assert pairs(world) == []


async def test_a_round_now_and_once_a_day(world: World) -> None:
    """Confirmed it is made as the preview said; the same day there is no other, by press, command or timetable."""
    world.clock.moves_to("2026-12-08 09:00")
    said = await round_now(world)
    again = button(world.ana, "Introduce them now")
    assert "1 introduction is on the way" in said
    assert "made already" in await world.ana.presses_button(again)
    assert "made already" in await world.ana.types("/balcony round")
    await world.waits_until(TUESDAY)
    assert pairs(world) == [{"ben", "cleo"}]


async def test_three_people_are_a_trio(world: World) -> None:
    """Nobody is left over."""
    await world.joins(world.dev)
    assert "one of three people because the number is odd" in await world.ana.types("/balcony round")
    await world.ana.presses("Introduce them now")
    await world.balcony.tick()
    assert pairs(world) == [{"ben", "cleo", "dev"}]
    assert "suits all of you" in as_text(world.room.posts()[-1])


async def test_nobody_asked_for_introductions(world: World) -> None:
    """No round, nobody is told anything, and Ana hears why."""
    for someone in (world.ben, world.cleo):
        await someone.types("/balcony settings")
        await someone.fills(consent=())
    assert "Nobody has asked for introductions" in await world.ana.types("/balcony round")
    await world.waits_until(TUESDAY)
    assert pairs(world) == []
    assert got(world.ben) + got(world.cleo) == []


async def test_only_one_asked_and_is_told(world: World) -> None:
    """On the day, once, with the day of the next try; the preview tells nobody."""
    await world.cleo.types("/balcony settings")
    await world.cleo.fills(consent=())
    assert "it takes two" in await world.ana.types("/balcony round")
    await world.balcony.tick()
    assert got(world.ben) == []
    await world.waits_until(TUESDAY)
    await world.waits_until("2026-12-08 10:00")
    told = [text for text in got(world.ben) if "nobody I could introduce you to" in text]
    assert len(told) == 1
    assert "Tuesday 22 December" in told[0]
    assert got(world.cleo) == []


async def test_one_opts_out_between_preview_and_press(world: World) -> None:
    """What counts is the moment of the press."""
    await world.ana.types("/balcony round")
    await world.cleo.types("/balcony leave")
    await world.cleo.presses("Leave")
    assert "it takes two" in await world.ana.presses("Introduce them now")
    await world.balcony.tick()
    assert pairs(world) == []


async def test_who_paused_opted_out_or_left_is_not_in_it(world: World) -> None:
    """Of six people three have a reason not to be there; so it is a trio."""
    more = [world.room.someone(name) for name in ("dev", "eve", "fay", "gus")]
    await world.joins(*more)
    await more[0].types("/balcony pause 4 weeks")
    await more[1].types("/balcony settings")
    await more[1].fills(consent=("weekly",))
    await more[2].types("/balcony leave")
    await more[2].presses("Leave")
    await world.waits_until(TUESDAY)
    assert pairs(world) == [{"ben", "cleo", "gus"}]


async def test_nobody_meets_the_same_person_before_everyone(world: World) -> None:
    """Four people have three rounds of new pairs; the fourth begins again."""
    await world.joins(world.dev, world.room.someone("fay"))
    for week in range(4):
        world.clock.now = london(TUESDAY) + timedelta(weeks=2 * week)
        await world.balcony.tick()
        for name in ("ben", "cleo", "dev", "fay"):
            await world.room.someone(name).opens_home()  # a sign of life; after three silent rounds Balcony rests
    made = pairs(world)
    assert len(made) == 8
    assert len(set(made[:6])) == 6


async def test_colleagues_meet_last(world: World) -> None:
    """Ben and Dev work at the same place, so each meets somebody else first."""
    fay = world.room.someone("fay")
    await world.joins(world.dev, organisation="ben's place")
    await world.joins(fay, organisation="Cleo's Place")
    await world.waits_until(TUESDAY)
    assert frozenset({"ben", "dev"}) not in pairs(world)
    assert frozenset({"cleo", "fay"}) not in pairs(world)


async def test_others_cannot_confirm_it(world: World) -> None:
    """Ben has Ana's button, and so has the enabler of another programme; nobody is introduced."""
    await world.imports(programme(channel="second-group", enabler="dev"))
    await world.ana.types("/balcony round")
    for someone in (world.ben, world.dev):
        said = await someone.presses_button(button(world.ana, "Introduce them now"))
        assert said == "Only the enablers of a programme can do that."
    await world.balcony.tick()
    assert pairs(world) == []


async def test_a_large_round_is_shown_in_part(world: World) -> None:
    """Forty-four people are 22 introductions: twenty names and a number."""
    await world.joins(*(world.room.someone(f"m{number}") for number in range(42)))
    said = await world.ana.types("/balcony round")
    assert "22 introductions between 44 people" in said
    assert "And 2 more." in said
    assert everything(world.ben).count("please meet") == 0
