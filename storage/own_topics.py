"""Topics that are a programme's own: called so by a member and accepted by an enabler, or in the programme file."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import col

from bot.domain.text import folded
from storage import issues
from storage.db import Db
from storage.models import Member, OwnTopic, Programme, TopicState


@dataclass(frozen=True, slots=True)
class Called:
    """A topic of a programme. `id` is what ticks refer to, also while it waits. `says` are other words for it."""

    id: str
    label: str
    says: tuple[str, ...] = ()
    in_file: bool = False


@dataclass(frozen=True, slots=True)
class Written:
    """A topic as it stands in a programme file."""

    slug: str
    label: str
    says: tuple[str, ...]


async def call(db: Db, member: Member, label: str, now: datetime) -> Called:
    """A member names a topic that the list has not; the same name in a programme is one topic.

    One that was declined waits once more.
    """
    # Two who call it the same at the same moment would both find nothing to lock.
    alone = select(col(Programme.id)).where(col(Programme.id) == member.programme_id).with_for_update(key_share=True)
    await db.session.execute(alone)
    for row in await _rows(db, member.programme_id, *TopicState, lock=True):
        if folded(db.unseal(row, "label")) == folded(label):
            if row.state == TopicState.DECLINED:
                row.state, row.slug, row.decided_at = TopicState.WAITING, "", None
            return _called(db, row)
    row = OwnTopic(programme_id=member.programme_id, member_id=member.id, called_at=now)
    db.seal(row, "label", label)
    db.session.add(row)
    await db.session.flush()
    return _called(db, row)


async def names(db: Db, programme_id: str) -> dict[str, str]:
    """By id, what every topic is called that anybody of the programme may have ticked, whatever became of it."""
    rows = await _rows(db, programme_id, *TopicState)
    return {called.id: called.label for called in (_called(db, row) for row in rows)}


async def waiting(db: Db, programme: Programme) -> list[Called]:
    """What the enabler has not decided on, first come first. Who called it so is not said."""
    return [_called(db, row) for row in await _rows(db, programme.id, TopicState.WAITING)]


async def waiting_of(db: Db, member: Member) -> int:
    """How many of the names that this member gave wait for the enabler."""
    query = select(func.count()).where(
        col(OwnTopic.programme_id) == member.programme_id,
        col(OwnTopic.member_id) == member.id,
        col(OwnTopic.state) == TopicState.WAITING,
    )
    return int((await db.session.execute(query)).scalar_one())


async def accepted(db: Db, programme_id: str) -> list[Called]:
    """What the programme's list has besides everybody's, in the order in which it was called."""
    return [_called(db, row) for row in await _rows(db, programme_id, TopicState.ACCEPTED)]


async def decide(db: Db, programme: Programme, topic_id: str, *, accept: bool, now: datetime) -> Called | None:
    """Take a topic into the programme's list, or out of it; None if there is nothing to decide.

    An enabler may think better of it; what stands in the programme file, the file decides. If the list is another one
    now, portraits are made anew.
    """
    state = TopicState.ACCEPTED if accept else TopicState.DECLINED
    for row in await _rows(db, programme.id, *TopicState, lock=True):
        if _id(row) == topic_id and row.state != state and not (row.slug and row.state == TopicState.ACCEPTED):
            if TopicState.ACCEPTED in (row.state, state):
                await issues.forget_portraits(db, programme.id)
            row.state, row.slug, row.decided_at = state, "", now
            return _called(db, row)
    return None


async def take_in(db: Db, programme: Programme, file: Sequence[Written], now: datetime) -> bool:
    """The topics of the programme file, and no longer those that have left it. Whether the list is another one now.

    A name that a member gave before keeps its id, so whoever ticked it has ticked this one.
    """
    rows = await _rows(db, programme.id, *TopicState, lock=True)
    before = await accepted(db, programme.id)
    for entry in file:
        row = next((one for one in rows if one.slug == entry.slug), None)
        row = row or next((one for one in rows if folded(db.unseal(one, "label")) == folded(entry.label)), None)
        if row is None:
            row = OwnTopic(programme_id=programme.id, called_at=now)
            db.session.add(row)
        _write(db, row, entry, now)
        await db.session.flush()  # in the order of the file, so that it is the same list each time
    for gone in rows:
        if gone.slug and gone.slug not in {entry.slug for entry in file} and gone.state == TopicState.ACCEPTED:
            gone.state, gone.decided_at = TopicState.DECLINED, now
    await db.session.flush()
    changed = [_counts(one) for one in before] != [_counts(one) for one in await accepted(db, programme.id)]
    if changed:
        await issues.forget_portraits(db, programme.id)
    return changed


def _write(db: Db, row: OwnTopic, entry: Written, now: datetime) -> None:
    """As the file says it; a row that says so already stays as it is."""
    row.slug = entry.slug
    if row.state != TopicState.ACCEPTED:
        row.state, row.decided_at = TopicState.ACCEPTED, now
    for name, said in (("label", entry.label), ("says", "\n".join(entry.says))):
        if db.unseal(row, name) != said:
            db.seal(row, name, said)


def _counts(called: Called) -> tuple[str, str, tuple[str, ...]]:
    """What of a topic portraits depend on."""
    return called.id, called.label, called.says


async def _rows(db: Db, programme_id: str, *states: TopicState, lock: bool = False) -> Sequence[OwnTopic]:
    query = (
        select(OwnTopic)
        .where(col(OwnTopic.programme_id) == programme_id, col(OwnTopic.state).in_(states))
        .order_by(col(OwnTopic.id))
    )
    return (await db.session.execute(query.with_for_update() if lock else query)).scalars().all()


def _called(db: Db, row: OwnTopic) -> Called:
    return Called(_id(row), db.unseal(row, "label"), tuple(db.unseal(row, "says").splitlines()), bool(row.slug))


def _id(row: OwnTopic) -> str:
    return f"own:{row.id}"
