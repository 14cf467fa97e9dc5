"""Commitments: each belongs to one member, and every query takes the member who asks."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import bindparam, insert, or_, select
from sqlmodel import col

from bot.chat import Person
from storage import members
from storage.db import Db
from storage.due import Portion
from storage.models import Commitment, CommitmentState, Member, WitnessState, new_id_in_order


@dataclass(slots=True)
class NewCommitment:
    """A commitment on its way into the notebook: a `Commitment` without what the session needs to follow its changes.

    Making and saving one costs a third as much, and /commit is what people wait for most.
    """

    __tablename__: ClassVar[str] = str(Commitment.__tablename__)
    played_back_on: ClassVar[None] = None

    member_id: str
    created_at: datetime
    id: str = field(default_factory=new_id_in_order)
    what_sealed: bytes | None = None
    cue_sealed: bytes | None = None
    due_on: date | None = None
    due_part: str = ""
    play_back_at: datetime | None = None
    state: str = CommitmentState.OPEN
    witness_state: str = WitnessState.NONE

    @property
    def owner(self) -> str:
        return self.member_id


_ADD = insert(Commitment)
_COLUMNS = tuple(one.name for one in fields(NewCommitment))
_KEPT_SINCE = (
    select(*(col(getattr(Commitment, name)) for name in _COLUMNS))
    .where(
        col(Commitment.member_id) == bindparam("member_id"),
        col(Commitment.created_at) > bindparam("since"),
        col(Commitment.state) == CommitmentState.OPEN,
    )
    .order_by(col(Commitment.created_at).desc())
)


async def add(db: Db, new: NewCommitment) -> None:
    """Put a new one into its author's notebook."""
    await db.connection.execute(_ADD, {name: getattr(new, name) for name in _COLUMNS})


async def kept_since(db: Db, member_id: str, since: datetime) -> Sequence[NewCommitment]:
    """What this author kept after that moment, and has neither closed nor taken out; the newest first."""
    rows = await db.connection.execute(_KEPT_SINCE, {"member_id": member_id, "since": since})
    return [NewCommitment(**row) for row in rows.mappings()]


async def mine(db: Db, person: Person, commitment_id: str) -> tuple[Member, Commitment] | None:
    """That commitment and its author, if this person is the author. Locked: two presses are done one after another."""
    query = (
        select(Member, Commitment)
        .join(Member, col(Member.id) == col(Commitment.member_id))
        .where(col(Commitment.id) == commitment_id, *members.is_person(person))
        .with_for_update(of=Commitment)
    )
    row = (await db.session.execute(query)).one_or_none()
    return (row[0], row[1]) if row else None


async def open_of(db: Db, member: Member) -> Sequence[Commitment]:
    """What is still open, the first due first, those without a day last."""
    query = (
        select(Commitment)
        .where(col(Commitment.member_id) == member.id, col(Commitment.state) == CommitmentState.OPEN)
        .order_by(col(Commitment.due_on).is_(None), col(Commitment.due_on), col(Commitment.created_at))
    )
    return (await db.session.execute(query)).scalars().all()


async def closed_of(db: Db, member: Member, *, skip: int, limit: int) -> Sequence[Commitment]:
    """What was closed, the newest first."""
    query = (
        select(Commitment)
        .where(col(Commitment.member_id) == member.id, col(Commitment.state) != CommitmentState.OPEN)
        .order_by(col(Commitment.closed_at).desc(), col(Commitment.id))
        .offset(skip)
        .limit(limit)
    )
    return (await db.session.execute(query)).scalars().all()


async def asked_to_witness(db: Db, person: Person, commitment_id: str) -> tuple[Member, Commitment] | None:
    """A commitment that this person was asked to witness, and their own place in the programme. Locked, too."""
    query = (
        select(Member, Commitment)
        .join(Member, col(Member.id) == col(Commitment.witness_id))
        .where(col(Commitment.id) == commitment_id, *members.is_person(person))
        .with_for_update(of=Commitment)
    )
    row = (await db.session.execute(query)).one_or_none()
    return (row[0], row[1]) if row else None


async def to_play_back(db: Db, portion: Portion) -> Sequence[Commitment]:
    """Open commitments whose moment has come and whose author is not on a pause, however long ago the moment was."""
    query = (
        select(Commitment)
        .join(Member, col(Member.id) == col(Commitment.member_id))
        .where(
            col(Commitment.state) == CommitmentState.OPEN,
            or_(col(Member.paused_until).is_(None), col(Member.paused_until) <= portion.now),
        )
    )
    return await portion.take(db, query, Commitment, "play_back_at")


async def author(db: Db, commitment: Commitment) -> Member:
    return await db.session.get_one(Member, commitment.member_id)
