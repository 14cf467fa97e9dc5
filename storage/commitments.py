"""Commitments: each belongs to one member, and every query takes the member who asks."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import insert, or_, select
from sqlmodel import col

from bot.chat import Person
from storage import members
from storage.db import Db
from storage.models import Commitment, CommitmentState, Member

_ADD = insert(Commitment)


async def add(db: Db, row: Commitment) -> None:
    """Put a new one into its author's notebook. Straight to the table: this is what people wait for most."""
    await db.connection.execute(_ADD, row.model_dump())


async def mine(db: Db, person: Person, commitment_id: str) -> tuple[Member, Commitment] | None:
    """That commitment and its author, if this person is the author."""
    query = (
        select(Member, Commitment)
        .join(Member, col(Member.id) == col(Commitment.member_id))
        .where(col(Commitment.id) == commitment_id, *members.is_person(person))
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
    """A commitment that this person was asked to witness, and their own place in the programme."""
    query = (
        select(Member, Commitment)
        .join(Member, col(Member.id) == col(Commitment.witness_id))
        .where(col(Commitment.id) == commitment_id, *members.is_person(person))
    )
    row = (await db.session.execute(query)).one_or_none()
    return (row[0], row[1]) if row else None


async def to_play_back(db: Db, now: datetime, limit: int = 500) -> Sequence[Commitment]:
    """Open commitments whose moment has come and whose author is not on a pause, however long ago the moment was.

    Locked, so that two schedulers play each back once.
    """
    query = (
        select(Commitment)
        .join(Member, col(Member.id) == col(Commitment.member_id))
        .where(
            col(Commitment.play_back_at) <= now,
            col(Commitment.state) == CommitmentState.OPEN,
            or_(col(Member.paused_until).is_(None), col(Member.paused_until) <= now),
        )
        .order_by(col(Commitment.play_back_at), col(Commitment.created_at))
        .limit(limit)
        .with_for_update(skip_locked=True, of=Commitment)
    )
    return (await db.session.execute(query)).scalars().all()


async def author(db: Db, commitment: Commitment) -> Member:
    return await db.session.get_one(Member, commitment.member_id)
