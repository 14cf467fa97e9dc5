"""A programme comes in from its file, again and again."""

import pytest

from bot.domain.programme_file import MalformedProgramme
from bot.handlers.programme import describe
from bot.platforms.local.render import as_text
from storage import programmes
from tests.conftest import World, programme
from tests.handlers.conftest import SECOND, got, joins_second, second_programme, stranger

EMPATHY_AT = "2026-12-10T15:00:00"


def posts(world: World, word: str) -> int:
    """How many messages of the channels have that word."""
    return sum(word in as_text(post) for post in world.room.posts())


async def test_importing_again_changes_nothing(world: World) -> None:
    """No second programme, session, enabler or welcome."""
    tables = ("programme", "session", "enabler", "member", "outbox")
    before = [await world.count(table) for table in tables]
    again = await world.imports()
    await world.balcony.tick()
    assert (again.new, again.added, again.changed, again.kept) == (False, 0, 0, 0)
    assert [await world.count(table) for table in tables] == before
    assert posts(world, "Hello. I am Balcony") == 1


async def test_a_changed_time_counts(world: World) -> None:
    """The session ends when the file says so now, and not before."""
    assert (await world.imports(programme().replace("2026-11-26T15:00:00", "2026-11-26T17:30:00"))).changed == 1
    await world.waits_until("2026-11-26 17:29")
    assert posts(world, "That was") == 0
    await world.waits_until("2026-11-26 17:30")
    assert posts(world, "That was") == 1


async def test_what_has_ended_does_not_end_again(world: World) -> None:
    """Another time for a session that the channel has heard of changes the timetable only."""
    await world.waits_until("2026-11-26 15:00")
    await world.imports(programme().replace("2026-11-26T15:00:00", "2026-11-27T15:00:00"))
    assert "Ended" in await world.ana.types("/balcony session")
    await world.waits_until("2026-11-27 15:00")
    assert posts(world, "That was") == 1


async def test_a_missed_or_cancelled_session_with_a_new_time_is_planned(world: World) -> None:
    """Moved to a day ahead, both are heard of again; without a new time a cancelled one stays cancelled."""
    await world.waits_until("2026-11-27 15:00")
    await world.ana.types("/balcony session")
    await world.ana.presses("Cancel")
    await world.imports()
    await world.waits_until("2026-12-10 15:00")
    assert posts(world, "That was") == 0
    source = programme().replace(EMPATHY_AT, "2026-12-17T15:00:00").replace("2026-11-26T15", "2026-12-11T15")
    assert (await world.imports(source)).changed == 2
    for moment in ("2026-12-11 15:00", "2026-12-17 15:00"):
        await world.waits_until(moment)
    assert posts(world, "That was") == 2


async def test_a_session_that_left_the_file_is_kept(world: World) -> None:
    """Nothing is taken away by a file; the import says how many there are."""
    source = programme()
    assert (await world.imports(source[: source.rindex("[[sessions]]")])).kept == 1
    await world.waits_until("2026-12-10 15:00")
    assert posts(world, "That was Empathy mapping") == 1


async def test_a_changed_zone_counts_for_all_who_follow_it(world: World) -> None:
    """Sessions, rounds and Ben's messages move with it; Cleo has a zone of her own."""
    await world.ben.types("/commit ring the nurse on Friday")
    await world.cleo.types("/balcony settings")
    await world.cleo.fills(timezone="Europe/Paris")
    await world.imports(programme().replace("Europe/London", "America/New_York"))
    await world.waits_until("2026-11-26 15:00")
    assert posts(world, "That was") == 0
    assert len(world.cleo.gets()) == 1
    await world.waits_until("2026-11-26 20:00")
    assert posts(world, "That was") == 1
    assert got(world.ben) == []
    await world.waits_until("2026-11-26 21:00")
    assert len(got(world.ben)) == 1
    await world.waits_until("2026-11-27 13:59")
    assert len(got(world.ben)) == 1
    await world.waits_until("2026-11-27 14:00")
    assert "ring the nurse" in got(world.ben)[-1]
    await world.waits_until("2026-12-08 14:29")
    assert posts(world, "please meet") == 0
    await world.waits_until("2026-12-08 14:30")
    assert posts(world, "please meet") == 1


async def test_a_changed_zone_wakes_nobody_up(world: World) -> None:
    """Ben rests from weekly messages, and goes on resting."""
    for week in ("2026-11-26", "2026-12-03", "2026-12-10", "2026-12-17", "2026-12-24"):
        await world.waits_until(f"{week} 16:00")
    await world.imports(programme().replace("Europe/London", "Europe/Paris"))
    for week in ("2026-12-31", "2027-01-07"):
        await world.waits_until(f"{week} 16:00")
    assert len(got(world.ben)) == 5


async def test_a_changed_rhythm_of_rounds_counts(world: World) -> None:
    """Wednesdays now, from the first that is due."""
    await world.imports(programme().replace('day = "tuesday"', 'day = "wednesday"'))
    await world.waits_until("2026-12-08 09:30")
    assert posts(world, "please meet") == 0
    await world.waits_until("2026-12-09 09:30")
    assert posts(world, "please meet") == 1


async def test_a_changed_enabler_counts(world: World) -> None:
    """Cleo runs it now, and Ana no longer does."""
    await world.imports(programme(enabler="cleo"))
    assert "SESSIONS OF" in await world.cleo.types("/balcony session")
    assert "Only the enablers" in await world.ana.types("/balcony session")


async def test_the_same_channel_is_the_same_programme(world: World) -> None:
    """A new name for it renames it; its members are still there."""
    again = await world.imports(programme().replace("Making our Move", "Moving on"))
    assert not again.new
    assert "MOVING ON" in await world.ben.types("/balcony")
    assert await world.count("programme") == 1


async def test_two_programmes_of_one_workspace_live_side_by_side(world: World) -> None:
    """Each has its own welcome, members and rounds; a member of both gets what each sends."""
    await second_programme(world)
    await joins_second(world.ben)
    await world.balcony.tick()
    assert posts(world, "Hello. I am Balcony") == 2
    await world.waits_until("2026-11-26 16:00")
    assert len(got(world.ben)) == 2
    assert len(got(world.cleo)) == 1
    await world.waits_until("2026-12-08 09:30")
    assert posts(world, "please meet") == 1
    assert "introductions in The other group, but there was nobody" in "".join(got(world.ben))


async def test_the_same_ids_in_another_workspace_are_somebody_else(world: World) -> None:
    """A programme there with the same channel and people is its own; nothing of Ben's is reached."""
    await world.imports(programme(workspace="elsewhere"))
    assert await world.count("programme") == 2
    await world.ben.types("/commit ring the nurse")
    eve = stranger(world, "ben")
    assert "not joined" in await eve.types("/commit list")
    await world.joins(eve)
    assert "no open commitments" in await eve.types("/commit list")
    for one in world.ben.buttons():
        if one.name.startswith("commitment") and one.value:
            assert "not in your notebook" in await eve.presses_button(one)


async def test_it_is_shown_back_with_counts(world: World) -> None:
    """How many, never who or what."""
    await world.joins(world.dev, consent=())
    await world.ben.types("/balcony pause 2 weeks")
    async with world.database.transaction() as db:
        [row] = await programmes.all_of_them(db)
        shown = await describe(db, row, world.clock())
    assert (shown["members"], shown["with weekly messages"], shown["with introductions"], shown["paused"]) == (
        3,
        2,
        2,
        1,
    )
    assert shown["weekly"] == "thursday 16:00"
    assert shown["next round"] == "2026-12-08 09:30"
    assert shown["enablers"] == ["ana"]
    assert "2026-12-10 13:00-15:00  planned    Empathy mapping" in str(shown["sessions"])
    assert "working on" not in str(shown)
    assert "cleo" not in str(shown)


async def test_the_welcome_waits_for_a_channel_that_was_away(world: World) -> None:
    """It could not be posted; once it can, it is, and importing again posts nothing more."""
    world.platform.archived.add(SECOND)
    await second_programme(world)
    await world.balcony.tick()
    world.platform.archived.clear()
    world.clock.moves_by(minutes=15)
    await world.balcony.tick()
    await second_programme(world)
    await world.balcony.tick()
    assert posts(world, "Hello. I am Balcony") == 2


async def test_a_channel_has_one_programme(world: World) -> None:
    """Another programme's file for the same channel is refused in a sentence, and changes nothing; a new name is not."""
    other = (
        programme()
        .replace("Making our Move", "Another")
        .replace('"shared-purpose"', '"one"')
        .replace('"empathy"\n', '"two"\n')
    )
    with pytest.raises(MalformedProgramme, match="belongs to 'Making our Move: systems leadership' already"):
        await world.imports(other)
    assert await world.count("session") == 2
    renamed = await world.imports(programme().replace("Making our Move", "Renamed"))
    assert (renamed.new, renamed.programme.name) == (False, "Renamed: systems leadership")
