"""Whose turn it is: one row for each workspace and what is asked of it, locked by whoever claims there.

So several workers keep to one pace, no two of them say something at one place at the same moment, and a workspace with
ten thousand messages waits like the one with a single one: who was served longest ago comes first.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Integer, Select, bindparam, exists, literal_column, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col

from bot.chat import Pace
from storage.db import Db
from storage.models import Lane, Method, Outbox, OutboxState, Utc

CATCH_UP = timedelta(milliseconds=100)  # of a turn that came late; no more, so that nothing is said in bursts
_FAR = timedelta(minutes=1)  # at the slowest pace a message has three seconds
_LESS = 0.8  # of what was tried, when a platform asks to wait
_MORE = 1.001  # with each message that it bore, until it is what the platform's own pace says
_SLOWEST = 20.0  # messages a minute
_WAITS_FOR = {Method.SAY: OutboxState.DUE, Method.LOOK: OutboxState.AMBIGUOUS}


@dataclass(frozen=True, slots=True)
class Turn:
    """How many may go now, None for any number; `lane` is locked until the transaction ends."""

    lane: Lane
    most: int | None


async def open_lanes(db: Db, workspaces: Iterable[tuple[str, str]], now: datetime) -> None:
    """Make sure that a message for this platform and workspace will have its turn."""
    known: set[tuple[str, str]] = db.session.info.setdefault("lanes", set())
    new = [
        Lane(platform=platform, workspace=workspace, method=method, next_at=now, served_at=now).model_dump()
        for platform, workspace in set(workspaces) - known
        for method in Method
    ]
    if new:
        insert = postgresql.insert if db.session.get_bind().dialect.name == "postgresql" else sqlite.insert
        await db.session.execute(insert(Lane).on_conflict_do_nothing(), new)
        if not db.session.in_nested_transaction():  # that may still be undone, and what it opened with it
            known.update((row["platform"], row["workspace"]) for row in new)


async def turns(db: Db, method: Method, paces: Mapping[str, Pace], now: datetime, most: int) -> list[Turn]:
    """The workspaces that may be served now, those first that were served longest ago, and how much each may have.

    Only those of the platforms in `paces`; what waits for another one waits for a process that has it.
    """
    values = {"now": now, "far": now + _FAR, "platforms": list(paces), "most": most}
    lanes = (await db.session.execute(_ready(method), values, execution_options=_AFRESH)).scalars().all()
    return [Turn(lane, _tokens(lane, paces[lane.platform], now)) for lane in lanes]


def taken(turn: Turn, pace: Pace, number: int, now: datetime) -> None:
    """So many of them go now."""
    lane = turn.lane
    lane.served_at = now
    per_minute = _per_minute(lane, pace)
    if per_minute is None:
        return
    lane.next_at = _earliest(lane, now) + timedelta(minutes=number / per_minute)
    if lane.per_minute is not None and (ceiling := _ceiling(lane, pace)) is not None:
        raised = lane.per_minute * _MORE**number
        lane.per_minute = raised if raised < ceiling else None


async def next_turn(db: Db, method: Method, now: datetime, platforms: Collection[str]) -> datetime | None:
    """When the next of those that wait may go on because of their pace alone; None if there is none."""
    values = {"now": now, "far": now + _FAR, "platforms": list(platforms)}
    return (await db.session.execute(_next(method), values)).scalar_one_or_none()


async def rest(db: Db, row: Outbox, until: datetime, why: str, *methods: Method) -> None:
    """Nothing is asked of that workspace until then; nothing is lost."""
    await db.session.execute(
        update(Lane)
        .where(*_of(row), col(Lane.method).in_(methods or tuple(Method)))
        .where((col(Lane.resting_until).is_(None)) | (col(Lane.resting_until) < until))
        .values(resting_until=until, why=why)
    )


async def slow_down(db: Db, row: Outbox, method: Method, pace: Pace) -> None:
    """The platform asked to wait: from now on somewhat less of it, and then slowly more again."""
    lane = await db.session.get(Lane, (row.platform, row.workspace, method), with_for_update=True)
    if lane is not None and (per_minute := _per_minute(lane, pace)) is not None:
        lane.per_minute = max(_SLOWEST, per_minute * _LESS)


async def wake(db: Db, platform: str, workspace: str, why: str) -> bool:
    """What it rested for is mended; False if it did not rest for that."""
    woken = (
        update(Lane)
        .where(col(Lane.platform) == platform, col(Lane.workspace) == workspace, col(Lane.why).startswith(why))
        .where(col(Lane.resting_until).is_not(None))
        .values(resting_until=None, why="")
        .returning(col(Lane.method))
    )
    return bool((await db.session.execute(woken)).scalars().all())


async def resting(db: Db, now: datetime) -> Sequence[Lane]:
    """Those that rest, and until when."""
    query = select(Lane).where(col(Lane.resting_until) > now).order_by(col(Lane.resting_until))
    return (await db.session.execute(query)).scalars().all()


_AFRESH = {"populate_existing": True}
_NOW: BindParameter[datetime] = bindparam("now", type_=Utc())


@cache
def _ready(method: Method) -> Select[Lane]:
    return (
        select(Lane)
        .where(_awaited(method), ~_later())
        .order_by(col(Lane.served_at), col(Lane.workspace))
        .limit(bindparam("most", type_=Integer()))
        .with_for_update(skip_locked=True)
    )


@cache
def _next(method: Method) -> Select[datetime]:
    return select(col(Lane.next_at)).where(_awaited(method), _later()).order_by(col(Lane.next_at)).limit(1)


def _later() -> ColumnElement[bool]:
    """Its next turn is still to come. None is further off than a minute, unless the clock was put back."""
    far: BindParameter[datetime] = bindparam("far", type_=Utc())
    return (col(Lane.next_at) > _NOW) & (col(Lane.next_at) <= far)


def _awaited(method: Method) -> ColumnElement[bool]:
    """It does not rest, and something waits for it."""
    ours = (col(Lane.method) == method) & col(Lane.platform).in_(bindparam("platforms", expanding=True))
    awake = (col(Lane.resting_until).is_(None)) | (col(Lane.resting_until) <= _NOW)
    waiting = select(col(Outbox.id)).where(
        col(Outbox.platform) == Lane.platform,
        col(Outbox.workspace) == Lane.workspace,
        in_state(_WAITS_FOR[method]),
        col(Outbox.due_at) <= _NOW,
    )
    # OFFSET 0 keeps PostgreSQL from making a join of it, which reads every row wherever it has no statistics yet: after
    # a fan-out of 10,000 that took 200 ms instead of 0.3, until the next ANALYZE.
    return ours & awake & exists(waiting.offset(0))


def in_state(*states: OutboxState, of: Any = Outbox) -> ColumnElement[bool]:
    """Written out, not bound: else neither database sees that an index of these rows alone serves."""
    names: list[ColumnElement[str]] = [literal_column(f"'{state}'") for state in states]
    return col(of.state) == names[0] if len(names) == 1 else col(of.state).in_(names)


def _of(row: Outbox) -> tuple[ColumnElement[bool], ...]:
    return col(Lane.platform) == row.platform, col(Lane.workspace) == row.workspace


def _tokens(lane: Lane, pace: Pace, now: datetime) -> int | None:
    per_minute = _per_minute(lane, pace)
    if per_minute is None:
        return None
    earliest = _earliest(lane, now)
    return int((now - earliest) / timedelta(minutes=1) * per_minute) + 1 if earliest <= now else 0


def _earliest(lane: Lane, now: datetime) -> datetime:
    late = now - CATCH_UP
    return lane.next_at if late < lane.next_at <= now + _FAR else late


def _per_minute(lane: Lane, pace: Pace) -> float | None:
    return lane.per_minute if lane.per_minute is not None else _ceiling(lane, pace)


def _ceiling(lane: Lane, pace: Pace) -> float | None:
    return pace.per_minute if lane.method == Method.SAY else pace.looks_per_minute
