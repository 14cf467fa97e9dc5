"""A session that is an online meeting ends when the meeting ends."""

from datetime import datetime

from bot.chat import Answer, Event
from bot.handlers import session
from storage import sessions
from storage.db import Db
from storage.models import Programme, Session


async def started(event: Event, db: Db, now: datetime) -> Answer:
    """It has begun: the timetable now waits for its end, however late that is, within reason."""
    if held := await _session(event, db, now):
        held.meeting_since = now
    return None


async def ended(event: Event, db: Db, now: datetime) -> Answer:
    """It is over, so the session is, whatever the timetable says. A meeting before the session's start was another one."""
    held = await _session(event, db, now)
    if held is None:
        return None
    held.meeting_since = None
    if held.starts_at <= now:
        await session.end(db, await db.session.get_one(Programme, held.programme_id), held, now)
    return None


async def _session(event: Event, db: Db, now: datetime) -> Session | None:
    return await sessions.under_way(db, event.person.platform, event.person.workspace, event.channel, now)
