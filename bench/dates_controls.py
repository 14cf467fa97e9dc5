"""What must go red: schedulers as others have them, in the place of the real one."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlmodel import col

from bot.chat import say
from bot.domain import rhythm
from bot.domain.kind import Kind
from bot.scheduler.jobs import JOBS, Done, Job, write_weekly
from storage import members, outbox
from storage.db import Database, Db
from storage.models import Member

_GRACE = timedelta(seconds=1)  # what a well-known scheduler allows by default

Jobs = Callable[[int], Sequence[Job]]  # of the scheduler with that number


def by_moment(_number: int) -> Sequence[Job]:
    """The moment is the truth, and the date is read back from it: right until a zone changes, or somebody's zone."""

    async def weekly(database: Database, now: datetime) -> Done:
        async with database.transaction() as db:
            due = select(Member).where(col(Member.next_weekly_at) <= now).with_for_update(skip_locked=True)
            for member in (await db.session.execute(due)).scalars().all():
                day = rhythm.local_date(member.next_weekly_at or now, member.timezone)
                await _put(db, member, f"{day}", now)
                members.set_weekly(member, _next(member, day, now))
        yield []

    return _instead(weekly)


def from_memory(number: int) -> Sequence[Job]:
    """Each process has its own list of what is due, does it by itself, and drops what is more than a second late."""
    planned: dict[str, date] = {}

    async def weekly(database: Database, now: datetime) -> Done:
        async with database.transaction() as db:
            everyone = select(Member).where(col(Member.wants_weekly))
            for member in (await db.session.execute(everyone)).scalars().all():
                day = planned.setdefault(member.id, member.next_weekly_on or now.date())
                late = now - rhythm.instant(day, member.weekly_time, member.timezone)
                if late < timedelta(0):
                    continue
                if late <= _GRACE:
                    await _put(db, member, f"{day}:{number}", now)
                planned[member.id] = _next(member, day, now)
                members.set_weekly(member, planned[member.id])
        yield []

    return _instead(weekly)


def _instead(weekly: Job) -> Sequence[Job]:
    return [weekly if job is write_weekly else job for job in JOBS]


def _next(member: Member, day: date, now: datetime) -> date:
    at, zone = member.weekly_time, member.timezone
    return rhythm.turns(day, now, at, zone, member.weekly_every, window=timedelta(0)).following


async def _put(db: Db, member: Member, day: str, now: datetime) -> None:
    key = f"weekly:{member.id}:{day}"
    await outbox.put(
        db, key, members.person_of(member), say("Two minutes"), now,
        kind=Kind.WEEKLY, programme_id=member.programme_id, member_id=member.id,
    )  # fmt: skip
