"""Whom a member does not want to be introduced to. Only they see their list; the other never hears of it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from storage import members
from storage.db import Db
from storage.models import Member, NeverMatch, Programme


async def add(db: Db, member: Member, other_id: str, now: datetime) -> bool:
    """Never introduce the member to that one; False if that is nobody else of their programme."""
    other = await members.same_programme(db, member, other_id)
    if other is None or other.id == member.id:
        return False
    if other.id not in await of_member(db, member):
        row = NeverMatch(member_id=member.id, since=now)
        db.seal(row, "other", other.id)
        db.session.add(row)
        await db.session.flush()
    return True


async def take_back(db: Db, member: Member, other_id: str) -> None:
    for row in await _rows(db, member):
        if db.unseal(row, "other") == other_id:
            await db.session.delete(row)


async def of_member(db: Db, member: Member) -> set[str]:
    """The ids on the member's own list; not who has the member on theirs."""
    return {db.unseal(row, "other") for row in await _rows(db, member)}


async def people(db: Db, member: Member) -> Sequence[Member]:
    """Who is on the member's own list, those who have left among them."""
    query = select(Member).where(
        col(Member.id).in_(await of_member(db, member)), col(Member.programme_id) == member.programme_id
    )
    return (await db.session.execute(query.order_by(col(Member.joined_at), col(Member.id)))).scalars().all()


async def of_programme(db: Db, programme: Programme) -> set[tuple[str, str]]:
    """For planning alone: pairs of member ids, the smaller first, whichever of the two it was.

    Also what one of them says in another programme that they are in now: it is about two people, not two places.
    """
    query = (
        select(NeverMatch)
        .join(Member, col(Member.id) == col(NeverMatch.member_id))
        .where(col(Member.programme_id) == programme.id)
    )
    pairs = [(row.member_id, db.unseal(row, "other")) for row in (await db.session.execute(query)).scalars().all()]
    return {(min(pair), max(pair)) for pair in [*pairs, *await _said_elsewhere(db, programme)]}


async def _said_elsewhere(db: Db, programme: Programme) -> list[tuple[str, str]]:
    """The same two people's places here."""
    here, there = aliased(Member), aliased(Member)
    same = and_(
        col(here.programme_id) == programme.id, col(there.programme_id) != programme.id,
        col(here.platform) == col(there.platform), col(here.workspace) == col(there.workspace),
        col(here.user) == col(there.user),
    )  # fmt: skip
    said = (
        select(NeverMatch, col(here.id))
        .join(there, col(there.id) == col(NeverMatch.member_id))
        .join(here, same)
        .where(col(there.left_at).is_(None))
    )
    found = [(mine, db.unseal(row, "other")) for row, mine in (await db.session.execute(said)).all()]
    places = select(col(there.id), col(here.id)).join(here, same)
    others = places.where(col(there.id).in_({other for _, other in found}))
    place = {row[0]: row[1] for row in (await db.session.execute(others)).all()}
    return [(mine, place[other]) for mine, other in found if other in place]


async def _rows(db: Db, member: Member) -> Sequence[NeverMatch]:
    query = select(NeverMatch).where(col(NeverMatch.member_id) == member.id).with_for_update()
    return (await db.session.execute(query)).scalars().all()
