"""What is to be said: put in the transaction of what it is about, claimed with a lease, settled once.

due → claimed (a worker has it, nothing sent) → sending (a request is under way) → sent, or due again, failed, unsure.
A lease that ran out on `claimed` is due again, for nothing was sent; on `sending` it is unsure, for it may have been.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import CursorResult, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col

from bot.chat import Address, Channel, Message, Person
from bot.domain.trouble import AWAITED
from storage.db import COUNTED, SAID, Db, identity
from storage.models import Member, Outbox, OutboxState

LEASE = timedelta(seconds=60)  # longer than the longest request (10 s) and what the platform may add


async def put(
    db: Db, key: str, to: Address, message: Message, now: datetime,
    *, programme_id: str, member_id: str | None = None, due_at: datetime | None = None,
) -> bool:  # fmt: skip
    """Say this once; False if a message with this key exists already, sent or not."""
    row = Outbox(
        key=key, programme_id=programme_id, member_id=member_id, platform=to.platform, workspace=to.workspace,
        channel=to.channel if isinstance(to, Channel) else "", user=to.user if isinstance(to, Person) else "",
        due_at=due_at or now, created_at=now,
    )  # fmt: skip
    row.payload_sealed = db.keys.seal(message.to_json(), identity(row, "payload"))
    insert = postgresql.insert if db.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(Outbox).values(row.model_dump()).on_conflict_do_nothing(index_elements=["key"])
    result = await db.session.execute(statement, execution_options=COUNTED)
    db.session.info[SAID] = True
    return isinstance(result, CursorResult) and result.rowcount == 1


async def skip(
    db: Db, key: str, to: Address, reason: str, now: datetime, *, programme_id: str, member_id: str | None = None
) -> bool:
    """Note that this is not said, and why; False if there is a message with this key already, which stays as it is."""
    row = Outbox(
        key=key, programme_id=programme_id, member_id=member_id, platform=to.platform, workspace=to.workspace,
        channel=to.channel if isinstance(to, Channel) else "", user=to.user if isinstance(to, Person) else "",
        due_at=now, created_at=now, state=OutboxState.SETTLED, error=reason,
    )  # fmt: skip
    insert = postgresql.insert if db.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(Outbox).values(row.model_dump()).on_conflict_do_nothing(index_elements=["key"])
    result = await db.session.execute(statement, execution_options=COUNTED)
    return isinstance(result, CursorResult) and result.rowcount == 1


async def claim(db: Db, now: datetime, worker: str, limit: int) -> Sequence[Outbox]:
    """Take up to `limit` messages that are due, oldest first; no two workers get the same one."""
    ready = (  # named apart: inside IN (…), PostgreSQL may run it again and again, and take more than the limit
        select(col(Outbox.id).label("id"))
        .where(
            col(Outbox.due_at) <= now,
            or_(
                col(Outbox.state) == OutboxState.DUE,
                (col(Outbox.state) == OutboxState.CLAIMED) & (col(Outbox.lease_until) < now),
            ),
        )
        .order_by(col(Outbox.due_at), col(Outbox.created_at), col(Outbox.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("ready")
    )
    claimed = (
        update(Outbox)
        .where(col(Outbox.id).in_(select(ready.c.id)))
        .values(state=OutboxState.CLAIMED, worker=worker, lease_until=now + LEASE)
        .returning(Outbox)
    )
    rows = (await db.session.execute(claimed, execution_options={"populate_existing": True})).scalars().all()
    return sorted(rows, key=lambda row: (row.due_at, row.created_at, row.id))


async def begin_sending(db: Db, row: Outbox, now: datetime) -> bool:
    """Mark that a request is about to be made; False if somebody else has it by now."""
    return await _settle(
        db, row, OutboxState.CLAIMED, state=OutboxState.SENDING, tries=row.tries + 1, lease_until=now + LEASE
    )


async def sent(db: Db, row: Outbox, now: datetime, platform_id: str) -> None:
    """It has arrived. That is known better than what was thought when the lease ran out."""
    for thought in (OutboxState.SENDING, OutboxState.UNSURE):
        if await _settle(db, row, thought, state=OutboxState.SENT, sent_at=now, platform_id=platform_id, error=""):
            return


async def again(db: Db, row: Outbox, due_at: datetime, reason: str) -> None:
    """It was certainly not sent; try again then."""
    await _settle(db, row, OutboxState.SENDING, state=OutboxState.DUE, due_at=due_at, error=reason)


async def awaiting_contact(db: Db, person: Person, since: datetime) -> Sequence[Outbox]:
    """What this person could not be sent because their platform asks that they write first; the oldest first."""
    query = (
        select(Outbox)
        .where(
            col(Outbox.platform) == person.platform,
            col(Outbox.workspace) == person.workspace,
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


async def hold(db: Db, row: Outbox, until: datetime) -> None:
    """Let what this worker or nobody has for the same place wait behind this message, so that it arrives in order."""
    await db.session.execute(
        update(Outbox)
        .where(
            col(Outbox.platform) == row.platform,
            col(Outbox.workspace) == row.workspace,
            col(Outbox.channel) == row.channel,
            col(Outbox.user) == row.user,
            col(Outbox.due_at) < until,
            or_(
                col(Outbox.state) == OutboxState.DUE,
                (col(Outbox.state) == OutboxState.CLAIMED) & (col(Outbox.worker) == row.worker),
            ),
        )
        .values(state=OutboxState.DUE, due_at=until)
    )


async def release(db: Db, worker: str) -> None:
    """Give back what this worker has claimed and not begun to send: it stops."""
    await db.session.execute(
        update(Outbox)
        .where(col(Outbox.state) == OutboxState.CLAIMED, col(Outbox.worker) == worker)
        .values(state=OutboxState.DUE)
    )


async def failed(db: Db, row: Outbox, reason: str) -> None:
    await _settle(db, row, OutboxState.SENDING, state=OutboxState.FAILED, error=reason)


async def unsure(db: Db, row: Outbox, reason: str) -> None:
    await _settle(db, row, OutboxState.SENDING, state=OutboxState.UNSURE, error=reason)


async def abandoned(db: Db, now: datetime) -> Sequence[Outbox]:
    """Settle as unsure what a worker that is gone was sending, and give those rows."""
    gone = (
        update(Outbox)
        .where(col(Outbox.state) == OutboxState.SENDING, col(Outbox.lease_until) < now)
        .values(state=OutboxState.UNSURE, error="the process stopped while it was being sent")
        .returning(Outbox)
    )
    return (await db.session.execute(gone)).scalars().all()


async def rest(db: Db, platform: str, workspace: str, until: datetime) -> None:
    """Let everything for that workspace wait; nothing is lost."""
    await db.session.execute(
        update(Outbox)
        .where(
            col(Outbox.platform) == platform,
            col(Outbox.workspace) == workspace,
            col(Outbox.state) == OutboxState.DUE,
            col(Outbox.due_at) < until,
        )
        .values(due_at=until)
    )


async def retry_failed(db: Db, key: str, now: datetime) -> bool:
    """Put a message that failed for good back in the queue, because what was wrong was mended."""
    result = await db.session.execute(
        update(Outbox)
        .where(col(Outbox.key) == key, col(Outbox.state) == OutboxState.FAILED)
        .values(state=OutboxState.DUE, due_at=now)
    )
    return isinstance(result, CursorResult) and result.rowcount == 1


async def drop_unsent(db: Db, member_id: str) -> None:
    """Say nothing more to somebody who left."""
    await db.session.execute(
        delete(Outbox).where(
            col(Outbox.member_id) == member_id, col(Outbox.state).in_([OutboxState.DUE, OutboxState.CLAIMED])
        )
    )


async def drop_left(db: Db) -> None:
    """The same for everybody who left while a message of theirs was under way, and failed."""
    left = select(col(Member.id)).where(col(Member.left_at).is_not(None))
    await db.session.execute(
        delete(Outbox).where(
            col(Outbox.state).in_([OutboxState.DUE, OutboxState.CLAIMED]), col(Outbox.member_id).in_(left)
        )
    )


async def trouble(db: Db, programme_id: str, since: datetime) -> Sequence[Outbox]:
    """What could not be said in the programme's channel, newest first: failed, or waiting because of an error."""
    query = (
        select(Outbox)
        .where(
            col(Outbox.programme_id) == programme_id,
            col(Outbox.channel) != "",
            col(Outbox.created_at) >= since,
            or_(
                col(Outbox.state).in_([OutboxState.FAILED, OutboxState.UNSURE]),
                (col(Outbox.state) == OutboxState.DUE) & (col(Outbox.error) != ""),
            ),
        )
        .order_by(col(Outbox.created_at).desc())
    )
    return (await db.session.execute(query)).scalars().all()


async def by_key(db: Db, key: str) -> Outbox | None:
    return (await db.session.execute(select(Outbox).where(col(Outbox.key) == key))).scalar_one_or_none()


async def forget_sent(db: Db, before: datetime) -> int:
    """Take the text out of old messages; the key stays, so none is said again. Gives the number.

    Of what was never sent, private text goes too; what was meant for a channel stays, for it may be tried again.
    """
    result = await db.session.execute(
        update(Outbox)
        .where(
            col(Outbox.payload_sealed).is_not(None),
            or_(
                (col(Outbox.state) == OutboxState.SENT) & (col(Outbox.sent_at) < before),
                col(Outbox.state).in_([OutboxState.UNSURE, OutboxState.FAILED])
                & (col(Outbox.user) != "")
                & (col(Outbox.created_at) < before),
            ),
        )
        .values(payload_sealed=None)
    )
    return result.rowcount if isinstance(result, CursorResult) else 0


def message_of(db: Db, row: Outbox) -> Message:
    """Raises CannotOpen."""
    return Message.from_json(db.unseal(row, "payload"))


def address_of(row: Outbox) -> Address:
    if row.user:
        return Person(row.platform, row.workspace, row.user)
    return Channel(row.platform, row.workspace, row.channel)


async def _settle(db: Db, row: Outbox, expected: OutboxState, **values: object) -> bool:
    """Change the row if this worker still has it in that state."""
    result = await db.session.execute(
        update(Outbox)
        .where(col(Outbox.id) == row.id, col(Outbox.state) == expected, col(Outbox.worker) == row.worker)
        .values(**values)
    )
    return isinstance(result, CursorResult) and result.rowcount == 1
