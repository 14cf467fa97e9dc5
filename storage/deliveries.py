"""Inbound deliveries that took effect, so that the same one again has none."""

from datetime import datetime

from sqlalchemy import CursorResult, delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col

from storage.db import Db
from storage.models import Delivered


async def first_time(db: Db, key: str, now: datetime) -> bool:
    """Note the delivery; False if it was noted before. Rolled back with everything else if the event fails."""
    insert = postgresql.insert if db.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    result = await db.session.execute(insert(Delivered).values(key=key, at=now).on_conflict_do_nothing())
    return isinstance(result, CursorResult) and result.rowcount == 1


async def forget(db: Db, before: datetime) -> int:
    """Forget deliveries that no platform would repeat any more. Gives the number."""
    result = await db.session.execute(delete(Delivered).where(col(Delivered.at) < before))
    return result.rowcount if isinstance(result, CursorResult) else 0
