"""What is due, a portion at a time: ten thousand rows that are due in the same minute do not hold the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar, cast

from sqlalchemy import ColumnElement, Select, and_, inspect, or_
from sqlalchemy.orm import Mapped
from sqlmodel import col

from storage.db import Db
from storage.models import Commitment, Introduced, Introduction, Member, Programme, Session

Row = TypeVar("Row", Commitment, Introduced, Introduction, Member, Programme, Session)


@dataclass(slots=True)
class Portion:
    """Some of the rows that are due by `now`, the earliest first; each call takes the next ones, in its own transaction.

    A row that was looked at is not taken again, so one that fails and stays due stands in nobody's way.
    """

    now: datetime
    size: int
    full: bool = True  # there may be more
    after: tuple[Any, ...] = ()

    async def take(self, db: Db, query: Select[Row], table: type[Row], at: str) -> Sequence[Row]:
        """The next rows of the query by that column of moments; locked, so that no other scheduler takes them."""
        key: list[str] = [column.key for column in inspect(table).primary_key]
        order = [col(getattr(table, name)) for name in (at, *key)]
        if self.after:
            query = query.where(_behind(order, self.after))
        query = query.where(order[0] <= self.now).order_by(*order).limit(self.size)
        rows = (await db.session.execute(query.with_for_update(skip_locked=True, of=table))).scalars().all()
        self.full = len(rows) == self.size
        if rows:
            self.after = tuple(getattr(rows[-1], name) for name in (at, *key))
        return rows


def _behind(order: Sequence[Mapped[Any]], last: Sequence[Any]) -> ColumnElement[bool]:
    """What comes after the row with these values."""
    column, value = order[0], last[0]
    if len(order) == 1:
        return cast("ColumnElement[bool]", column > value)
    return or_(column > value, and_(column == value, _behind(order[1:], last[1:])))
