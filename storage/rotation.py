"""Encrypts every private text again with the first key."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlmodel import SQLModel

from storage.db import Database
from storage.models import Commitment, Member, Outbox, Reflection

# Every table with private text and its columns; a test holds it against the models.
SEALED: tuple[tuple[type[SQLModel], tuple[str, ...]], ...] = (
    (Member, ("issue",)),
    (Commitment, ("what", "cue", "learned")),
    (Reflection, ("body",)),
    (Outbox, ("payload",)),
)
_AT_ONCE = 200


async def rotate(database: Database) -> int:
    """Encrypt again what another key had sealed, and give the number. It may be stopped and begun again at any moment."""
    return sum([await _rotate_column(database, table, column) for table, columns in SEALED for column in columns])


async def _rotate_column(database: Database, table: type[SQLModel], column: str) -> int:
    number, after = 0, ""
    ids = table.id  # type: ignore[attr-defined]  # every table of the list has one
    while True:
        async with database.transaction() as db:
            query = select(table).where(ids > after).order_by(ids).limit(_AT_ONCE)
            rows: Sequence[Any] = (await db.session.execute(query)).scalars().all()
            for row in rows:
                sealed = getattr(row, f"{column}_sealed")
                if sealed and not db.keys.is_current(sealed):
                    db.seal(row, column, db.unseal(row, column))
                    number += 1
        if not rows:
            return number
        after = rows[-1].id
