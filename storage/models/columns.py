"""What the columns of all tables are made of."""

from datetime import UTC, datetime
from time import time_ns
from typing import Any
from uuid import uuid4

from sqlalchemy import DateTime, Dialect, Index, LargeBinary, TypeDecorator, text
from sqlmodel import Field


class Utc(TypeDecorator[datetime]):
    """A moment, kept in UTC and always given back aware; SQLite alone would forget the zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


def new_id() -> str:
    return uuid4().hex


def new_id_in_order() -> str:
    """Ids that sort by when they were made: messages of one moment keep their order, and new rows lie side by side."""
    return f"{time_ns():016x}{uuid4().hex[:16]}"


def id_in_order() -> Any:
    return Field(default_factory=new_id_in_order, primary_key=True, max_length=32)


def an_id() -> Any:
    return Field(default_factory=new_id, primary_key=True, max_length=32)


def moment(*, index: bool = False) -> Any:
    return Field(sa_type=Utc, index=index)


def maybe_moment(*, index: bool = False) -> Any:
    return Field(default=None, sa_type=Utc, nullable=True, index=index)


def sealed() -> Any:
    return Field(default=None, sa_type=LargeBinary, nullable=True)


def partial(name: str, where: str, *columns: str) -> Index:
    """An index of those rows only."""
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))
