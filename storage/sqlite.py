"""SQLite as Balcony uses it: one file, write-ahead log, on disk before anybody is told "saved".

bench/commit.py measures what the choices here give.
"""

import sqlite3
import time
from collections.abc import Callable
from typing import Any

import aiosqlite
from sqlalchemy import Connection, event
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

# The queue of storage.db is per process. Between processes SQLite waits longer each time, up to a tenth of a second, and
# whoever has waited long loses to whoever has just come. So it waits for a moment only, and asking again is ours.
_BUSY = 30.0  # seconds, all in all
_MOMENT_MS = 1
_ASK_AGAIN = ((0.1, 0.001), (2.0, 0.003), (_BUSY, 0.02))  # until so many seconds have passed, after so many
_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "wal_autocheckpoint=4000",  # pages: moving the log into the file makes whoever comes then wait, so seldom
    "cache_size=-8000",  # KiB: the pages that are written to most
    f"busy_timeout={_MOMENT_MS}",
)
_MAY_WAIT = ("BEGIN", "PRAGMA")

# Locked or busy, an error of the disk, the disk full, the file out of reach: it may pass.
AWAY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN}


class NearConnection(aiosqlite.Connection):
    """A connection that goes to its thread only for what may wait: for the disk, or for another process.

    aiosqlite sends every step of every statement to a thread and back, fifteen times for one /commit. Inside a write
    transaction a statement waits for nobody, and takes a hundredth of a millisecond; BEGIN and COMMIT may wait.
    """

    busy = _BUSY

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        of_cursor = isinstance(getattr(fn, "__self__", None), sqlite3.Cursor)
        said = args[0] if args and isinstance(args[0], str) else ""
        if (of_cursor and not said.startswith(_MAY_WAIT)) or fn.__name__ == "cursor":
            return fn(*args, **kwargs)
        if said.startswith("BEGIN"):
            return await super()._execute(_in_turn, fn, self.busy, *args, **kwargs)  # type: ignore[no-untyped-call]
        return await super()._execute(fn, *args, **kwargs)  # type: ignore[no-untyped-call]


def engine(url: str) -> AsyncEngine:
    """Parameters are hidden in errors and logs: they hold what people wrote.

    `?timeout=` in the URL is how long to wait for another process that writes, in seconds.
    """
    parsed = make_url(url)
    path, busy = parsed.database or ":memory:", float(str(parsed.query.get("timeout", _BUSY)))

    async def connect() -> aiosqlite.Connection:
        # Statements run on the loop's thread and in the connection's own, one at a time, never both at once.
        connection = NearConnection(
            lambda: sqlite3.connect(path, timeout=busy, isolation_level=None, check_same_thread=False), 64
        )
        connection.busy = busy
        return await connection

    made = create_async_engine(
        url, pool_size=2, max_overflow=2, hide_parameters=True, async_creator=connect, pool_reset_on_return=None
    )
    event.listen(made.sync_engine, "connect", _prepare)
    event.listen(made.sync_engine, "begin", _begin_immediate)
    return made


def _in_turn(begin: Callable[..., Any], busy: float, *args: Any, **kwargs: Any) -> Any:
    """Begin as soon as nobody else writes. In the connection's own thread, which may sleep."""
    began = time.monotonic()
    while True:
        try:
            return begin(*args, **kwargs)
        except sqlite3.OperationalError as error:
            waited = time.monotonic() - began
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or waited > busy:
                raise
        time.sleep(next((pause for until, pause in _ASK_AGAIN if waited < until), _ASK_AGAIN[-1][1]))


def _prepare(connection: Any, _entry: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_immediate(connection: Connection) -> None:
    # The driver's own BEGIN is deferred and late: a read that turns into a write would fail at once, however long the time-out.
    connection.exec_driver_sql("BEGIN IMMEDIATE")
