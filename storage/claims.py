"""How a worker takes what is due, and what its sending came to.

due → claimed (a worker has it, and a request is under way) → sent, due again, failed, or ambiguous: it may have been
sent. What is ambiguous rests until no request for it can live any more; then it is found to be sent, is due again, or is
settled without being known. `tries` counts the claims, so that nobody speaks for a claim that another has by now.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CursorResult,
    Integer,
    Select,
    Update,
    bindparam,
    exists,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.orm import aliased
from sqlalchemy.sql.dml import ReturningUpdate
from sqlmodel import col

from bot.chat import Person
from bot.domain.kind import TERMS
from storage.db import SAID, Db
from storage.lanes import in_state
from storage.models import Lane, Outbox, OutboxState, Utc


async def claim(
    db: Db, lane: Lane, now: datetime, worker: str, limit: int, *, lease: timedelta, spacing: float = 0
) -> Sequence[Outbox]:
    """Take up to `limit` messages that are due in a lane that is locked: the most urgent first, then the oldest.

    One for each place, and none where one is under way or was tried less than `spacing` seconds ago.
    """
    values = {
        "in_platform": lane.platform, "in_workspace": lane.workspace, "now": now, "most": limit, "by": worker,
        "until": now + lease,
    }  # fmt: skip
    if spacing:
        values |= {"since": now - timedelta(seconds=spacing), "at_most": now + timedelta(seconds=spacing)}
    claimed = _claiming(spaced=bool(spacing))
    rows = (await db.session.execute(claimed, values, execution_options=_AFRESH)).scalars().all()
    return sorted(rows, key=lambda row: (row.urgency, row.due_at, row.id))


async def claim_ambiguous(db: Db, lane: Lane, now: datetime, limit: int, *, lease: timedelta) -> Sequence[Outbox]:
    """Take up to `limit` messages in a lane that may have been sent, and may be looked up by now. The due date is the lease."""
    ready = (
        select(col(Outbox.id).label("id"))
        .where(col(Outbox.platform) == lane.platform, col(Outbox.workspace) == lane.workspace)
        .where(in_state(OutboxState.AMBIGUOUS), col(Outbox.due_at) <= now)
        .order_by(col(Outbox.due_at), col(Outbox.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("ready")
    )
    taken = update(Outbox).where(col(Outbox.id).in_(select(ready.c.id))).values(due_at=now + lease).returning(Outbox)
    return (await db.session.execute(taken, execution_options=_AFRESH)).scalars().all()


async def expire(db: Db, now: datetime, *, lease: timedelta, quarantine: timedelta) -> Sequence[Outbox]:
    """Mark as ambiguous what a worker that is gone was sending, and give those rows.

    Gone is also who has a lease that nobody can have: the clock was put back. The quarantine begins now, so that a clock
    that jumps ahead shortens it for no request.
    """
    gone = (
        update(Outbox)
        .where(
            in_state(OutboxState.CLAIMED),
            or_(col(Outbox.lease_until) < now, col(Outbox.lease_until) > now + 2 * lease),
        )
        .values(
            state=OutboxState.AMBIGUOUS, due_at=now + quarantine, unclear=Outbox.unclear + 1,
            error="the process stopped while it was being sent",
        )
        .returning(Outbox)
    )  # fmt: skip
    return (await db.session.execute(gone)).scalars().all()


async def unasked_since(db: Db, people: Sequence[Person], since: datetime) -> list[tuple[Person, str, datetime]]:
    """What these people were sent unasked since then: who, its kind, and when it was tried."""
    places = [(one.platform, one.workspace, "", one.user) for one in people]
    rows = await db.connection.execute(_unasked(), {"places": places, "since": since})
    return [(Person(platform, workspace, user), kind, moment) for platform, workspace, user, kind, moment in rows]


_AFRESH = {"populate_existing": True}
_ORDER = (col(Outbox.urgency), col(Outbox.due_at), col(Outbox.id))

# Statements are built once: it took longer to build one than to run it.


@cache
def _claiming(*, spaced: bool) -> ReturningUpdate[Outbox]:
    now: BindParameter[datetime] = bindparam("now", type_=Utc())
    ready: Select[
        str
    ] = (  # named apart: inside IN (…), PostgreSQL may run it again and again, and take more than the limit
        select(col(Outbox.id).label("id"))
        .where(col(Outbox.platform) == bindparam("in_platform"), col(Outbox.workspace) == bindparam("in_workspace"))
        .where(in_state(OutboxState.DUE), col(Outbox.due_at) <= now, ~_another_comes_first(now))
        .order_by(*_ORDER)
        .limit(bindparam("most", type_=Integer()))
        .with_for_update(skip_locked=True)
    )
    if spaced:
        ready = ready.where(~_one_came_lately())
    return (
        update(Outbox)
        .where(col(Outbox.id).in_(select(ready.cte("ready").c.id)))
        .values(
            state=OutboxState.CLAIMED, worker=bindparam("by"), lease_until=bindparam("until", type_=Utc()), tried_at=now,
            tries=Outbox.tries + 1,
        )
        .returning(Outbox)
    )  # fmt: skip


def _another_comes_first(now: BindParameter[datetime]) -> ColumnElement[bool]:
    """At the same place: one that is under way, or due and before it in the order."""
    other = aliased(Outbox)
    before = or_(
        in_state(OutboxState.CLAIMED, of=other),
        (col(other.due_at) <= now) & (tuple_(other.urgency, other.due_at, other.id) < tuple_(*_ORDER)),
    )
    waiting = in_state(OutboxState.DUE, OutboxState.CLAIMED, of=other)
    earlier = select(col(other.id)).where(*_same_place(other), col(other.id) != col(Outbox.id), waiting, before)
    return exists(earlier.offset(0))  # see storage/lanes.py


def _one_came_lately() -> ColumnElement[bool]:
    lately = aliased(Outbox)
    since: BindParameter[datetime] = bindparam("since", type_=Utc())
    until: BindParameter[datetime] = bindparam("at_most", type_=Utc())  # a clock that was put back keeps nobody waiting
    moment = col(lately.tried_at)
    return exists(select(col(lately.id)).where(*_same_place(lately), moment > since, moment <= until).offset(0))


@cache
def _unasked() -> Select[*tuple[Any, ...]]:
    place = tuple_(col(Outbox.platform), col(Outbox.workspace), col(Outbox.channel), col(Outbox.user))
    said: list[Any] = [
        col(Outbox.platform), col(Outbox.workspace), col(Outbox.user), col(Outbox.kind), col(Outbox.tried_at)
    ]  # fmt: skip
    return select(*said).where(
        place.in_(bindparam("places", expanding=True)),
        col(Outbox.tried_at) >= bindparam("since", type_=Utc()),
        col(Outbox.kind).in_([kind for kind, terms in TERMS.items() if terms.unasked]),
        col(Outbox.state).in_([OutboxState.SENT, OutboxState.AMBIGUOUS, OutboxState.SETTLED]),
    )


def _same_place(other: Any) -> tuple[ColumnElement[bool], ...]:
    return (
        other.platform == Outbox.platform,
        other.workspace == Outbox.workspace,
        other.channel == Outbox.channel,
        other.user == Outbox.user,
    )


@dataclass(frozen=True, slots=True)
class Arrived:
    """What arrived, when, and the platform's own id of it. `unclear`: of how many earlier requests nobody knows."""

    row: Outbox
    at: datetime
    platform_id: str
    unclear: int


async def arrived(db: Db, messages: Sequence[Arrived]) -> None:
    """These have arrived. That is known better than whatever was thought when a lease ran out."""
    if messages:
        in_order = sorted(messages, key=lambda one: one.row.id)  # whoever else changes several takes them in the same
        values = [{"row": one.row.id, "at": one.at, "as_id": one.platform_id, "still": one.unclear} for one in in_order]
        await db.connection.execute(_arriving(), values)


@cache
def _arriving() -> Update:
    return (
        update(Outbox)
        .where(col(Outbox.id) == bindparam("row"), col(Outbox.state) != OutboxState.SENT)
        .values(
            state=OutboxState.SENT, sent_at=bindparam("at", type_=Utc()), platform_id=bindparam("as_id"), error="",
            unclear=bindparam("still"),
        )
    )  # fmt: skip


async def sent(db: Db, row: Outbox, now: datetime, platform_id: str) -> None:
    """It was found to have arrived, by one of the requests that were unclear."""
    await arrived(db, [Arrived(row, now, platform_id, max(0, row.unclear - 1))])


async def again(db: Db, row: Outbox, due_at: datetime, reason: str) -> bool:
    """It was certainly not sent; try again then."""
    return await _settle(db, row, state=OutboxState.DUE, due_at=due_at, error=reason)


async def ambiguous(db: Db, row: Outbox, look_at: datetime, reason: str) -> bool:
    """It may have been sent. Nothing is done before `look_at`."""
    return await _settle(db, row, state=OutboxState.AMBIGUOUS, due_at=look_at, error=reason, unclear=Outbox.unclear + 1)


async def failed(db: Db, row: Outbox, reason: str, told: str = "") -> bool:
    return await _settle(db, row, state=OutboxState.FAILED, error=reason, told=told)


async def settled(db: Db, row: Outbox, why: str) -> None:
    """Nothing more is done about it: it was not sent, or nobody can know."""
    await db.session.execute(
        update(Outbox)
        .where(col(Outbox.id) == row.id, col(Outbox.state).in_([OutboxState.CLAIMED, OutboxState.AMBIGUOUS]))
        .values(state=OutboxState.SETTLED, error=why)
    )


async def postponed(db: Db, row: Outbox, until: datetime, why: str) -> None:
    """It was claimed too early, and nothing was tried."""
    await _settle(db, row, state=OutboxState.DUE, due_at=until, error=why, tried_at=None, tries=row.tries - 1)


async def not_there(db: Db, row: Outbox, now: datetime, *, known: bool) -> None:
    """It was looked up and has not arrived, or nobody can know and it is said again: it is due."""
    values: dict[str, Any] = {"unclear": 0} if known else {}
    await db.session.execute(
        update(Outbox)
        .where(col(Outbox.id) == row.id, col(Outbox.state) == OutboxState.AMBIGUOUS)
        .values(state=OutboxState.DUE, due_at=now, error="", **values)
    )
    db.session.info[SAID] = True


async def look_later(db: Db, row: Outbox, at: datetime) -> None:
    await db.session.execute(
        update(Outbox).where(col(Outbox.id) == row.id, col(Outbox.state) == OutboxState.AMBIGUOUS).values(due_at=at)
    )


async def hold(db: Db, row: Outbox, until: datetime) -> None:
    """Let what waits for the same place wait behind this message, so that it arrives in order."""
    await db.session.execute(
        update(Outbox)
        .where(
            *_there(row),
            in_state(OutboxState.DUE),
            col(Outbox.due_at) < until,
        )
        .values(due_at=until)
    )


async def fail_place(db: Db, row: Outbox, reason: str, told: str) -> None:
    """What waits for the same place fails with this message: it would only be refused as well."""
    await db.session.execute(
        update(Outbox)
        .where(*_there(row), in_state(OutboxState.DUE))
        .values(state=OutboxState.FAILED, error=reason, told=told)
    )


async def last_said(db: Db, row: Outbox) -> str | None:
    """What last arrived at that place, by its key."""
    query = (
        select(col(Outbox.key))
        .where(*_there(row), col(Outbox.state) == OutboxState.SENT)
        .order_by(col(Outbox.tried_at).desc())
        .limit(1)
    )
    return (await db.session.execute(query)).scalar_one_or_none()


def _there(row: Outbox) -> tuple[ColumnElement[bool], ...]:
    return tuple(getattr(Outbox, name) == getattr(row, name) for name in ("platform", "workspace", "channel", "user"))


async def _settle(db: Db, row: Outbox, **values: object) -> bool:
    """Change the row if this claim of it still holds."""
    result = await db.session.execute(
        update(Outbox)
        .where(col(Outbox.id) == row.id, in_state(OutboxState.CLAIMED), col(Outbox.tries) == row.tries)
        .values(**values)
    )
    return isinstance(result, CursorResult) and result.rowcount == 1
