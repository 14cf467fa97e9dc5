"""Sessions: one workshop each."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlmodel import col

from bot.domain import rhythm
from storage.db import Db
from storage.due import Portion
from storage.models import Programme, Session, SessionState


async def of_programme(db: Db, programme: Programme) -> Sequence[Session]:
    """All of them, in the order of time."""
    query = (
        select(Session)
        .where(col(Session.programme_id) == programme.id)
        .order_by(col(Session.starts_at), col(Session.slug))
    )
    return (await db.session.execute(query)).scalars().all()


async def get(db: Db, programme: Programme, session_id: str) -> Session | None:
    query = select(Session).where(col(Session.id) == session_id, col(Session.programme_id) == programme.id)
    return (await db.session.execute(query)).scalar_one_or_none()


async def by_slug(db: Db, programme: Programme, slug: str) -> Session | None:
    query = select(Session).where(col(Session.slug) == slug, col(Session.programme_id) == programme.id)
    return (await db.session.execute(query)).scalar_one_or_none()


async def due(db: Db, portion: Portion) -> Sequence[Session]:
    """Planned sessions whose end has come. One whose meeting is still under way is left to the meeting's own end, for a while."""
    overrun = portion.now - rhythm.MEETING_MAY_OVERRUN
    query = select(Session).where(
        col(Session.state) == SessionState.PLANNED,
        or_(col(Session.meeting_since).is_(None), col(Session.ends_at) <= overrun),
    )
    return await portion.take(db, query, Session, "ends_at")


async def under_way(db: Db, platform: str, workspace: str, meeting: str, now: datetime) -> Session | None:
    """The planned session of the meeting in that conversation: its own, or one held in its programme's channel."""
    query = (
        select(Session)
        .join(Programme, col(Programme.id) == col(Session.programme_id))
        .where(
            col(Programme.platform) == platform,
            col(Programme.workspace) == workspace,
            func.coalesce(func.nullif(col(Session.meeting), ""), col(Programme.channel)) == meeting,
            col(Session.state) == SessionState.PLANNED,
            col(Session.starts_at) <= now + rhythm.MEETING_MAY_BEGIN_BEFORE,
            col(Session.ends_at) > now - rhythm.AFTER_SESSION_WINDOW,
        )
        .order_by(col(Session.starts_at).desc())
        .limit(1)
        .with_for_update(of=Session)
    )
    return (await db.session.execute(query)).scalar_one_or_none()


async def last_ended(db: Db, programme_id: str) -> Session | None:
    query = (
        select(Session)
        .where(col(Session.programme_id) == programme_id, col(Session.state) == SessionState.ENDED)
        .order_by(col(Session.ended_at).desc())
        .limit(1)
    )
    return (await db.session.execute(query)).scalar_one_or_none()


async def next_planned(db: Db, programme_id: str, now: datetime) -> Session | None:
    query = (
        select(Session)
        .where(
            col(Session.programme_id) == programme_id,
            col(Session.state) == SessionState.PLANNED,
            col(Session.ends_at) > now,
        )
        .order_by(col(Session.starts_at))
        .limit(1)
    )
    return (await db.session.execute(query)).scalar_one_or_none()


async def maxims_shown(db: Db, programme: Programme) -> Sequence[int]:
    """The maxims this programme has had in focus, first to last."""
    query = (
        select(col(Session.maxim))
        .where(col(Session.programme_id) == programme.id, col(Session.maxim).is_not(None))
        .order_by(col(Session.ended_at))
    )
    return [maxim for maxim in (await db.session.execute(query)).scalars() if maxim is not None]


async def prompts_shown(db: Db, programme: Programme) -> Sequence[str]:
    """The prompts its channel has had, first to last."""
    query = (
        select(col(Session.prompt))
        .where(col(Session.programme_id) == programme.id, col(Session.prompt).is_not(None))
        .order_by(col(Session.ended_at))
    )
    return [prompt for prompt in (await db.session.execute(query)).scalars() if prompt]
