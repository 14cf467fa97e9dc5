"""The databases on which programs play: each begins anew with both programmes in and nobody in them.

A database and its engine serve thousands of programs, one after the other; only the rows are put back.
"""

import gc
import shutil
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path
from typing import Any, Protocol

import psycopg
from sqlalchemy import Connection, Engine, NullPool, QueuePool, create_engine, select
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import SQLModel

from bot.domain.programme_file import read
from bot.handlers.programme import bring_in
from storage.db import Database
from storage.keys import KeyRing
from tests.conftest import EMPTY, KEYS, fresh_name, london, on_postgres, postgres_url, programme

START = london("2026-11-23 10:00")
HOME, ELSEWHERE = "demo", "elsewhere"  # two workspaces in which ids collide
TABLES = {table.name: table for table in SQLModel.metadata.sorted_tables}
_KEYS = KeyRing(KEYS)

_OWN = "machine"  # the name of the connections that look on
_NOTICED_BY = 100  # looks, of a fifth of a millisecond
_OF_OTHERS = (
    "FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend' "
    f"AND application_name <> '{_OWN}'"
)
_OTHERS, _CUT_OFF = f"SELECT count(*) {_OF_OTHERS}", f"SELECT pg_terminate_backend(pid) {_OF_OTHERS}"

Row = dict[str, Any]


class Ground(Protocol):
    """A database for programs."""

    name: str
    url: str
    engine: AsyncEngine

    async def fresh(self) -> None:
        """Put the rows back to where every program begins."""

    async def wait_for_the_dead(self) -> None:
        """Every connection of the last process is gone, with what it had not committed."""

    def idle(self) -> bool:
        """Nobody has a connection, or is about to get one."""

    def rows(self, *tables: str) -> dict[str, list[Row]]:
        """What is committed, read by a connection of the test's own; what was sealed is open."""


@asynccontextmanager
async def sqlite_ground(folder: Path) -> AsyncIterator[Ground]:
    start = folder / "start.db"
    database = Database(f"sqlite+aiosqlite:///{start}", _KEYS)
    await _prepare(database)
    await database.close()  # the log moves into the file
    ground = _Sqlite(folder / "machine.db", start)
    yield ground
    await ground.close()


@asynccontextmanager
async def postgres_ground(server: str) -> AsyncIterator[Ground]:
    name = fresh_name()
    await on_postgres(server, f"CREATE DATABASE {name}")
    try:
        database = Database(postgres_url(server, name), _KEYS)
        await _prepare(database)
        await database.close()
        with _Postgres.on(database.url) as ground:
            yield ground
            await ground.engine.dispose()
    finally:
        await on_postgres(server, f"DROP DATABASE {name} WITH (FORCE)")


async def _prepare(database: Database) -> None:
    await database.migrate()
    async with database.transaction() as db:
        await bring_in(db, read(programme()), START)
        await bring_in(db, read(programme(workspace=ELSEWHERE).replace("Making our Move", "Another place")), START)


class _Sqlite:
    name = "sqlite"

    def __init__(self, path: Path, start: Path) -> None:
        self._path, self._start = path, start
        self.url = f"sqlite+aiosqlite:///{path}"
        self.engine = Database(self.url, _KEYS).engine
        self._reader = create_engine(f"sqlite:///{path}", poolclass=NullPool)

    async def fresh(self) -> None:
        await self.engine.dispose()
        for path in self._path.parent.glob(
            f"{self._path.name}*"
        ):  # a connection that was lost keeps the old file's log
            path.unlink()
        shutil.copy(self._start, self._path)

    async def wait_for_the_dead(self) -> None:
        await self.engine.dispose()
        if not self._can_write():  # a cursor that nobody can reach any more keeps a closed connection's lock
            gc.collect()
            assert self._can_write(), "a connection of a dead process still has the lock"

    def _can_write(self) -> bool:
        with closing(sqlite3.connect(self._path, timeout=0, isolation_level=None)) as own:
            try:
                own.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return False
            own.execute("ROLLBACK")
            return True

    def idle(self) -> bool:
        return _idle(self.engine)

    def rows(self, *tables: str) -> dict[str, list[Row]]:
        return _rows(self._reader, tables)

    async def close(self) -> None:
        await self.engine.dispose()


class _Postgres:
    name = "postgres"

    def __init__(self, url: str, reader: Engine, plain: "psycopg.Connection[Any]") -> None:
        self.url = url
        self.engine = Database(url, _KEYS).engine
        self._reader, self._plain = reader, plain
        copies = "".join(f"CREATE TABLE start.{table} AS SELECT * FROM public.{table};" for table in TABLES)
        plain.execute(f"CREATE SCHEMA start; {copies}")
        self._put_back = f"BEGIN;{EMPTY};"
        self._put_back += "".join(f"INSERT INTO {table} SELECT * FROM start.{table};" for table in TABLES) + "COMMIT"

    @classmethod
    @contextmanager
    def on(cls, url: str) -> Iterator["_Postgres"]:
        own = make_url(url).update_query_dict({"application_name": _OWN})
        reader = create_engine(own, isolation_level="AUTOCOMMIT")
        plain = own.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(plain, autocommit=True) as connection:
            yield cls(url, reader, connection)
        reader.dispose()

    async def fresh(self) -> None:
        await self.wait_for_the_dead()
        self._plain.execute(self._put_back)

    async def wait_for_the_dead(self) -> None:
        """Looks until the server has noticed, which takes it a millisecond or two."""
        await self.engine.dispose()
        for look in range(5_000):
            if self._plain.execute(_OTHERS).fetchone() == (0,):
                return
            if look == _NOTICED_BY:
                gc.collect()  # a connection that nobody can reach any more closes itself
                self._plain.execute(_CUT_OFF)  # as the system does it for a process that is gone
        raise AssertionError("a connection of a dead process is still open")

    def idle(self) -> bool:
        return _idle(self.engine)

    def rows(self, *tables: str) -> dict[str, list[Row]]:
        return _rows(self._reader, tables)


def _idle(engine: AsyncEngine) -> bool:
    pool = engine.sync_engine.pool
    assert isinstance(pool, QueuePool)
    return pool.checkedout() == 0


def _rows(reader: Engine, tables: tuple[str, ...]) -> dict[str, list[Row]]:
    with reader.connect() as connection:
        return {table: _table(connection, table) for table in tables}


def _table(connection: Connection, table: str) -> list[Row]:
    return [_opened(table, dict(row)) for row in connection.execute(select(TABLES[table])).mappings()]


def _opened(table: str, row: Row) -> Row:
    """The row as its owner would read it. Raises CannotOpen for what is not readable."""
    for column in [name for name in row if name.endswith("_sealed")]:
        sealed = row.pop(column)
        owner = {"member": "id", "outbox": "key"}.get(table, "member_id")
        name = column.removesuffix("_sealed")
        row[name] = _KEYS.open(sealed, f"{table}|{name}|{row['id']}|{row[owner]}") if sealed else ""
    return row
