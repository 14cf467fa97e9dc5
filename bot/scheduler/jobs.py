"""Each job asks the database what is due, writes outbox rows and moves the due date; a portion in one transaction.

Nothing is decided in memory, and every row's key says what it is, so a job may run twice, or on four machines. What
recurs goes by its local date: the moment stored beside it only serves to find it, and is computed again when it comes.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from bot.domain import rhythm
from bot.domain.kind import Kind
from bot.handlers import checkin, met, repair, session, warning, weekly
from bot.scheduler import rounds
from storage import commitments, contacts, deliveries, introductions, members, outbox, programmes, sessions
from storage.db import Database, Db
from storage.due import Portion
from storage.models import Commitment, Introduced, Introduction, Member, Programme, Session

WEEKLY_WINDOW = timedelta(hours=24)  # a weekly message that is later than this is left out
FORGET_DELIVERIES_AFTER = timedelta(days=2)  # no platform repeats anything after so long
FORGET_TEXT_AFTER = timedelta(days=30)
AT_ONCE = 50  # rows in one transaction: on SQLite a tenth of a second, in which people wait for their answers

_log = logging.getLogger(__name__)

Row = TypeVar("Row", Commitment, Introduced, Introduction, Member, Programme, Session)


@dataclass(frozen=True, slots=True)
class Did:
    """One thing a job did, without a private word."""

    job: str
    what: str
    outcome: str


Done = AsyncIterator[list[Did]]  # each portion, once it is kept
Job = Callable[[Database, datetime], Done]


def end_sessions(database: Database, now: datetime) -> Done:
    async def one(db: Db, row: Session) -> Did:
        programme = await db.session.get_one(Programme, row.programme_id)
        await session.end(db, programme, row, now)
        return Did("sessions", row.id, row.state)

    return _each(database, now, sessions.due, one)


def play_back(database: Database, now: datetime) -> Done:
    """Commitments whose day has come go back to their author; on a pause, when it ends."""

    async def one(db: Db, row: Commitment) -> Did:
        author = await commitments.author(db, row)
        planned = row.play_back_at or now
        morning = rhythm.instant(row.due_on, rhythm.MORNING, author.timezone) if row.due_on else planned
        if morning > now:
            row.play_back_at = morning
            return Did("commitments", row.id, rounds.CLOCKS_CHANGED)
        row.play_back_at = None
        if author.left_at:
            return Did("commitments", row.id, "its author has left")
        row.played_back_on = rhythm.local_date(planned, author.timezone)
        key = f"play-back:{row.id}:{row.played_back_on}"
        message = checkin.play_back(db, row, rhythm.local_date(now, author.timezone))
        said = await outbox.put(
            db, key, members.person_of(author), message, now,
            kind=Kind.PLAY_BACK, programme_id=author.programme_id, member_id=author.id,
        )  # fmt: skip
        return Did("commitments", row.id, "played back" if said else "nothing: that day has brought it back")

    return _each(database, now, commitments.to_play_back, one)


def write_weekly(database: Database, now: datetime) -> Done:
    """Weekly messages, each at its member's own day and hour."""

    async def one(db: Db, member: Member) -> Did:
        weekday, at, zone = member.weekly_weekday, member.weekly_time, member.timezone
        if member.paused_until and member.is_paused(now):
            members.set_weekly(member, rhythm.next_date(member.paused_until, weekday, at, zone))
            return Did("weekly", member.id, "paused")
        on = member.next_weekly_on or rhythm.local_date(member.next_weekly_at or now, zone)
        turns = rhythm.turns(on, now, at, zone, member.weekly_every, window=WEEKLY_WINDOW)
        members.set_weekly(member, turns.following)
        for day in turns.missed:
            await outbox.skip(
                db, f"weekly:{member.id}:{day}", members.person_of(member), _late(WEEKLY_WINDOW), now,
                kind=Kind.WEEKLY, programme_id=member.programme_id, member_id=member.id,
            )  # fmt: skip
        if turns.due:
            return Did("weekly", member.id, await _write_weekly(db, member, turns.due, now))
        return Did("weekly", member.id, _late(WEEKLY_WINDOW) if turns.missed else rounds.CLOCKS_CHANGED)

    return _each(database, now, members.with_weekly_due, one)


async def _write_weekly(db: Db, member: Member, day: date, now: datetime) -> str:
    """Write it once for that local date, also where they moved and the same date came again."""
    key = f"weekly:{member.id}:{day}"
    if await outbox.by_key(db, key):
        return "nothing: that day has had its message"
    rests = member.unanswered >= weekly.REST_AFTER
    message = await weekly.write(db, member, now)
    await outbox.put(
        db, key, members.person_of(member), message, now,
        kind=Kind.WEEKLY, programme_id=member.programme_id, member_id=member.id,
    )  # fmt: skip
    member.weekly_count += 1
    member.unanswered += 1
    if rests:
        members.set_weekly(member, None)
    return "rests now" if rests else "written"


async def make_rounds(database: Database, now: datetime) -> Done:
    """One after the other, each planned while no transaction is open. A round that fails stays due, and harms no other."""
    portion = Portion(now, AT_ONCE)
    while portion.full:
        async with database.transaction() as db:
            ids = [programme.id for programme in await programmes.with_round_due(db, portion)]
        for programme_id in ids:
            try:
                outcome = await rounds.make(database, programme_id, now)
            except Exception:
                _log.exception("the round of programme %s could not be made and stays due", programme_id)
            else:
                yield [Did("rounds", programme_id, outcome)] if outcome else []


def warn_of_rounds(database: Database, now: datetime) -> Done:
    """The day before a round, everybody who will be in it is told, and can still skip it."""

    async def one(db: Db, programme: Programme) -> Did:
        on, at = programme.next_round_on, programme.next_round_at
        if on is None or at is None:
            programme.next_warning_at = None
            return Did("warnings", programme.id, "nothing: there is no next round")
        moment = programmes.warning_of(programme, on)
        programme.next_warning_at = moment if moment > now else None
        if moment > now:
            return Did("warnings", programme.id, rounds.CLOCKS_CHANGED)
        if at <= now:
            return Did("warnings", programme.id, "skipped: the round is there")
        return Did("warnings", programme.id, f"{await warning.warn(db, programme, on, now)} warned")

    return _each(database, now, programmes.with_warning_due, one, at_once=1)  # one is as many rows as its people


async def mend_introductions(database: Database, now: datetime) -> Done:
    """Those that wait because somebody in them has gone without a word here: their platform said that they have."""
    async with database.transaction() as db:
        gone = await introductions.gone_but_awaited(db)
        for member in gone:
            await repair.mend(db, member, now)
    if gone:
        yield [Did("mended", member.id, "in no introduction any more") for member in gone]


def ask_if_met(database: Database, now: datetime) -> Done:
    """A week after an introduction, each is asked alone."""

    async def one(db: Db, row: Introduction) -> Did:
        return Did("met", row.id, await met.ask(db, row, now))

    return _each(database, now, introductions.to_ask, one)


def ask_again_if_met(database: Database, now: datetime) -> Done:
    """Once more: two days after a "not yet", a week after a "booked"."""

    async def one(db: Db, place: Introduced) -> Did:
        return Did("met again", place.id, await met.ask_again(db, place, now))

    return _each(database, now, introductions.to_ask_again, one)


async def forget(database: Database, now: datetime) -> Done:
    """Let go of what is needed no more."""
    async with database.transaction() as db:
        await deliveries.forget(db, now - FORGET_DELIVERIES_AFTER)
        await contacts.forget_left(db)
        texts = await outbox.forget_sent(db, now - FORGET_TEXT_AFTER)
    if texts:
        yield [Did("forget", "texts of sent messages", str(texts))]


JOBS: tuple[Job, ...] = (
    end_sessions, play_back, write_weekly, warn_of_rounds, make_rounds, mend_introductions, ask_if_met,
    ask_again_if_met, forget,
)  # fmt: skip


async def run_due(
    database: Database, now: datetime, jobs: Sequence[Job] = JOBS, goes_on: Callable[[], bool] | None = None
) -> list[Did]:
    """Run every job until nothing of it is due, or until `goes_on`, which is asked after each portion, says no.

    A job that fails is logged, and the others still run.
    """
    done: list[Did] = []
    for job in jobs:
        try:
            async for portion in job(database, now):
                done += portion
                if goes_on and not goes_on():
                    return done
        except Exception:
            _log.exception("the job %s failed and is tried again", job.__name__)
    return done


async def _each(
    database: Database,
    now: datetime,
    due: Callable[[Db, Portion], Awaitable[Sequence[Row]]],
    one: Callable[[Db, Row], Awaitable[Did]],
    at_once: int = AT_ONCE,
) -> Done:
    """Do them one by one, and people's own requests between one portion and the next.

    A row that fails is left as it was, and harms no other.
    """
    portion = Portion(now, at_once)
    while portion.full:
        done: list[Did] = []
        async with database.transaction() as db:
            for row in await due(db, portion):
                what = f"{type(row).__name__.lower()} {row.id}"
                try:
                    async with db.session.begin_nested():
                        done.append(await one(db, row))
                except Exception:
                    _log.exception("%s could not be done and stays due", what)
                await asyncio.sleep(0)  # on SQLite nothing in here waits, and other answers must not wait for all of it
        yield done


def _late(window: timedelta) -> str:
    return f"skipped: more than {window // timedelta(hours=1)} hours late"
