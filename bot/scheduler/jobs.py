"""Each job asks the database what is due, writes outbox rows and moves the due date, in one transaction.

Nothing is decided in memory, and every row's key says what it is, so a job may run twice, or on four machines.
"""

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from bot.domain import rhythm
from bot.domain.kind import Kind
from bot.handlers import checkin, met, round, session, weekly
from storage import commitments, contacts, deliveries, introductions, members, outbox, programmes, sessions
from storage.db import Database, Db
from storage.models import Commitment, Introduction, Member, OutboxState, Programme, Session

WEEKLY_WINDOW = timedelta(hours=24)  # a weekly message that is later than this is left out
ROUND_WINDOW = timedelta(hours=12)
FORGET_DELIVERIES_AFTER = timedelta(days=2)  # no platform repeats anything after so long
FORGET_TEXT_AFTER = timedelta(days=30)

_log = logging.getLogger(__name__)

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Did:
    """One thing a job did, without a private word."""

    job: str
    what: str
    outcome: str


async def end_sessions(db: Db, now: datetime) -> list[Did]:
    async def one(row: Session) -> Did:
        programme = await db.session.get_one(Programme, row.programme_id)
        await session.end(db, programme, row, now)
        return Did("sessions", row.id, row.state)

    return await _each(db, await sessions.due(db, now), one)


async def play_back(db: Db, now: datetime) -> list[Did]:
    """Commitments whose day has come go back to their author; on a pause, when it ends."""

    async def one(row: Commitment) -> Did:
        author = await commitments.author(db, row)
        row.play_back_at = None
        if author.left_at:
            return Did("commitments", row.id, "its author has left")
        today = rhythm.local_date(now, author.timezone)
        message = checkin.play_back(db, row, today)
        key = f"play-back:{row.id}:{today}"
        await outbox.put(
            db, key, members.person_of(author), message, now,
            kind=Kind.PLAY_BACK, programme_id=author.programme_id, member_id=author.id,
        )  # fmt: skip
        return Did("commitments", row.id, "played back")

    return await _each(db, await commitments.to_play_back(db, now), one)


async def write_weekly(db: Db, now: datetime) -> list[Did]:
    """Weekly messages, each at its member's own day and hour."""

    async def one(member: Member) -> Did:
        planned = member.next_weekly_at or now
        if member.paused_until and member.paused_until > now:
            member.next_weekly_at = rhythm.next_weekly(
                member.paused_until, member.weekly_weekday, member.weekly_time, member.timezone
            )
            return Did("weekly", member.id, "paused")
        rests = member.unanswered >= weekly.REST_AFTER
        member.next_weekly_at = (
            None
            if rests
            else rhythm.later_weekly(planned, now, member.weekly_time, member.timezone, member.weekly_every)
        )
        if now - planned > WEEKLY_WINDOW:
            return Did("weekly", member.id, "skipped: Balcony was not running at its hour")
        message = await weekly.write(db, member, now)
        key = f"weekly:{member.id}:{rhythm.local_date(planned, member.timezone)}"
        await outbox.put(
            db, key, members.person_of(member), message, now,
            kind=Kind.WEEKLY, programme_id=member.programme_id, member_id=member.id,
        )  # fmt: skip
        member.weekly_count += 1
        member.unanswered += 1
        return Did("weekly", member.id, "rests now" if rests else "written")

    return await _each(db, await members.with_weekly_due(db, now), one)


async def make_rounds(db: Db, now: datetime) -> list[Did]:
    async def one(programme: Programme) -> Did:
        planned = programme.next_round_at or now
        programme.next_round_at = rhythm.later_weekly(
            planned, now, programme.round_time, programme.timezone, programme.round_every_weeks
        )
        if now - planned > ROUND_WINDOW:
            return Did("rounds", programme.id, "skipped: Balcony was not running at its hour")
        made = await round.make(db, programme, now)
        return Did("rounds", programme.id, made.why_not or f"{made.groups} introductions")

    return await _each(db, await programmes.with_round_due(db, now), one)


async def ask_if_met(db: Db, now: datetime) -> list[Did]:
    """A week after an introduction, each is asked alone."""

    async def one(row: Introduction) -> Did:
        row.ask_at = None
        posted = await outbox.by_key(db, f"introduction:{row.id}")
        if posted is None or posted.state != OutboxState.SENT:
            return Did("met", row.id, "not asked: the introduction was not posted")
        people = await introductions.people_in(db, row)
        asked = 0
        for member in people:
            others = [other for other in people if other.id != member.id]
            if not others or not member.wants_introductions or (member.paused_until and member.paused_until > now):
                continue
            asked += await outbox.put(
                db, f"met:{row.id}:{member.id}", members.person_of(member), met.ask(row, others), now,
                kind=Kind.MET, programme_id=member.programme_id, member_id=member.id,
            )  # fmt: skip
        return Did("met", row.id, f"{asked} asked")

    return await _each(db, await introductions.to_ask(db, now), one)


async def forget(db: Db, now: datetime) -> list[Did]:
    """Let go of what is needed no more."""
    await deliveries.forget(db, now - FORGET_DELIVERIES_AFTER)
    await contacts.forget_left(db)
    texts = await outbox.forget_sent(db, now - FORGET_TEXT_AFTER)
    return [Did("forget", "texts of sent messages", str(texts))] if texts else []


Job = Callable[[Db, datetime], Awaitable[list[Did]]]

JOBS: tuple[Job, ...] = (end_sessions, play_back, write_weekly, make_rounds, ask_if_met, forget)


async def run_due(database: Database, now: datetime) -> list[Did]:
    """Run every job once. A job that fails is logged, and the others still run."""
    done: list[Did] = []
    for job in JOBS:
        try:
            async with database.transaction() as db:
                done += await job(db, now)
        except Exception:
            _log.exception("the job %s failed and is tried again", job.__name__)
    return done


async def _each(db: Db, rows: Sequence[Row], one: Callable[[Row], Awaitable[Did]]) -> list[Did]:
    """Do them one by one; a row that fails is left as it was, and harms no other."""
    done: list[Did] = []
    for row in rows:
        try:
            async with db.session.begin_nested():
                done.append(await one(row))
        except Exception:
            _log.exception("%s could not be done and stays due", type(row).__name__)
    return done
