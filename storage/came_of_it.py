"""What came of an introduction, in one line. Its author's alone, until they release it to the enablers."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlmodel import col

from storage.db import Db
from storage.models import CameOfIt, Introduction, Member, Programme


async def of_member(db: Db, member: Member, introduction_id: str) -> CameOfIt | None:
    """The member's own line about an introduction."""
    query = select(CameOfIt).where(
        col(CameOfIt.member_id) == member.id, col(CameOfIt.introduction_id) == introduction_id
    )
    return (await db.session.execute(query)).scalar_one_or_none()


async def all_of(db: Db, member: Member) -> dict[str, CameOfIt]:
    """All the member's own lines, by introduction."""
    query = select(CameOfIt).where(col(CameOfIt.member_id) == member.id)
    return {row.introduction_id: row for row in (await db.session.execute(query)).scalars().all()}


async def keep(db: Db, member: Member, introduction_id: str, line: str, now: datetime) -> CameOfIt:
    """Write it, or write it anew. New words are the member's alone, whatever became of the old ones."""
    row = await of_member(db, member, introduction_id)
    if row is None:
        row = CameOfIt(introduction_id=introduction_id, member_id=member.id, written_at=now)
        db.session.add(row)
    elif db.unseal(row, "line") != line:
        row.released_at, row.written_at = None, now
    db.seal(row, "line", line)
    await db.session.flush()
    return row


async def released(db: Db, programme: Programme, *, skip: int, limit: int) -> Sequence[CameOfIt]:
    """For its enablers: what members let them read, the newest first; nothing of those who have left."""
    query = (
        select(CameOfIt)
        .join(Member, col(Member.id) == col(CameOfIt.member_id))
        .join(Introduction, col(Introduction.id) == col(CameOfIt.introduction_id))
        .where(
            col(Introduction.programme_id) == programme.id,
            col(Member.programme_id) == programme.id,
            col(Member.left_at).is_(None),
            col(CameOfIt.released_at).is_not(None),
        )
        .order_by(col(CameOfIt.released_at).desc(), col(CameOfIt.id))
        .offset(skip)
        .limit(limit)
    )
    return (await db.session.execute(query)).scalars().all()
