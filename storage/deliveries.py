"""Inbound deliveries that took effect, so that the same one again has none."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import CursorResult, bindparam, delete, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col

from storage.db import COUNTED, Db
from storage.models import Delivered, Utc

JUST_NOW = timedelta(minutes=20)  # longer than a late answer takes
_BETWEEN = "\0"

# Built once: every event of every person goes through one of these.
_NOTE = {
    dialect.__name__.rsplit(".", 1)[-1]: dialect.insert(Delivered).on_conflict_do_nothing().execution_options(**COUNTED)
    for dialect in (postgresql, sqlite)
}
# Plain SQL, for a statement of several rows would be put together anew each time. What was said long ago is new again.
_NOTE_SAID, _NOTE_BOTH = (
    text(f"{statement} ON CONFLICT (key) DO UPDATE SET at = :at WHERE delivered.key = :said AND delivered.at <= :ago")
    .bindparams(bindparam("at", type_=Utc), bindparam("ago", type_=Utc))
    .execution_options(**COUNTED)
    for statement in (
        "INSERT INTO delivered (key, at) VALUES (:said, :at)",
        "INSERT INTO delivered (key, at) VALUES (:said, :at), (:key, :at)",
    )
)
_NOTED_AT = select(col(Delivered.at)).where(col(Delivered.key) == bindparam("key"))


async def first_time(db: Db, key: str, now: datetime) -> bool:
    """Note the delivery; False if it was noted before. Rolled back with everything else if the event fails."""
    result = await db.connection.execute(_NOTE[db.connection.dialect.name], {"key": key, "at": now})
    return result.rowcount == 1


async def is_new(db: Db, said: Sequence[str], now: datetime) -> bool:
    """Note who says what; False if they said the same less than `JUST_NOW` ago.

    Only a mark of it is kept, which nobody can read or guess without our keys.
    """
    return (await db.connection.execute(_NOTE_SAID, _said(db, said, now))).rowcount == 1


async def first_time_and_new(db: Db, key: str, said: Sequence[str], now: datetime) -> tuple[bool, bool]:
    """Both in one statement, for /commit goes through here. The same key must always come here, with the same `said`."""
    noted = (await db.connection.execute(_NOTE_BOTH, _said(db, said, now) | {"key": key})).rowcount
    if noted != 1:
        return bool(noted), bool(noted)
    # Had it been heard before at this very moment, what it says would have been noted as well.
    first = (await db.connection.execute(_NOTED_AT, {"key": key})).scalar_one() == now
    return first, not first


async def forget(db: Db, before: datetime) -> int:
    """Forget deliveries that no platform would repeat any more. Gives the number."""
    result = await db.session.execute(delete(Delivered).where(col(Delivered.at) < before))
    return result.rowcount if isinstance(result, CursorResult) else 0


def _said(db: Db, said: Sequence[str], now: datetime) -> dict[str, object]:
    return {"said": f"said:{db.keys.mark(_BETWEEN.join(said))}", "at": now, "ago": now - JUST_NOW}
