"""What is to be said: put in the transaction of what it is about, and what becomes of it in the end.

storage/claims.py has what is between: how a worker takes it, and what its sending came to.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col

from bot.chat import Address, Channel, Message, Person
from bot.domain.kind import TERMS, Kind
from bot.domain.trouble import AWAITED
from storage import lanes
from storage.db import COUNTED, SAID, Db, bound_to
from storage.lanes import in_state
from storage.models import Outbox, OutboxState, new_id_in_order

BY_HAND = "by hand"  # stands in why something was settled, where a host did that
MENDED = "skipped: the round was mended"  # before an introduction was posted; no trouble of anybody's

_AT_ONCE = 500  # keys in one question


@dataclass(frozen=True, slots=True)
class Saying:
    """A message to put."""

    key: str
    to: Address
    message: Message
    kind: Kind
    programme_id: str | None
    member_id: str | None = None
    due_at: datetime | None = None


async def put(
    db: Db, key: str, to: Address, message: Message, now: datetime,
    *, kind: Kind, programme_id: str, member_id: str | None = None, due_at: datetime | None = None,
) -> bool:  # fmt: skip
    """Say this once; False if a message with this key exists already, sent or not."""
    row = _row(db, Saying(key, to, message, kind, programme_id, member_id, due_at), now)
    result = await db.session.execute(_insert(db).values(row), execution_options=COUNTED)
    await _is_said(db, [row], now)
    return isinstance(result, CursorResult) and result.rowcount == 1


async def put_all(db: Db, sayings: Sequence[Saying], now: datetime) -> None:
    """Say each of these once. What exists already stays as it is."""
    rows = [_row(db, saying, now) for saying in sayings]
    if rows:
        await db.session.flush()  # whom they are for may be new
        await db.connection.execute(_insert(db), rows)
        await _is_said(db, rows, now)


async def skip(
    db: Db, key: str, to: Address, why: str, now: datetime,
    *, kind: Kind, programme_id: str, member_id: str | None = None,
) -> bool:  # fmt: skip
    """Note that this is not said, and why; False if there is a message with this key already, which stays as it is."""
    row = _row(db, Saying(key, to, Message(()), kind, programme_id, member_id), now)
    row |= {"state": OutboxState.SETTLED, "error": why, "payload_sealed": None}
    result = await db.session.execute(_insert(db).values(row), execution_options=COUNTED)
    return isinstance(result, CursorResult) and result.rowcount == 1


def _row(db: Db, saying: Saying, now: datetime) -> dict[str, Any]:
    """A row as the database takes it: to make ten thousand objects of the table's class took a second."""
    to, row_id = saying.to, new_id_in_order()
    return _DEFAULTS | {
        "id": row_id, "key": saying.key, "kind": saying.kind, "urgency": TERMS[saying.kind].urgency,
        "programme_id": saying.programme_id, "member_id": saying.member_id, "platform": to.platform,
        "workspace": to.workspace, "channel": to.channel if isinstance(to, Channel) else "",
        "user": to.user if isinstance(to, Person) else "", "due_at": saying.due_at or now,
        "created_at": max(now, saying.due_at or now),  # what is to be said later is no older than that
        "payload_sealed": db.keys.seal(saying.message.to_json(), bound_to(Outbox, "payload", row_id, saying.key)),
    }  # fmt: skip


_DEFAULTS = {name: field.default for name, field in Outbox.model_fields.items() if not field.is_required()}


def _insert(db: Db) -> Any:
    insert = postgresql.insert if db.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    return insert(Outbox).on_conflict_do_nothing(index_elements=["key"])


async def _is_said(db: Db, rows: Sequence[Mapping[str, Any]], now: datetime) -> None:
    await lanes.open_lanes(db, {(row["platform"], row["workspace"]) for row in rows}, now)
    db.session.info[SAID] = True


def rewrite(db: Db, row: Outbox, message: Message) -> None:
    """Say this instead, where nothing has been said yet."""
    db.seal(row, "payload", message.to_json())


def leave_out(row: Outbox, why: str) -> None:
    """It is not said after all, and why."""
    row.state, row.error, row.payload_sealed = OutboxState.SETTLED, why, None


async def said_already(db: Db, keys: Sequence[str]) -> set[str]:
    """Those of these keys of which there is a message, sent or not."""
    found: set[str] = set()
    for begin in range(0, len(keys), _AT_ONCE):
        query = select(col(Outbox.key)).where(col(Outbox.key).in_(keys[begin : begin + _AT_ONCE]))
        found |= set((await db.session.execute(query)).scalars().all())
    return found


async def members_told(db: Db, programme_id: str, kind: Kind, since: datetime) -> set[str]:
    """The members of the programme to whom something of that kind was put since then."""
    query = select(col(Outbox.member_id)).where(
        col(Outbox.programme_id) == programme_id, col(Outbox.kind) == kind, col(Outbox.created_at) >= since
    )
    return {member_id for member_id in (await db.session.execute(query)).scalars() if member_id}


async def awaiting_contact(db: Db, person: Person, since: datetime) -> Sequence[Outbox]:
    """What this person could not be sent because their platform asks that they write first; the oldest first."""
    query = (
        select(Outbox)
        .where(
            col(Outbox.platform) == person.platform,
            col(Outbox.workspace) == person.workspace,
            col(Outbox.channel) == "",
            col(Outbox.user) == person.user,
            col(Outbox.state) == OutboxState.FAILED,
            col(Outbox.error).startswith(AWAITED),
            col(Outbox.payload_sealed).is_not(None),
            col(Outbox.created_at) >= since,
        )
        .order_by(col(Outbox.created_at), col(Outbox.id))
        .with_for_update()
    )
    return (await db.session.execute(query)).scalars().all()


async def due_again(db: Db, row: Outbox, now: datetime) -> None:
    """What stood in its way is gone. It begins anew, so it may take its time again."""
    row.state, row.error, row.due_at, row.created_at = OutboxState.DUE, "", now, now
    db.session.info[SAID] = True


def too_late(row: Outbox) -> None:
    """It helps nobody any more."""
    row.error, row.payload_sealed = "too late", None


async def retry_failed(db: Db, key: str, now: datetime) -> bool:
    """Put a message that failed for good back in the queue, because what was wrong was mended."""
    result = await db.session.execute(
        update(Outbox)
        .where(col(Outbox.key) == key, col(Outbox.state) == OutboxState.FAILED)
        .values(state=OutboxState.DUE, due_at=now, error="", told="")
    )
    db.session.info[SAID] = True
    return isinstance(result, CursorResult) and result.rowcount == 1


async def say_sooner(db: Db, member_id: str, now: datetime) -> None:
    """What waits for the end of this member's pause is due now: they are back."""
    later = in_state(OutboxState.DUE) & (col(Outbox.created_at) > now)
    rows = update(Outbox).where(col(Outbox.member_id) == member_id, later)
    await db.session.execute(rows.values(due_at=now, created_at=now))
    db.session.info[SAID] = True


async def drop_unsent(db: Db, member_id: str) -> None:
    """Say nothing more to somebody who left."""
    await db.session.execute(delete(Outbox).where(col(Outbox.member_id) == member_id, in_state(OutboxState.DUE)))


async def drop_unsent_of(db: Db, keys: Sequence[str]) -> None:
    """Do not say these, where they were not said yet."""
    await db.session.execute(delete(Outbox).where(col(Outbox.key).in_(keys), in_state(OutboxState.DUE)))


async def trouble(db: Db, programme_id: str, since: datetime) -> Sequence[Outbox]:
    """What could not be said in the programme's channel, newest first: failed, or waiting because of an error."""
    query = (
        select(Outbox)
        .where(
            col(Outbox.programme_id) == programme_id,
            col(Outbox.channel) != "",
            col(Outbox.created_at) >= since,
            or_(
                col(Outbox.state).in_([OutboxState.FAILED, OutboxState.AMBIGUOUS]),
                (col(Outbox.state) == OutboxState.SETTLED)
                & ~col(Outbox.error).contains(BY_HAND)
                & (col(Outbox.error) != MENDED),
                (col(Outbox.state) == OutboxState.DUE)
                & (col(Outbox.error) != "")
                & ~col(Outbox.error).startswith("waits"),
            ),
        )
        .order_by(col(Outbox.created_at).desc())
    )
    return (await db.session.execute(query)).scalars().all()


async def try_now(db: Db, programme_id: str, now: datetime) -> int:
    """What waits for a better moment in the programme's channel, or has failed there, is due now. Gives the number."""
    waits = in_state(OutboxState.DUE) & (col(Outbox.due_at) > now) | in_state(OutboxState.FAILED)
    result = await db.session.execute(
        update(Outbox)
        .where(col(Outbox.programme_id) == programme_id, col(Outbox.channel) != "", waits)
        .where(col(Outbox.payload_sealed).is_not(None))
        .values(state=OutboxState.DUE, due_at=now, error="", told="")
    )
    db.session.info[SAID] = True
    return result.rowcount if isinstance(result, CursorResult) else 0


async def by_key(db: Db, key: str) -> Outbox | None:
    return (await db.session.execute(select(Outbox).where(col(Outbox.key) == key))).scalar_one_or_none()


async def forget_sent(db: Db, before: datetime) -> int:
    """Take the text out of old messages; the key stays, so none is said again. Gives the number.

    Of what was never sent, private text goes too; what was meant for a channel stays, for it may be tried again.
    """
    sent = in_state(OutboxState.SENT) & (col(Outbox.sent_at) < before)
    over = (
        in_state(OutboxState.SETTLED, OutboxState.FAILED) & (col(Outbox.created_at) < before) & (col(Outbox.user) != "")
    )
    forgotten = 0
    for condition in (sent, over):  # apart, for each has an index of its own
        result = await db.session.execute(
            update(Outbox).where(condition, col(Outbox.payload_sealed).is_not(None)).values(payload_sealed=None)
        )
        forgotten += result.rowcount if isinstance(result, CursorResult) else 0
    return forgotten


def message_of(db: Db, row: Outbox) -> Message:
    """Raises CannotOpen."""
    return Message.from_json(db.unseal(row, "payload"))


def address_of(row: Outbox) -> Address:
    if row.user:
        return Person(row.platform, row.workspace, row.user)
    return Channel(row.platform, row.workspace, row.channel)
