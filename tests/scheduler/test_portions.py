"""Jobs take a portion at a time: nobody waits for ten thousand rows, and no row waits for another that fails."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import func, select, text
from sqlmodel import col

from bot.app import Balcony
from bot.scheduler import Did, run_due
from bot.scheduler.jobs import AT_ONCE
from storage import introductions, members
from storage.db import Database
from storage.keys import KeyRing, new_key
from storage.models import Commitment, Introduced, Member, Outbox, Round
from tests.conftest import KEYS, Clock
from tests.storage import rows

THURSDAY = date(2026, 11, 26)
AT_FOUR = datetime(2026, 11, 26, 16, 0, tzinfo=UTC)
MANY = 2 * AT_ONCE + 20
OURS = select(func.count()).select_from(Outbox).where(col(Outbox.key).startswith("weekly:"))


async def people(database: Database, number: int, hour: int = 16) -> list[str]:
    """So many members whose weekly message is due on Thursday at that hour; their ids."""
    async with database.transaction() as db:
        home = await rows.programme(db, channel=f"C{hour}")
        everyone = [
            Member(
                programme_id=home.id, platform="slack", workspace="T1", user=f"U{hour}-{one}", timezone="Europe/London",
                weekly_weekday=3, weekly_time=time(hour), wants_weekly=True, joined_at=rows.NOW,
            )
            for one in range(number)
        ]  # fmt: skip
        for member in everyone:
            members.set_weekly(member, THURSDAY)
        db.session.add_all(everyone)
    return [member.id for member in everyone]


async def written(database: Database) -> int:
    async with database.transaction() as db:
        return int((await db.session.execute(OURS)).scalar_one())


async def test_people_have_their_turn_between_two_portions(database: Database) -> None:
    """Whoever comes while many weekly messages are written sees whole portions of them, and waits for one at most."""
    await people(database, MANY)
    job = asyncio.create_task(run_due(database, AT_FOUR))
    seen = set()
    while not job.done():
        seen.add(await written(database))
        await asyncio.sleep(0)
    assert seen <= {0, AT_ONCE, 2 * AT_ONCE, MANY}
    assert seen >= {AT_ONCE, 2 * AT_ONCE} or not database.sqlite  # where writers take turns, the turn is theirs
    assert len(await job) == await written(database) == MANY


async def not_yet(database: Database, number: int) -> set[str]:
    """So many in one introduction, who said "not yet" at the same moment; what their places are called."""
    async with database.transaction() as db:
        home = await rows.programme(db)
        everyone = [await rows.member(db, home, f"U{one}") for one in range(number)]
        made = Round(programme_id=home.id, on=THURSDAY, made_at=rows.NOW)
        [group] = await introductions.add(
            db, made, [introductions.Together([one.id for one in everyone])], rows.NOW, rows.NOW
        )
        group.ask_at = None
        for member in everyone:
            member.wants_introductions = True
            place = await db.session.get_one(Introduced, (group.id, member.id))
            place.met, place.ask_again_at = introductions.NOT_YET, AT_FOUR
    return {f"{group.id}:{member.id}" for member in everyone}


async def test_a_portion_may_end_inside_an_introduction(database: Database) -> None:
    """Each of it is asked once more, and only once."""
    places = await not_yet(database, AT_ONCE + 1)
    done = await run_due(database, AT_FOUR)
    assert Counter(done) == {Did("met again", place, "asked"): 1 for place in places}
    assert await run_due(database, AT_FOUR) == []


async def test_two_at_once_ask_each_once_more(postgres: Database) -> None:
    """Whichever takes their portion."""
    places = await not_yet(postgres, MANY)
    others = [Database(postgres.url, KeyRing(KEYS)) for _ in range(3)]
    did: Counter[Did] = Counter()
    for done in await asyncio.gather(*(run_due(one, AT_FOUR) for one in (postgres, *others))):
        did.update(done)
    for one in others:
        await one.close()
    assert did == {Did("met again", place, "asked"): 1 for place in places}


async def test_who_stops_waits_for_one_portion_at_most(sqlite: Database) -> None:
    """Stopped in the middle of many, it begins no other portion; the next start goes on where it was. Nor is it stuck."""
    await people(sqlite, MANY)
    clock = Clock(AT_FOUR)
    stopped, again = (Balcony(sqlite, {}, clock) for _ in range(2))
    job = asyncio.create_task(stopped.do_due())
    while not await written(sqlite):
        pass
    assert stopped.last_pass == AT_FOUR  # whoever asks hears that it is at work
    await stopped.settle()
    assert 0 < len(await job) == await written(sqlite) < MANY
    await again.do_due()
    assert await written(sqlite) == MANY


def failing(members_of: list[str]) -> Iterator[Commitment]:
    """A commitment for each that nobody can open: their weekly messages cannot be written."""
    for member_id in members_of:
        row = Commitment(member_id=member_id, created_at=rows.NOW)
        row.what_sealed = KeyRing((new_key(),)).seal("x", "elsewhere")
        yield row


async def test_more_rows_that_fail_than_fit_into_a_portion_stop_nobody(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    """They are due before all others, stay due, and each is named in the log once; the others have their messages."""
    broken = await people(database, AT_ONCE + 10, hour=15)
    await people(database, 20)
    async with database.transaction() as db:
        db.session.add_all(failing(broken))
    async with asyncio.timeout(120):  # a job that takes the same rows again and again would never end
        done = await run_due(database, AT_FOUR)
    assert len(done) == await written(database) == 20
    named = Counter(one.getMessage() for one in caplog.records)
    assert named == {f"member {one} could not be done and stays due": 1 for one in broken}
    assert await run_due(database, AT_FOUR) == []


async def test_two_at_once_share_the_work(postgres: Database) -> None:
    """Each member is written to once, by whichever takes their portion."""
    everyone = await people(postgres, MANY)
    others = [Database(postgres.url, KeyRing(KEYS)) for _ in range(3)]
    did: Counter[Did] = Counter()
    for done in await asyncio.gather(*(run_due(one, AT_FOUR) for one in (postgres, *others))):
        did.update(done)
    for one in others:
        await one.close()
    assert did == {Did("weekly", one, "written"): 1 for one in everyone}
    assert await written(postgres) == MANY
    async with postgres.transaction() as db:
        counts = (await db.session.execute(text("SELECT weekly_count, unanswered FROM member"))).all()
        seen = (await db.session.execute(text("SELECT count(*) FROM seenprompt"))).scalar_one()
    assert set(counts) == {(1, 1)}
    assert seen == MANY


async def test_a_row_that_somebody_holds_is_left_for_the_next_pass(postgres: Database) -> None:
    """A job does not wait for a person who is changing their settings at that moment."""
    first, *others = await people(postgres, 3)
    async with asyncio.timeout(30):
        async with postgres.transaction() as db:
            await db.session.get_one(Member, first, with_for_update=True)
            done = await run_due(postgres, AT_FOUR)
        assert {one.what for one in done} == set(others)
        assert [one.what for one in await run_due(postgres, AT_FOUR + timedelta(seconds=15))] == [first]
