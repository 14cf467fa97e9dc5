"""Inbound deliveries that took effect, so that the same one again has none."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import CursorResult, bindparam, delete, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col

from storage.db import COUNTED, Db
from storage.models import Delivered, Utc

JUST_NOW = timedelta(minutes=10)  # longer than a late answer takes

# Built once: every event of every person goes through one of these.
_NOTE = {
    dialect.__name__.rsplit(".", 1)[-1]: dialect.insert(Delivered).on_conflict_do_nothing().execution_options(**COUNTED)
    for dialect in (postgresql, sqlite)
}
# Plain SQL, for a statement of several rows would be put together anew each time.
_NOTE_TWO, _NOTE_THREE = (
    text(statement).bindparams(bindparam("at", type_=Utc)).execution_options(**COUNTED)
    for statement in (
        "INSERT INTO delivered (key, at) VALUES (:this, :at), (:next, :at) ON CONFLICT DO NOTHING",
        "INSERT INTO delivered (key, at) VALUES (:this, :at), (:next, :at), (:key, :at) ON CONFLICT DO NOTHING",
    )
)
_NOTED_AT = select(col(Delivered.at)).where(col(Delivered.key) == bindparam("key"))


async def first_time(db: Db, key: str, now: datetime) -> bool:
    """Note the delivery; False if it was noted before. Rolled back with everything else if the event fails."""
    result = await db.connection.execute(_NOTE[db.connection.dialect.name], {"key": key, "at": now})
    return result.rowcount == 1


async def is_new(db: Db, said: Sequence[str], now: datetime) -> bool:
    """Note who says what; False if they said the same in the last ten minutes, twenty at the most.

    Only a mark of it is kept, which nobody can read or guess without our keys.
    """
    return (await db.connection.execute(_NOTE_TWO, _marks(db, said, now))).rowcount == 2  # noqa: PLR2004  both


async def first_time_and_new(db: Db, key: str, said: Sequence[str], now: datetime) -> tuple[bool, bool]:
    """Both in one statement, for /commit goes through here. The same key must always come here, with the same `said`."""
    noted = (await db.connection.execute(_NOTE_THREE, _marks(db, said, now) | {"key": key})).rowcount
    if noted in {0, 3}:
        return noted == 3, noted == 3  # noqa: PLR2004  all of them
    # Had it been heard before at this very moment, the other two would have been noted as well.
    return (await db.connection.execute(_NOTED_AT, {"key": key})).scalar_one() == now, False


async def forget(db: Db, before: datetime) -> int:
    """Forget deliveries that no platform would repeat any more. Gives the number."""
    result = await db.session.execute(delete(Delivered).where(col(Delivered.at) < before))
    return result.rowcount if isinstance(result, CursorResult) else 0


def _marks(db: Db, said: Sequence[str], now: datetime) -> dict[str, object]:
    """Of this span of time and of the next, so that the end of a span hides nothing."""
    mark, span = db.keys.mark("\0".join(said)), int(now.timestamp() // JUST_NOW.total_seconds())
    return {"this": f"said:{mark}:{span}", "next": f"said:{mark}:{span + 1}", "at": now}
