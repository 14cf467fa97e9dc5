"""Encrypts every private text again with the first key."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlmodel import SQLModel

from storage.db import Database
from storage.keys import CannotOpen
from storage.models import CameOfIt, Commitment, Issue, Member, NeverMatch, Outbox, OwnTopic, Reflection, Request

# Every table with private text and its columns; a test holds it against the models.
SEALED: tuple[tuple[type[SQLModel], tuple[str, ...]], ...] = (
    (Member, ("issue", "free")),
    (Issue, ("words", "portrait", "mentioned", "ticked")),
    (OwnTopic, ("label", "says")),
    (NeverMatch, ("other",)),
    (CameOfIt, ("line",)),
    (Request, ("words",)),
    (Commitment, ("what", "cue", "learned")),
    (Reflection, ("body",)),
    (Outbox, ("payload",)),
)
_AT_ONCE = 200
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Rotated:
    """Counts of texts: encrypted again, and left as they were because no key opens them."""

    again: int = 0
    closed: int = 0


async def rotate(database: Database) -> Rotated:
    """Encrypt again what another key had sealed. It may be stopped and begun again at any moment, and run beside serve."""
    done = [await _rotate_column(database, table, column) for table, columns in SEALED for column in columns]
    return Rotated(sum(one.again for one in done), sum(one.closed for one in done))


async def _rotate_column(database: Database, table: type[SQLModel], column: str) -> Rotated:
    again = closed = 0
    after = ""
    ids = table.id  # type: ignore[attr-defined]  # every table of the list has one
    while True:
        async with database.transaction() as db:
            # Locked: a text that somebody changes meanwhile must not be put back to what it was.
            query = select(table).where(ids > after).order_by(ids).limit(_AT_ONCE).with_for_update()
            rows: Sequence[Any] = (await db.session.execute(query)).scalars().all()
            for row in rows:
                sealed = getattr(row, f"{column}_sealed")
                if not sealed or db.keys.is_current(sealed):
                    continue
                try:
                    db.seal(row, column, db.unseal(row, column))
                    again += 1
                except CannotOpen as error:
                    _log.warning("left as it was: %s", error)
                    closed += 1
        if not rows:
            return Rotated(again, closed)
        after = rows[-1].id
