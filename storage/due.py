"""What is due, a portion at a time: ten thousand rows that are due in the same minute do not hold the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Select, and_, or_
from sqlmodel import col

from storage.db import Db
from storage.models import Commitment, Introduction, Member, Programme, Session

Row = TypeVar("Row", Commitment, Introduction, Member, Programme, Session)


@dataclass(slots=True)
class Portion:
    """Some of the rows that are due by `now`, the earliest first; each call takes the next ones, in its own transaction.

    A row that was looked at is not taken again, so one that fails and stays due stands in nobody's way.
    """

    now: datetime
    size: int
    full: bool = True  # there may be more
    after: tuple[datetime, str] | None = None

    async def take(self, db: Db, query: Select[Row], table: type[Row], at: str) -> Sequence[Row]:
        """The next rows of the query by that column of moments; locked, so that no other scheduler takes them."""
        moment, key = col(getattr(table, at)), col(table.id)
        if self.after:
            last, last_key = self.after
            query = query.where(or_(moment > last, and_(moment == last, key > last_key)))
        query = query.where(moment <= self.now).order_by(moment, key).limit(self.size)
        rows = (await db.session.execute(query.with_for_update(skip_locked=True, of=table))).scalars().all()
        self.full = len(rows) == self.size
        if rows:
            self.after = getattr(rows[-1], at), rows[-1].id
        return rows
