"""Inbound deliveries that took effect, so that the same one again has none."""

from datetime import datetime

from sqlalchemy import CursorResult, delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col

from storage.db import COUNTED, Db
from storage.models import Delivered

# Built once: every event of every person goes through it.
_NOTE = {
    dialect.__name__.rsplit(".", 1)[-1]: dialect.insert(Delivered).on_conflict_do_nothing().execution_options(**COUNTED)
    for dialect in (postgresql, sqlite)
}


async def first_time(db: Db, key: str, now: datetime) -> bool:
    """Note the delivery; False if it was noted before. Rolled back with everything else if the event fails."""
    result = await db.connection.execute(_NOTE[db.connection.dialect.name], {"key": key, "at": now})
    return result.rowcount == 1


async def forget(db: Db, before: datetime) -> int:
    """Forget deliveries that no platform would repeat any more. Gives the number."""
    result = await db.session.execute(delete(Delivered).where(col(Delivered.at) < before))
    return result.rowcount if isinstance(result, CursorResult) else 0
