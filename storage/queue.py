"""What waits to be said, how it goes, and single messages looked at by hand: for hosts, and in part for enablers.

Never a word of a message. storage/claims.py is how workers see the same rows.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, func, literal_column, select
from sqlmodel import col

from storage.db import Db
from storage.lanes import in_state
from storage.models import Lane, Method, Outbox, OutboxState, Programme

LATELY = timedelta(days=14)  # what failed longer ago is not counted any more
UNKNOWN = "may not have arrived"  # how `error` begins where that was settled without being known
_A_PACE = 10  # messages; fewer say nothing about the next ones
_BEGINNING = timedelta(seconds=10)
_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
_WITH_PROGRAMME = select(Outbox, col(Programme.name)).outerjoin(
    Programme, col(Programme.id) == col(Outbox.programme_id)
)


@dataclass(frozen=True, slots=True)
class Overview:
    """The queue in figures. `due` may go now, `later` has its moment still before it, `under_way` is being sent.

    `oldest` is since when the oldest of `due` could have gone. `failed` and `unknown` are those of the last two weeks.
    """

    due: int
    oldest: datetime | None
    later: int
    under_way: int
    ambiguous: int
    unknown: int
    failed: int
    sent_last_minute: int
    sent_last_hour: int


async def overview(db: Db, now: datetime) -> Overview:
    due, oldest = await _due(db, now)
    return Overview(
        due=due,
        oldest=oldest,
        later=await _count(db, in_state(OutboxState.DUE), col(Outbox.due_at) > now),
        under_way=await _count(db, in_state(OutboxState.CLAIMED)),
        ambiguous=await _count(db, in_state(OutboxState.AMBIGUOUS)),
        unknown=await _count(db, _over(), _unknown(), col(Outbox.created_at) > now - LATELY),
        failed=await _count(db, _over(), in_state(OutboxState.FAILED), col(Outbox.created_at) > now - LATELY),
        sent_last_minute=await _count(db, *_sent_since(now - _MINUTE)),
        sent_last_hour=await _count(db, *_sent_since(now - _HOUR)),
    )


async def due_by_platform(db: Db, now: datetime) -> dict[str, int]:
    """How many are due on each platform."""
    query = (
        select(col(Outbox.platform), func.count(col(Outbox.id)))
        .where(in_state(OutboxState.DUE), col(Outbox.due_at) <= now)
        .group_by(col(Outbox.platform))
        .order_by(col(Outbox.platform))
    )
    return {row[0]: row[1] for row in (await db.session.execute(query)).all()}


@dataclass(frozen=True, slots=True)
class Resting:
    """A workspace that is not spoken to for now, and what is due there; or that is not asked what arrived."""

    platform: str
    workspace: str
    method: str
    until: datetime
    why: str
    due: int


async def resting(db: Db, now: datetime) -> list[Resting]:
    """The one that rests longest first."""
    waits = (
        select(func.count(col(Outbox.id)))
        .where(*_in_lane(), col(Lane.method) == Method.SAY, in_state(OutboxState.DUE), col(Outbox.due_at) <= now)
        .correlate(Lane)
        .scalar_subquery()
    )
    query = select(Lane, waits).where(col(Lane.resting_until) > now).order_by(col(Lane.resting_until).desc())
    return [
        Resting(lane.platform, lane.workspace, lane.method, lane.resting_until, lane.why, due)
        for lane, due in (await db.session.execute(query)).all()
    ]


class Chosen(StrEnum):
    """Which messages to list."""

    OPEN = "open"  # what a host may want to look at: ambiguous, failed, settled or said again without being known
    DUE = "due"
    CLAIMED = "claimed"
    SENT = "sent"
    AMBIGUOUS = "ambiguous"
    SETTLED = "settled"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Entry:
    """A message, and the name of the programme it is of."""

    row: Outbox
    programme: str


async def listed(db: Db, chosen: Chosen, limit: int) -> tuple[list[Entry], int]:
    """So many of them and how many there are: what is due with the oldest first, all else with the newest first."""
    condition = _chosen(chosen)
    number = await _count(db, condition)
    order = col(Outbox.due_at) if chosen == Chosen.DUE else col(Outbox.created_at).desc()
    query = _WITH_PROGRAMME.where(condition).order_by(order, col(Outbox.id)).limit(limit)
    return [Entry(row, name or "") for row, name in (await db.session.execute(query)).all()], number


async def by_hand(db: Db, key: str) -> Entry | None:
    """That message, kept from every worker until the transaction ends."""
    query = _WITH_PROGRAMME.where(col(Outbox.key) == key).with_for_update(of=Outbox)
    found = (await db.session.execute(query, execution_options={"populate_existing": True})).one_or_none()
    return Entry(found[0], found[1] or "") if found else None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one kind of message of a programme has come: `said` of `number`, and `due` of them may go now."""

    kind: str
    said: int
    number: int
    due: int


async def progress(db: Db, programme_id: str, now: datetime, at_least: int) -> list[Progress]:
    """The kinds of which that many were put in the last day and some are still being said; the longest first."""
    said = func.count(col(Outbox.id)).filter(in_state(OutboxState.SENT))
    due = func.count(col(Outbox.id)).filter(
        in_state(OutboxState.CLAIMED) | (in_state(OutboxState.DUE) & (col(Outbox.due_at) <= now))
    )
    number = func.count(col(Outbox.id)).filter(
        in_state(OutboxState.SENT, OutboxState.DUE, OutboxState.CLAIMED, OutboxState.AMBIGUOUS)
    )
    query = (
        select(col(Outbox.kind), said, number, due)
        .where(col(Outbox.programme_id) == programme_id, col(Outbox.created_at) > now - _DAY)
        .group_by(col(Outbox.kind))
        .having(number >= at_least, due > 0)
        .order_by(due.desc(), col(Outbox.kind))
    )
    return [Progress(*row) for row in (await db.session.execute(query)).all()]


async def time_left(db: Db, platform: str, workspace: str, now: datetime) -> timedelta | None:
    """How long all that is due in a workspace takes at the pace of the last minute; None if that was no pace yet.

    Programmes of one workspace share its pace, so what is due in all of them counts.
    """
    here = col(Outbox.platform) == platform, col(Outbox.workspace) == workspace
    lately = select(func.count(col(Outbox.id)), func.min(col(Outbox.sent_at))).where(*here, *_sent_since(now - _MINUTE))
    number, first = (await db.session.execute(lately)).one()
    if number < _A_PACE or first is None:
        return None
    due = await _count(db, *here, in_state(OutboxState.DUE), col(Outbox.due_at) <= now)
    lane = await db.session.get(Lane, (platform, workspace, Method.SAY))
    rests = max(lane.resting_until - now, timedelta()) if lane and lane.resting_until else timedelta()
    return rests + due / number * max(now - first, _BEGINNING)


async def _due(db: Db, now: datetime) -> tuple[int, datetime | None]:
    query = select(func.count(col(Outbox.id)), func.min(col(Outbox.due_at))).where(
        in_state(OutboxState.DUE), col(Outbox.due_at) <= now
    )
    count, oldest = (await db.session.execute(query)).one()
    return count, oldest


async def _count(db: Db, *conditions: ColumnElement[bool]) -> int:
    return (await db.session.execute(select(func.count(col(Outbox.id))).where(*conditions))).scalar_one()


def _sent_since(since: datetime) -> tuple[ColumnElement[bool], ...]:
    """Only what has its text still, for the index is of those rows; what was sent so lately has."""
    return in_state(OutboxState.SENT), col(Outbox.payload_sealed).is_not(None), col(Outbox.sent_at) > since


def _in_lane() -> tuple[ColumnElement[bool], ...]:
    return col(Outbox.platform) == col(Lane.platform), col(Outbox.workspace) == col(Lane.workspace)


def _over() -> ColumnElement[bool]:
    """As the index of these rows has it: without its text nothing can be done about a message any more."""
    return in_state(OutboxState.SETTLED, OutboxState.FAILED) & col(Outbox.payload_sealed).is_not(None)


def _unknown() -> ColumnElement[bool]:
    return in_state(OutboxState.SETTLED) & col(Outbox.error).startswith(UNKNOWN)


def _chosen(chosen: Chosen) -> ColumnElement[bool]:
    if chosen != Chosen.OPEN:
        return in_state(OutboxState(chosen))
    ids = select(col(Outbox.id))  # one for each index: under one OR neither would be used
    over = ids.where(_over(), in_state(OutboxState.FAILED) | _unknown())
    twice = ids.where(
        in_state(OutboxState.SENT), col(Outbox.unclear) > literal_column("0"), col(Outbox.payload_sealed).is_not(None)
    )
    return col(Outbox.id).in_(ids.where(in_state(OutboxState.AMBIGUOUS)).union_all(over, twice))
