"""Reflections and the prompts a member has seen. Read by their author only: every query takes the author."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlmodel import col

from storage.db import Db
from storage.models import Member, Reflection, SeenPrompt


async def newest(db: Db, author: Member, *, skip: int, limit: int) -> Sequence[Reflection]:
    """The author's own notes, newest first."""
    query = (
        select(Reflection)
        .where(col(Reflection.member_id) == author.id)
        .order_by(col(Reflection.written_at).desc(), col(Reflection.id))
        .offset(skip)
        .limit(limit)
    )
    return (await db.session.execute(query)).scalars().all()


async def get(db: Db, author: Member, reflection_id: str) -> Reflection | None:
    """That page, if it is theirs. Locked: two presses are done one after another."""
    mine = col(Reflection.id) == reflection_id, col(Reflection.member_id) == author.id
    query = select(Reflection).where(*mine).with_for_update()
    return (await db.session.execute(query)).scalar_one_or_none()


async def prompts_seen(db: Db, member: Member) -> Sequence[str]:
    """The prompts this member was sent, first to last."""
    query = (
        select(col(SeenPrompt.prompt)).where(col(SeenPrompt.member_id) == member.id).order_by(col(SeenPrompt.seen_at))
    )
    return (await db.session.execute(query)).scalars().all()


def saw(db: Db, member: Member, prompt: str, now: datetime) -> None:
    db.session.add(SeenPrompt(member_id=member.id, prompt=prompt, seen_at=now))


async def about(db: Db, author: Member, session_id: str) -> Reflection | None:
    """What the author wrote about that session, if anything."""
    query = (
        select(Reflection)
        .where(col(Reflection.member_id) == author.id, col(Reflection.session_id) == session_id)
        .limit(1)
    )
    return (await db.session.execute(query)).scalar_one_or_none()
