"""Whether now is the time. It is decided when a message goes, for much may have changed since it was planned."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import bindparam, select
from sqlmodel import col

from bot.chat import Person
from bot.delivery.outcome import Delivered
from bot.domain import quiet, rhythm
from bot.domain.kind import TERMS, Kind
from storage import claims, introductions
from storage.db import Db
from storage.models import Member, Outbox

LEFT = "skipped: they have left"
GONE = "waits: somebody in it has left"
TOO_LATE = "skipped: it would have come too late to help"

_UNTIL_MENDED = timedelta(seconds=30)  # by a job: an introduction is not written here

Said = Mapping[Person, Sequence[tuple[bool, datetime]]]


async def let_through(db: Db, rows: Sequence[Outbox], now: datetime) -> tuple[list[Outbox], list[Delivered]]:
    """Those of the claimed that may go now. The others wait for a better moment, or are left out, and say why."""
    members = await _members(db, rows)
    said = await _unasked(db, [row for row in rows if row.user and TERMS[Kind(row.kind)].unasked], now)
    gone = await introductions.with_somebody_gone(db, [row.key for row in rows if row.kind == Kind.INTRODUCTION])
    ready, held = [], []
    for row in rows:
        if why := _not_at_all(row, members, now):
            await claims.settled(db, row, why)
            held.append(Delivered(row.key, "settled", why))
        elif later := (now + _UNTIL_MENDED, GONE) if row.key in gone else _not_now(row, members, said, now):
            await claims.postponed(db, row, *later)
            held.append(Delivered(row.key, "waiting", later[1]))
        else:
            ready.append(row)
    return ready, held


@dataclass(frozen=True, slots=True)
class _Now:
    """What is known of a member at this moment."""

    left_at: datetime | None
    paused_until: datetime | None
    timezone: str
    weekly_time: time


async def _members(db: Db, rows: Sequence[Outbox]) -> dict[str, _Now]:
    ids = {row.member_id for row in rows if row.member_id}
    if not ids:
        return {}
    found = await db.connection.execute(_MEMBERS, {"ids": sorted(ids)})
    return {member_id: _Now(left, paused, zone, hour) for member_id, left, paused, zone, hour in found}


_MEMBERS = select(
    col(Member.id), col(Member.left_at), col(Member.paused_until), col(Member.timezone), col(Member.weekly_time)
).where(col(Member.id).in_(bindparam("ids", expanding=True)))


async def _unasked(db: Db, rows: Sequence[Outbox], now: datetime) -> dict[Person, list[tuple[bool, datetime]]]:
    """What those people were sent unasked lately, from all their programmes: whether it was a weekly message, and when."""
    people = {_person(row) for row in rows}
    said: dict[Person, list[tuple[bool, datetime]]] = {person: [] for person in people}
    if people:
        for person, kind, moment in await claims.unasked_since(db, list(people), now - quiet.LONGEST_WEEK):
            said[person].append((kind == Kind.WEEKLY, moment))
    return said


def _not_at_all(row: Outbox, members: Mapping[str, _Now], now: datetime) -> str:
    member = members.get(row.member_id or "")
    if member and member.left_at:
        return LEFT
    return TOO_LATE if now - row.created_at > TERMS[Kind(row.kind)].fresh_for else ""


def _not_now(row: Outbox, members: Mapping[str, _Now], said: Said, now: datetime) -> tuple[datetime, str] | None:
    """Until when it waits, and why."""
    member = members.get(row.member_id or "")
    if member is None or not TERMS[Kind(row.kind)].unasked:
        return None
    if member.paused_until and member.paused_until > now:
        return member.paused_until, "waits: they are on a pause"
    weekly = row.kind == Kind.WEEKLY
    if until := quiet.budget_until(now, member.timezone, weekly, said[_person(row)]):
        return until, "waits: enough was said this week"
    if until := quiet.quiet_until(now, member.timezone, _chosen(row, member) if weekly else None):
        return until, "waits: quiet hours"
    return None


def _chosen(row: Outbox, member: _Now) -> datetime:
    """The moment that they chose for it: their hour, on the day that it was written for."""
    return rhythm.instant(rhythm.local_date(row.created_at, member.timezone), member.weekly_time, member.timezone)


def _person(row: Outbox) -> Person:
    return Person(row.platform, row.workspace, row.user)
