"""The connection: one event, one transaction.

SQLite: write-ahead log, synchronous=FULL (what somebody was told is saved is on disk), every write begins
immediate and waits its turn in a fair queue. PostgreSQL: psycopg 3.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Connection, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from storage import migrations
from storage.keys import KeyRing

SAID = "said"
_BUSY_MS = 10_000
_MIGRATION_LOCK = 6_210_447  # any number; every Balcony on one PostgreSQL must take the same


class Sealable(Protocol):
    """A row with private text: it knows its id and whose it is."""

    id: str

    @property
    def owner(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Db:
    """One open transaction, and the keys to what is private in it."""

    session: AsyncSession
    keys: KeyRing

    def seal(self, row: Sealable, column: str, value: str) -> None:
        """Put private text into the row."""
        setattr(row, f"{column}_sealed", self.keys.seal(value, identity(row, column)) if value else None)

    def unseal(self, row: Sealable, column: str) -> str:
        """Private text out of the row; empty if there is none. Raises CannotOpen."""
        sealed: bytes | None = getattr(row, f"{column}_sealed")
        return self.keys.open(sealed, identity(row, column)) if sealed else ""


class Database:
    """A SQLite file or a PostgreSQL database."""

    def __init__(self, url: str, keys: KeyRing) -> None:
        self.url = url
        self._keys = keys
        self.engine = _engine(url)
        self.sqlite = self.engine.dialect.name == "sqlite"
        # Waiting in SQLite's own busy handler is unfair and sleeps; in this queue the first to come is the first served.
        self._turn = asyncio.Lock() if self.sqlite else None
        self.something_to_say = asyncio.Event()  # set when outbox rows were committed; a hint, nothing depends on it

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Db]:
        """Everything inside is kept, or nothing of it."""
        if self._turn is None:
            async with self._begin() as db:
                yield db
            return
        async with self._turn, self._begin() as db:
            yield db

    async def migrate(self) -> None:
        """Bring the tables to this version. Several processes may call it at once: one does it, the others wait."""
        async with self.engine.begin() as connection:
            if not self.sqlite:
                await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK})
            await connection.run_sync(migrations.upgrade)

    async def alive(self) -> bool:
        async with self.engine.connect() as connection:
            return bool((await connection.execute(text("SELECT 1"))).scalar())

    async def close(self) -> None:
        await self.engine.dispose()

    @asynccontextmanager
    async def _begin(self) -> AsyncIterator[Db]:
        async with AsyncSession(self.engine, expire_on_commit=False) as session:
            async with session.begin():
                yield Db(session, self._keys)
            if session.info.get(SAID):
                self.something_to_say.set()


def identity(row: Sealable, column: str) -> str:
    """What a sealed text is bound to."""
    return f"{type(row).__name__.lower()}|{column}|{row.id}|{row.owner}"


def _engine(url: str) -> AsyncEngine:
    """Parameters are hidden in errors and logs: they hold what people wrote."""
    if make_url(url).get_backend_name() != "sqlite":
        return create_async_engine(url, pool_size=5, max_overflow=5, pool_pre_ping=True, hide_parameters=True)
    engine = create_async_engine(url, pool_size=2, max_overflow=2, hide_parameters=True)
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_immediate)
    return engine


def _prepare_sqlite(connection: Any, _entry: ConnectionPoolEntry) -> None:
    # The driver's own BEGIN is deferred and late: a read that turns into a write would fail at once, however long the time-out.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (f"busy_timeout={_BUSY_MS}", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
