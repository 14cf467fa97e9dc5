"""What recurs goes by its local date: it comes once for each, whatever becomes of clocks, zones and machines."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlmodel import col

from bot.domain import rhythm
from bot.platforms.local.listen import Someone
from bot.scheduler import Did
from storage.db import Database
from storage.models import Commitment, Member, OutboxState, Programme, Round
from tests.conftest import World, programme, world_on
from tests.scheduler.planned import does, member, messages, planned, settings
from tests.zones import tz_database, write_zone

NO_SUMMER_TIME = datetime(2027, 5, 1, tzinfo=UTC)
ROUNDS = select(col(Round.on)).order_by(col(Round.on))
PROGRAMMES, COMMITMENTS = select(Programme), select(Commitment)


async def ben_writes_on(database: Database, day: str, **answers: str) -> World:
    """Ben alone, with a weekly message of his own; in memory of nothing else."""
    world = world_on(database)
    world.clock.moves_to(day)
    await world.imports()
    await world.joins(world.ben, **answers)
    return world


# The tz database changes


async def test_a_new_tz_database_moves_no_message_to_another_date(sqlite: Database, tmp_path: Path) -> None:
    """Mondays at midnight, and summer time is abolished: the planned moment is Sunday now, the message is Monday's."""
    world = await ben_writes_on(sqlite, "2027-05-24 12:00", weekday="0", hour="00:00")
    await does(world, "2027-05-31 00:00")
    moment = (await member(world, world.ben)).next_weekly_at
    assert moment == datetime(2027, 6, 6, 23, 0, tzinfo=UTC)
    write_zone(tmp_path, "Europe/London", "GMT0", NO_SUMMER_TIME)
    with tz_database(tmp_path):
        assert [done.outcome for done in await does(world, moment)] == ["later: the clocks of its zone have changed"]
        ben = await member(world, world.ben)
        assert (ben.next_weekly_on, ben.next_weekly_at) == (date(2027, 6, 7), moment + timedelta(hours=1))
        await does(world, moment + timedelta(hours=1))
        await does(world, datetime(2027, 6, 14, tzinfo=UTC))
    assert await planned(world, "weekly") == ["2027-05-31", "2027-06-07", "2027-06-14"]
    assert [row.created_at.hour for row in await messages(world, "weekly")] == [23, 0, 0]


async def test_a_new_tz_database_moves_no_round_to_another_date(sqlite: Database, tmp_path: Path) -> None:
    """The same for a programme: its round is made on its Tuesday, and on no other day."""
    world = world_on(sqlite)
    world.clock.moves_to("2027-05-01 12:00")
    source = programme().replace("09:30:00", "00:00:00")
    await world.imports(source)
    await world.joins(world.ana, world.ben)
    await does(world, "2027-05-04 00:00")
    write_zone(tmp_path, "Europe/London", "GMT0", NO_SUMMER_TIME)
    with tz_database(tmp_path):
        for moment in ("2027-05-17T23:00", "2027-05-18T00:00", "2027-05-18T00:15", "2027-06-01T00:00"):
            await does(world, datetime.fromisoformat(f"{moment}+00:00"))
    async with world.database.transaction() as db:
        rounds = (await db.session.execute(ROUNDS)).scalars().all()
    assert rounds == [date(2027, 5, 4), date(2027, 5, 18), date(2027, 6, 1)]


async def test_a_new_tz_database_brings_nothing_back_before_its_morning(sqlite: Database, tmp_path: Path) -> None:
    """Due on Monday at nine: what was nine is eight now, so it waits an hour more, and comes once."""
    world = await ben_writes_on(sqlite, "2027-06-03 12:00")
    await world.ben.types("/commit ring the school nurse on Monday")
    write_zone(tmp_path, "Europe/London", "GMT0", NO_SUMMER_TIME)
    with tz_database(tmp_path):
        for hour in (8, 9, 10):
            await does(world, datetime(2027, 6, 7, hour, tzinfo=UTC))
    assert [row.created_at.hour for row in await messages(world, "play-back")] == [9]
    assert await planned(world, "play-back") == ["2027-06-07"]


# Somebody moves


MOVES = [
    ("Asia/Tokyo", "2026-11-25 12:00", "2026-11-26 07:00", ["2026-11-26"]),  # west to east: earlier
    ("America/New_York", "2026-11-26 12:00", "2026-11-26 21:00", ["2026-11-26"]),  # later on the same date
    ("Asia/Tokyo", "2026-11-26 12:00", "2026-11-26 12:00", ["2026-11-26"]),  # its hour was five hours ago there: now
    ("Pacific/Kiritimati", "2026-11-26 15:59", "2026-11-26 15:59", ["2026-11-26"]),  # and it is tomorrow there
]


@pytest.mark.thorough
@pytest.mark.parametrize(("zone", "moves_at", "comes_at", "dates"), MOVES)
async def test_who_moves_before_the_message_has_it_on_the_same_date(
    sqlite: Database, zone: str, moves_at: str, comes_at: str, dates: list[str]
) -> None:
    """Planned for Thursday at four: it is Thursday's wherever they are, and comes at four there, or at once."""
    world = await ben_writes_on(sqlite, "2026-11-20 12:00")
    world.clock.moves_to(moves_at)
    await settings(world.ben, timezone=zone)
    while not await messages(world, "weekly"):
        await does(world, world.clock.now)
        world.clock.moves_by(minutes=30)
    world.clock.moves_by(minutes=-30)
    moment = world.clock.now
    world.clock.moves_to(comes_at)
    assert moment == world.clock.now
    assert await planned(world, "weekly") == dates
    for hours in range(0, 9 * 24, 3):
        await does(world, moment + timedelta(hours=hours))
    assert await planned(world, "weekly") == [*dates, "2026-12-03"]


WANDERINGS = [
    ("Pacific/Kiritimati", "Pacific/Pago_Pago"),  # a day and an hour back
    ("Pacific/Pago_Pago", "Pacific/Kiritimati"),
    ("Europe/London", "America/Los_Angeles"),
    ("Pacific/Auckland", "Europe/London"),
]


@pytest.mark.thorough
@pytest.mark.parametrize(("from_zone", "to_zone"), WANDERINGS)
async def test_who_moves_after_the_message_has_the_next_a_week_later(
    sqlite: Database, from_zone: str, to_zone: str
) -> None:
    """Also where that date is still to come: it has had its message."""
    world = await ben_writes_on(sqlite, "2026-11-20 12:00", timezone=from_zone)
    sent = rhythm.instant(date(2026, 11, 26), time(16), from_zone)
    await does(world, sent)
    await settings(world.ben, timezone=to_zone)
    for hours in range(1, 9 * 24, 3):
        await does(world, sent + timedelta(hours=hours))
    assert await planned(world, "weekly") == ["2026-11-26", "2026-12-03"]
    [_, second] = await messages(world, "weekly")
    assert abs(second.created_at - rhythm.instant(date(2026, 12, 3), time(16), to_zone)) < timedelta(hours=3)


async def test_who_comes_back_from_a_pause_has_no_date_twice(sqlite: Database) -> None:
    """Today's message, then to New York, a pause and back: today's hour comes again there, today's message does not."""
    world = await ben_writes_on(sqlite, "2026-11-20 12:00")
    await does(world, "2026-11-26 16:00")
    seen = await world.count("seenprompt")
    await settings(world.ben, timezone="America/New_York")
    await world.ben.types("/balcony pause 2 weeks")
    await world.ben.types("/balcony resume")
    assert (await member(world, world.ben)).next_weekly_on == date(2026, 11, 26)
    done = await does(world, "2026-11-26 21:00")
    assert [one.outcome for one in done] == ["nothing: that day has had its message"]
    ben = await member(world, world.ben)
    assert (ben.next_weekly_on, ben.weekly_count, ben.unanswered) == (date(2026, 12, 3), 1, 0)
    assert await planned(world, "weekly") == ["2026-11-26"]
    assert await world.count("seenprompt") == seen


async def test_a_move_so_far_that_it_is_too_late_is_noted(sqlite: Database) -> None:
    """A minute before Thursday's message, a day and an hour to the east: more than a day late, skipped with why."""
    world = await ben_writes_on(sqlite, "2026-11-20 12:00", timezone="Pacific/Pago_Pago")
    world.clock.now = rhythm.instant(date(2026, 11, 26), time(15, 59), "Pacific/Pago_Pago")
    await settings(world.ben, timezone="Pacific/Kiritimati")
    await does(world, world.clock.now)
    assert await planned(world, "weekly") == ["2026-11-26 ×"]
    assert (await member(world, world.ben)).next_weekly_on == date(2026, 12, 3)


async def test_a_programme_that_moves_keeps_the_date_of_its_round(world: World) -> None:
    """Every two weeks on Tuesday stays that Tuesday in another zone and at another hour, and comes once."""
    await does(world, "2026-12-08 09:30")
    await world.imports(programme().replace("Europe/London", "America/New_York").replace("09:30", "11:30"))
    async with world.database.transaction() as db:
        [home] = (await db.session.execute(PROGRAMMES)).scalars().all()
    assert (home.next_round_on, home.next_round_at) == (date(2026, 12, 22), datetime(2026, 12, 22, 16, 30, tzinfo=UTC))
    for hours in range(1, 15 * 24, 8):
        await does(world, datetime(2026, 12, 8, 9, 30, tzinfo=UTC) + timedelta(hours=hours))
    async with world.database.transaction() as db:
        assert (await db.session.execute(ROUNDS)).scalars().all() == [date(2026, 12, 8), date(2026, 12, 22)]


# The machine slept


async def test_what_is_too_late_is_noted_with_why(world: World) -> None:
    """A weekly message of three days ago and the round of yesterday: nothing is sent, and both have a row that says so."""
    await does(world, "2026-11-26 16:00")
    await does(world, "2026-12-03 16:00")
    done = await does(world, "2026-12-13 16:30")
    ben, cleo = await member(world, world.ben), await member(world, world.cleo)
    assert {one for one in done if one.job in {"weekly", "rounds"}} == {
        Did("weekly", ben.id, "skipped: more than 24 hours late"),
        Did("weekly", cleo.id, "skipped: more than 24 hours late"),
        Did("rounds", ben.programme_id, "skipped: more than 12 hours late"),
    }
    assert await planned(world, "weekly", world.ben) == ["2026-11-26", "2026-12-03", "2026-12-10 ×"]
    assert await planned(world, "round") == ["2026-12-08 ×"]
    for row in (await messages(world, "round")) + (await messages(world, "weekly"))[-2:]:
        assert (row.state, row.payload_sealed) == (OutboxState.SETTLED, None)
        assert row.error.startswith("skipped: more than")
    assert {row.member_id for row in await messages(world, "weekly")} == {ben.id, cleo.id}


async def test_after_weeks_each_date_that_was_missed_is_noted(world: World) -> None:
    """Five weeks: four dates with a cross, the fifth is caught up on, once; and life goes on in its rhythm."""
    world.clock.moves_to("2026-12-24 20:00")
    await does(world, world.clock.now)
    await does(world, world.clock.now)
    crossed = ["2026-11-26 ×", "2026-12-03 ×", "2026-12-10 ×", "2026-12-17 ×"]
    assert await planned(world, "weekly", world.ben) == [*crossed, "2026-12-24"]
    assert await planned(world, "round") == ["2026-12-08 ×", "2026-12-22 ×"]
    await does(world, "2026-12-31 16:00")
    assert (await planned(world, "weekly", world.ben))[-1] == "2026-12-31"


async def test_who_was_to_hear_that_balcony_rests_still_hears_it(sqlite: Database) -> None:
    """Four unanswered, and the machine sleeps over the fifth: the next one says that it rests."""
    world = await ben_writes_on(sqlite, "2026-11-20 12:00")
    for week in ("2026-11-26", "2026-12-03", "2026-12-10", "2026-12-17"):
        await does(world, f"{week} 16:00")
    await does(world, "2026-12-28 16:00")
    done = await does(world, "2026-12-31 16:00")
    assert [one.outcome for one in done if one.job == "weekly"] == ["rests now"]
    ben = await member(world, world.ben)
    assert (ben.next_weekly_on, ben.next_weekly_at) == (None, None)
    assert await planned(world, "weekly") == [
        *("2026-11-26", "2026-12-03", "2026-12-10", "2026-12-17", "2026-12-24 ×", "2026-12-31"),
    ]


async def test_a_round_that_is_late_is_the_round_of_its_date(sqlite: Database) -> None:
    """Planned for ten in the evening, made at three in the morning: it is Tuesday's, and Wednesday may have its own."""
    world = world_on(sqlite)
    world.clock.moves_to("2026-11-23 10:00")
    await world.imports(programme().replace("09:30:00", "22:00:00"))
    await world.joins(world.ana, world.ben)
    await does(world, "2026-12-09 03:00")
    async with world.database.transaction() as db:
        assert (await db.session.execute(ROUNDS)).scalars().all() == [date(2026, 12, 8)]


# A row of an older Balcony


async def test_a_row_without_its_date_is_understood(sqlite: Database) -> None:
    """While one process still is of the version before, it writes moments alone, or beside a date that has passed."""
    world = await ben_writes_on(sqlite, "2026-11-20 12:00")
    ben = await member(world, world.ben)
    for moment, left_behind in (("2026-11-26 16:00", None), ("2026-12-03 16:00", "2026-12-03")):
        await does(world, moment)
        async with world.database.transaction() as db:
            row = await db.session.get_one(Member, ben.id)
            row.next_weekly_on = date.fromisoformat(left_behind) if left_behind else None
    await does(world, "2026-12-10 16:00")
    assert await planned(world, "weekly") == ["2026-11-26", "2026-12-03", "2026-12-10"]


# A commitment that is played back and opened again


async def reopened(someone: Someone) -> str:
    await someone.types("/commit list")
    await someone.presses("Done")
    return await someone.presses("Open it again")


async def test_balcony_promises_what_it_keeps(world: World) -> None:
    """Brought back this morning and opened again: it says nothing of this afternoon, for nothing comes."""
    await world.ben.types("/commit ring the school nurse tomorrow")
    await does(world, "2026-11-24 09:00")
    world.clock.moves_to("2026-11-24 10:00")
    assert "bring it back" not in await reopened(world.ben)
    await does(world, "2026-11-24 16:30")
    await does(world, "2026-11-25 09:00")
    assert await planned(world, "play-back") == ["2026-11-24"]


async def test_closed_before_its_morning_and_opened_after_it_comes_that_afternoon(world: World) -> None:
    """It has not come back yet, so it does, as Balcony says."""
    await world.ben.types("/commit ring the school nurse tomorrow")
    await world.ben.types("/commit list")
    await world.ben.presses("Done")
    await does(world, "2026-11-24 09:00")
    world.clock.moves_to("2026-11-24 10:00")
    assert "bring it back this afternoon" in await world.ben.presses("Open it again")
    await does(world, "2026-11-24 16:30")
    assert await planned(world, "play-back") == ["2026-11-24"]


async def test_a_day_chosen_after_a_late_play_back_brings_it_back_again(world: World) -> None:
    """Due on Tuesday, played back late on Wednesday morning; *today* is chosen: this afternoon, as Balcony says."""
    await world.ben.types("/commit ring the school nurse tomorrow")
    await does(world, "2026-11-25 09:30")
    async with world.database.transaction() as db:
        [row] = (await db.session.execute(COMMITMENTS)).scalars().all()
    assert (row.played_back_on, row.play_back_at) == (date(2026, 11, 24), None)
    await world.ben.types("/commit list")
    await world.ben.presses("Edit")
    assert "this afternoon" in await world.ben.fills(day="2026-11-25")
    await does(world, "2026-11-25 16:30")
    assert await planned(world, "play-back") == ["2026-11-24", "2026-11-25"]
