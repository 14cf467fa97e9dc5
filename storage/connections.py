"""Who is connected with whom: two people who met through Balcony, or of whom one said that they know each other.

Who met is not kept twice: it is read from what people said became of their introductions.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import combinations

from sqlalchemy import select
from sqlmodel import col

from storage import members
from storage.db import Db
from storage.introductions import MET
from storage.models import Introduced, Introduction, Known, Member, Programme, Request


class How(StrEnum):
    MET = "met"
    KNOWN = "known"


@dataclass(frozen=True, slots=True)
class Connection:
    """Two members, the smaller id first. `since`: when they were first introduced, or when it was said."""

    one: str
    other: str
    how: How
    since: datetime


async def say_known(db: Db, member: Member, other_id: str, now: datetime) -> bool:
    """The member knows that one already; False if that is nobody else of their programme."""
    other = await members.same_programme(db, member, other_id)
    if other is None or other.id == member.id:
        return False
    if await db.session.get(Known, (member.id, other.id)) is None:
        db.session.add(Known(member_id=member.id, other_id=other.id, since=now))
        await db.session.flush()
    return True


async def take_back(db: Db, member: Member, other_id: str) -> None:
    """What the member said; what the other said of the two stays."""
    row = await db.session.get(Known, (member.id, other_id))
    if row:
        await db.session.delete(row)


async def said_known(db: Db, member: Member) -> Sequence[Member]:
    """Whom the member said they know, of those who are here; the latest first."""
    query = (
        select(Member)
        .join(Known, col(Known.other_id) == col(Member.id))
        .where(col(Known.member_id) == member.id, col(Member.left_at).is_(None))
        .order_by(col(Known.since).desc(), col(Member.id))
    )
    return (await db.session.execute(query)).scalars().all()


async def of_programme(db: Db, programme: Programme) -> list[Connection]:
    """Every two of the programme who are connected, those who left among them; once, and met before known."""
    found = {(one.one, one.other): one for one in await _known(db, programme)}
    found |= {(one.one, one.other): one for one in await _met(db, programme)}
    return [found[pair] for pair in sorted(found)]


@dataclass(frozen=True, slots=True)
class Tie:
    """Somebody whom a member met: the last introduction of the two that led to a meeting, and who asked for it, if anybody."""

    other: Member
    introduction: Introduction
    request: Request | None


async def met_by(db: Db, member: Member) -> list[Tie]:
    """Whom the member met, by what either of them said, the last introduction first. Nobody who has left."""
    mine = select(col(Introduced.introduction_id)).where(col(Introduced.member_id) == member.id)
    confirmed = select(col(Introduced.introduction_id)).where(
        col(Introduced.introduction_id).in_(mine), col(Introduced.met) == MET
    )
    query = (
        select(Member, Introduction, Request)
        .join(Introduced, col(Introduced.member_id) == col(Member.id))
        .join(Introduction, col(Introduction.id) == col(Introduced.introduction_id))
        .outerjoin(Request, col(Request.id) == col(Introduction.request_id))
        .where(col(Introduction.id).in_(confirmed), col(Member.id) != member.id, col(Member.left_at).is_(None))
        .order_by(col(Introduction.made_at).desc(), col(Introduction.id), col(Member.joined_at), col(Member.id))
    )
    ties: dict[str, Tie] = {}
    for other, introduction, request in (await db.session.execute(query)).all():
        ties.setdefault(other.id, Tie(other, introduction, request))
    return list(ties.values())


async def _met(db: Db, programme: Programme) -> list[Connection]:
    """Of an introduction of which anybody said that they met, all: the same as for what people see of each other."""
    confirmed = select(col(Introduced.introduction_id)).where(col(Introduced.met) == MET)
    query = (
        select(col(Introduction.id), col(Introduction.made_at), col(Introduced.member_id))
        .join(Introduced, col(Introduced.introduction_id) == col(Introduction.id))
        .where(col(Introduction.programme_id) == programme.id, col(Introduction.id).in_(confirmed))
        .order_by(col(Introduction.made_at).desc(), col(Introduction.id))  # of two introductions the first one stays
    )
    groups: defaultdict[tuple[str, datetime], list[str]] = defaultdict(list)
    for introduction_id, made_at, member_id in (await db.session.execute(query)).all():
        groups[introduction_id, made_at].append(member_id)
    return [
        Connection(one, other, How.MET, made_at)
        for (_, made_at), together in groups.items()
        for one, other in combinations(sorted(together), 2)
    ]


async def _known(db: Db, programme: Programme) -> list[Connection]:
    query = (
        select(Known)
        .join(Member, col(Member.id) == col(Known.member_id))
        .where(col(Member.programme_id) == programme.id)
        .order_by(col(Known.since).desc())
    )
    rows = (await db.session.execute(query)).scalars().all()
    return [
        Connection(min(row.member_id, row.other_id), max(row.member_id, row.other_id), How.KNOWN, row.since)
        for row in rows
    ]
