"""Topics that are a programme's own: called so by a member, and in its list once an enabler has accepted them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import col

from storage import issues
from storage.db import Db
from storage.models import Member, OwnTopic, Programme, TopicState


@dataclass(frozen=True, slots=True)
class Called:
    """A topic of a programme. `id` is what ticks refer to, also while it waits."""

    id: str
    label: str


async def call(db: Db, member: Member, label: str, now: datetime) -> Called:
    """A member names a topic that the list has not; the same name twice in a programme is one topic, while it may count."""
    for row in await _rows(db, member.programme_id, TopicState.WAITING, TopicState.ACCEPTED, lock=True):
        if _plain(db.unseal(row, "label")) == _plain(label):
            return _called(db, row)
    row = OwnTopic(programme_id=member.programme_id, member_id=member.id, called_at=now)
    db.seal(row, "label", label)
    db.session.add(row)
    await db.session.flush()
    return _called(db, row)


async def waiting(db: Db, programme: Programme) -> list[Called]:
    """What the enabler has not decided on, first come first. Who called it so is not said."""
    return [_called(db, row) for row in await _rows(db, programme.id, TopicState.WAITING)]


async def accepted(db: Db, programme_id: str) -> list[Called]:
    """What the programme's list has besides everybody's, in the order in which it was called."""
    return [_called(db, row) for row in await _rows(db, programme_id, TopicState.ACCEPTED)]


async def decide(db: Db, programme: Programme, topic_id: str, *, accept: bool, now: datetime) -> bool:
    """Take a topic into the programme's list, or not; False if it does not wait there. Portraits are then made anew."""
    for row in await _rows(db, programme.id, TopicState.WAITING, lock=True):
        if _called(db, row).id == topic_id:
            row.state, row.decided_at = (TopicState.ACCEPTED if accept else TopicState.DECLINED), now
            if accept:
                await issues.forget_portraits(db, programme.id)
            return True
    return False


async def _rows(db: Db, programme_id: str, *states: TopicState, lock: bool = False) -> Sequence[OwnTopic]:
    query = (
        select(OwnTopic)
        .where(col(OwnTopic.programme_id) == programme_id, col(OwnTopic.state).in_(states))
        .order_by(col(OwnTopic.id))
    )
    return (await db.session.execute(query.with_for_update() if lock else query)).scalars().all()


def _called(db: Db, row: OwnTopic) -> Called:
    return Called(f"own:{row.id}", db.unseal(row, "label"))


def _plain(label: str) -> str:
    return " ".join(label.casefold().split())
