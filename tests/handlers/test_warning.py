"""The day before a round, as conversations."""

import pytest

from bot.chat import Button
from tests.conftest import World, programme
from tests.handlers.conftest import (
    button,
    got,
    joins_second,
    labels,
    meetings,
    member_of,
    people_met,
    second_programme,
)

MONDAY, TUESDAY = "2026-12-07 09:30", "2026-12-08 09:30"


def warnings(world: World, who: str = "ben") -> list[str]:
    return [text for text in got(world.room.someone(who)) if "The next introductions" in text]


async def test_each_is_warned_the_day_before(world: World) -> None:
    """At the same hour, once, by themselves; with a way to skip it."""
    await world.waits_until("2026-12-07 09:29")
    assert warnings(world) == []
    await world.waits_until(MONDAY)
    await world.waits_until("2026-12-07 10:00")
    assert len(warnings(world)) == len(warnings(world, "cleo")) == 1
    assert "are tomorrow at 09:30, in the channel" in warnings(world)[0]
    assert labels(world.ben) == ["Skip this one", "Less often", "Settings"]


async def test_nobody_is_warned_who_will_not_be_there(world: World) -> None:
    """Not asked for, on a pause until after it, skipped already, left, never joined."""
    fay, gus = world.room.someone("fay"), world.room.someone("gus")
    await world.joins(fay, gus, consent=("weekly",))
    await world.joins(world.dev)
    await world.cleo.types("/balcony pause until 9 December")
    await world.dev.types("/balcony introductions skip")
    await gus.types("/balcony leave")
    await gus.presses("Leave")
    await world.waits_until(MONDAY)
    assert [name for name in ("ben", "cleo", "dev", "eve", "fay", "gus") if warnings(world, name)] == ["ben"]


async def test_skip_and_undo(world: World) -> None:
    """Whoever skips is not in it and hears nothing more of it; whoever undoes it is."""
    await world.joins(world.dev, world.room.someone("fay"))
    await world.waits_until(MONDAY)
    assert "You skip the introductions tomorrow" in await world.ben.presses("Skip this one")
    await world.dev.presses("Skip this one")
    assert "You are in the introductions tomorrow" in await world.dev.presses("Undo")
    await world.waits_until(TUESDAY)
    assert people_met(world) == [{"cleo", "dev", "fay"}]
    assert "introduce" not in got(world.ben)[-1].replace("The next introductions", "")
    world.clock.moves_to("2026-12-22 09:30")
    await world.balcony.tick()
    assert {"ben"} < set.union(*people_met(world)[1:])


async def test_too_late_or_too_old(world: World) -> None:
    """The round is made: the button says so; and one that names no day is of an older version."""
    await world.waits_until(MONDAY)
    pressed = button(world.ben, "Skip this one")
    await world.waits_until(TUESDAY)
    assert "too late" in await world.ben.presses_button(pressed)
    member = await member_of(world, world.ben)
    old = Button("?", "introductions.skip", f"{member.id}:soon")
    assert "older version" in await world.ben.presses_button(old)
    assert "not in that programme" in await world.cleo.presses_button(pressed)


@pytest.mark.parametrize(("often", "rounds"), [("Every second round", [0, 2, 4]), ("Every fourth round", [0, 4])])
async def test_less_often(world: World, often: str, rounds: list[int]) -> None:
    """Ben is in this one, and then in every second or fourth; nobody tells him of those he sits out."""
    fay = world.room.someone("fay")
    await world.joins(world.dev, fay)
    await world.waits_until(MONDAY)
    await world.ben.presses("Less often")
    assert often.lower() in (await world.ben.presses(often)).lower()
    there = []
    for nth, day in enumerate(("12-08", "12-22", "01-05", "01-19", "02-02")):
        before = len(meetings(world))
        await world.waits_until(f"{'2026' if day > '02-03' else '2027'}-{day} 09:30")
        for someone in (world.ben, world.cleo, world.dev, fay):
            await someone.opens_home()
        there += [nth] * ("ben" in set.union(*people_met(world)[before:]))
    assert there == rounds
    assert not [text for text in got(world.ben) if "nobody I could" in text]


async def test_a_round_that_is_moved_is_warned_of_anew(world: World) -> None:
    """From Tuesday to Thursday: the warning moves along, and so does what somebody skips."""
    await world.ben.types("/balcony introductions skip")
    await world.imports(programme().replace('day = "tuesday"', 'day = "wednesday"'))
    await world.waits_until(MONDAY)
    assert warnings(world, "cleo") == []
    await world.waits_until("2026-12-08 09:30")
    assert len(warnings(world, "cleo")) == 1
    assert warnings(world) == []
    await world.waits_until("2026-12-09 09:30")
    assert meetings(world) == []


async def test_a_new_zone_moves_the_warning(world: World) -> None:
    """In Paris it is an hour earlier."""
    await world.imports(programme().replace("Europe/London", "Europe/Paris"))
    await world.waits_until("2026-12-07 08:30")
    assert len(warnings(world)) == 1


async def test_in_two_programmes_each_is_skipped_by_itself(world: World) -> None:
    """Ben skips the one that the button names, and is in the other."""
    await second_programme(world)
    for someone in (world.ben, world.dev):
        await joins_second(someone)
    await world.waits_until(MONDAY)
    both = [one for one in world.ben.buttons() if one.label == "Skip this one"]
    assert len({one.value for one in both}) == len(warnings(world)) == 2
    here = next(text for text in warnings(world) if "Making our Move" in text)
    await world.ben.presses_button(both[warnings(world).index(here)])
    await world.waits_until(TUESDAY)
    assert people_met(world) == [{"ben", "dev"}]


async def test_skipped_after_it_was_moved(world: World) -> None:
    """The warning is of a day that has no round any more: it says so, and not that it was made."""
    await world.waits_until(MONDAY)
    pressed = button(world.ben, "Skip this one")
    await world.imports(programme().replace('day = "tuesday"', 'day = "friday"'))
    said = await world.ben.presses_button(pressed)
    assert "no round any more" in said
    assert "/balcony introductions shows the next one" in said
