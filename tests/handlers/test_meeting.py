"""A session that is an online meeting ends when the meeting ends."""

import pytest
from sqlalchemy import text

from bot.chat import Event, Kind, Person
from bot.platforms.local.render import as_text
from storage.models import SessionState
from tests.conftest import World, programme

ELSEWHERE = "19:meeting_abc@thread.v2"


async def tells(world: World, name: str, channel: str = "our-move", workspace: str = "demo") -> None:
    """The platform says that a meeting started or ended there."""
    key = f"{name}:{channel}:{world.clock.now}"
    event = Event(Kind.MEETING, name, Person("local", workspace, "ana"), key, channel)
    assert await world.balcony.answer(event) is None
    await world.balcony.tick()


async def posts(world: World) -> int:
    return sum("Before the day job takes over" in as_text(post) for post in world.room.posts())


async def test_it_ends_before_its_time(world: World) -> None:
    """Twenty minutes early the channel hears of it, and the timetable does not repeat it."""
    world.clock.moves_to("2026-11-26 14:40")
    await tells(world, "ended")
    assert await posts(world) == 1
    await world.waits_until("2026-11-26 15:00")
    await tells(world, "ended")
    assert await posts(world) == 1


async def test_it_overruns(world: World) -> None:
    """While the meeting is under way the timetable waits; it ends at half past three, once."""
    world.clock.moves_to("2026-11-26 12:55")
    await tells(world, "started")
    await world.waits_until("2026-11-26 15:10")
    assert await posts(world) == 0
    world.clock.moves_to("2026-11-26 15:30")
    await tells(world, "ended")
    assert await posts(world) == 1


async def test_an_end_that_is_never_told(world: World) -> None:
    """Two hours after the planned end the timetable waits no longer."""
    world.clock.moves_to("2026-11-26 13:00")
    await tells(world, "started")
    await world.waits_until("2026-11-26 16:59")
    assert await posts(world) == 0
    await world.waits_until("2026-11-26 17:00")
    assert await posts(world) == 1


async def test_a_meeting_before_the_session_is_none(world: World) -> None:
    """A short call in the channel that ends before the session begins ends nothing; the session ends by the timetable."""
    world.clock.moves_to("2026-11-26 12:40")
    await tells(world, "started")
    world.clock.moves_to("2026-11-26 12:50")
    await tells(world, "ended")
    assert await posts(world) == 0
    await world.waits_until("2026-11-26 15:00")
    assert await posts(world) == 1


@pytest.mark.parametrize(("channel", "workspace"), [("second-group", "demo"), ("our-move", "another"), ("", "demo")])
async def test_a_meeting_elsewhere(world: World, channel: str, workspace: str) -> None:
    """One in another channel, or in another workspace where ids collide, is not ours."""
    world.clock.moves_to("2026-11-26 14:40")
    await tells(world, "ended", channel, workspace)
    assert await posts(world) == 0


async def test_a_meeting_of_its_own(world: World) -> None:
    """A session whose file names its meeting ends with that one, and not with a call in the channel."""
    link = "https://teams.microsoft.com/l/meetup-join/19%3ameeting_abc%40thread.v2/0?context=%7b%22Tid%22%3a%221%22%7d"
    first = 'theme = "shared purpose"'
    await world.imports(programme().replace(first, f'{first}\nmeeting = "{link}"'))
    world.clock.moves_to("2026-11-26 14:40")
    await tells(world, "ended")
    assert await posts(world) == 0
    await tells(world, "ended", ELSEWHERE)
    assert await posts(world) == 1


async def test_long_after_and_cancelled(world: World) -> None:
    """An end told half a day late posts nothing, and a cancelled session stays quiet."""
    world.clock.moves_to("2026-11-27 03:30")
    await tells(world, "ended")
    assert await posts(world) == 0
    world.clock.moves_to("2026-12-10 13:30")
    await world.ana.types("/balcony session")
    cancel = [one for one in world.ana.buttons() if one.label == "Cancel"][-1]
    await world.ana.presses_button(cancel)
    world.clock.moves_by(hours=1)
    await tells(world, "ended")
    assert await posts(world) == 0
    assert SessionState.CANCELLED in await states(world)


async def states(world: World) -> list[str]:
    async with world.database.transaction() as db:
        return list((await db.session.execute(text("SELECT state FROM session"))).scalars())
