"""Programmes and who runs them."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlmodel import col

from bot.chat import Channel, Person
from bot.domain import rhythm
from storage.db import Db
from storage.due import Portion
from storage.models import Enabler, Member, Programme


async def in_channel(db: Db, platform: str, workspace: str, channel: str) -> Programme | None:
    query = select(Programme).where(
        col(Programme.platform) == platform, col(Programme.workspace) == workspace, col(Programme.channel) == channel
    )
    return (await db.session.execute(query)).scalar_one_or_none()


async def in_workspace(db: Db, person: Person) -> Sequence[Programme]:
    """Every programme of the person's own workspace, by name."""
    query = (
        select(Programme)
        .where(col(Programme.platform) == person.platform, col(Programme.workspace) == person.workspace)
        .order_by(col(Programme.name))
    )
    return (await db.session.execute(query)).scalars().all()


async def of_member(db: Db, member: Member) -> Programme:
    return await db.session.get_one(Programme, member.programme_id)


async def run_by(db: Db, person: Person) -> Sequence[Programme]:
    """The programmes of their workspace that this person is an enabler of."""
    query = (
        select(Programme)
        .join(Enabler, col(Enabler.programme_id) == col(Programme.id))
        .where(
            col(Programme.platform) == person.platform,
            col(Programme.workspace) == person.workspace,
            col(Enabler.user) == person.user,
        )
        .order_by(col(Programme.name))
    )
    return (await db.session.execute(query)).scalars().all()


async def enablers(db: Db, programme: Programme) -> Sequence[str]:
    query = select(col(Enabler.user)).where(col(Enabler.programme_id) == programme.id).order_by(col(Enabler.user))
    return (await db.session.execute(query)).scalars().all()


async def enablers_who_joined(db: Db, programme: Programme) -> Sequence[Member]:
    """The others cannot be written to."""
    query = (
        select(Member)
        .join(
            Enabler, (col(Enabler.programme_id) == col(Member.programme_id)) & (col(Enabler.user) == col(Member.user))
        )
        .where(col(Member.programme_id) == programme.id, col(Member.left_at).is_(None))
        .order_by(col(Member.user))
    )
    return (await db.session.execute(query)).scalars().all()


async def all_of_them(db: Db) -> Sequence[Programme]:
    return (await db.session.execute(select(Programme).order_by(col(Programme.name)))).scalars().all()


async def with_round_due(db: Db, portion: Portion) -> Sequence[Programme]:
    """Programmes whose next round is due."""
    return await portion.take(db, select(Programme), Programme, "next_round_at")


async def with_warning_due(db: Db, portion: Portion) -> Sequence[Programme]:
    """Programmes whose members are to be warned of the next round."""
    return await portion.take(db, select(Programme), Programme, "next_warning_at")


async def held(db: Db, programme_id: str) -> Programme:
    """The programme as it is now, held until this transaction ends."""
    query = select(Programme).where(col(Programme.id) == programme_id).with_for_update()
    return (await db.session.execute(query.execution_options(populate_existing=True))).scalar_one()


def set_round(programme: Programme, on: date, now: datetime) -> None:
    """Its next round is that of this local date, at its hour in its zone; of that it warns a day before, if it still can."""
    programme.next_round_on = on
    programme.next_round_at = rhythm.instant(on, programme.round_time, programme.timezone)
    warning = warning_of(programme, on)
    programme.next_warning_at = warning if warning > now else None


def warning_of(programme: Programme, on: date) -> datetime:
    """When to warn of the round of that date: the same hour, a day before."""
    return rhythm.instant(on - timedelta(days=1), programme.round_time, programme.timezone)


async def set_enablers(db: Db, programme: Programme, users: Sequence[str]) -> None:
    kept = set(await enablers(db, programme))
    for user in kept - set(users):
        await db.session.delete(await db.session.get_one(Enabler, (programme.id, user)))
    db.session.add_all(Enabler(programme_id=programme.id, user=user) for user in users if user not in kept)
    await db.session.flush()


def channel_of(programme: Programme) -> Channel:
    return Channel(programme.platform, programme.workspace, programme.channel)
