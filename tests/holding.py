"""Holds a database so that nobody else gets on: SQLite's one lock to write, and the line to PostgreSQL."""

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Literal

from sqlalchemy.engine import make_url

from storage.db import Database
from storage.keys import KeyRing
from tests.conftest import KEYS


@dataclass
class Hold:
    """The lock to write of a SQLite file, as another process would hold it."""

    connection: sqlite3.Connection

    def ends(self) -> None:
        if self.connection.in_transaction:
            self.connection.rollback()


@contextmanager
def held(database: Database) -> Iterator[Hold]:
    """From now on nobody else writes, until it `ends`."""
    with contextlib.closing(sqlite3.connect(str(database.engine.url.database), isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        hold = Hold(connection)
        yield hold
        hold.ends()


@asynccontextmanager
async def impatient(database: Database, seconds: float = 0.01) -> AsyncIterator[Database]:
    """The same SQLite file, for a process that waits no longer for another one that writes."""
    one = Database(f"{database.url}?timeout={seconds}", KeyRing(KEYS))
    try:
        yield one
    finally:
        await one.close()


@dataclass
class Wire:
    """The line between Balcony and a PostgreSQL. It can be cut where it hurts.

    `cuts`: "before" the server hears of a COMMIT, or "after" it has done it and before it is answered; once. `down`: no
    connection is taken, and those there are end. `silent`: nothing more comes through, and nothing ends.
    """

    server: str
    cuts: Literal["", "before", "after"] = ""
    down: bool = False
    silent: bool = False
    url: str = ""
    commits: int = 0
    _ends: set[asyncio.StreamWriter] = field(default_factory=set)
    _speaks: asyncio.Event = field(default_factory=asyncio.Event)

    def goes_down(self) -> None:
        self.down = True
        for end in list(self._ends):
            end.transport.abort()

    def falls_silent(self) -> None:
        self.silent = True
        self._speaks.clear()

    def is_well(self) -> None:
        self.down = self.silent = False
        self._speaks.set()

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until either side ends it."""
        if self.down:
            return writer.transport.abort()
        there, back = await self._reach()
        ends = {writer, back}
        self._ends |= ends
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._there(reader, back, there, writer))
        except* (OSError, EOFError):
            pass
        finally:
            self._ends -= ends
            for end in ends:
                end.transport.abort()

    async def _reach(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        url = make_url(self.server)
        if folder := url.query.get("host"):
            return await asyncio.open_unix_connection(f"{folder}/.s.PGSQL.{url.port or 5432}")
        return await asyncio.open_connection(url.host, url.port or 5432)

    async def _there(
        self,
        reader: asyncio.StreamReader,
        server: asyncio.StreamWriter,
        answers: asyncio.StreamReader,
        client: asyncio.StreamWriter,
    ) -> None:
        """What Balcony says; beside it, what the server answers."""
        answering = asyncio.create_task(self._back(answers, client))
        try:
            while said := await reader.read(65536):
                await self._spoken()
                if self._is_commit(said):
                    self.commits += 1
                    cuts, self.cuts = self.cuts, ""
                    if cuts == "before":
                        raise EOFError
                    if cuts == "after":
                        answering.cancel()
                        with suppress(asyncio.CancelledError):
                            await answering
                        server.write(said)
                        await answers.read(1)
                        raise EOFError
                server.write(said)
        finally:
            answering.cancel()

    async def _back(self, answers: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
        while said := await answers.read(65536):
            await self._spoken()
            client.write(said)
        client.transport.abort()

    async def _spoken(self) -> None:
        if self.silent:
            await self._speaks.wait()

    def _is_commit(self, said: bytes) -> bool:
        return b"COMMIT" in said


@asynccontextmanager
async def wired(database: Database) -> AsyncIterator[tuple[Database, Wire]]:
    """The same PostgreSQL, at the end of a line of our own."""
    url = make_url(database.url)
    wire = Wire(database.url)
    server = await asyncio.start_server(wire.carry, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    own = url.set(host="127.0.0.1", port=port, query={})
    one = Database(own.render_as_string(hide_password=False), KeyRing(KEYS))
    try:
        yield one, wire
    finally:
        wire.is_well()
        wire.goes_down()
        server.close()
        await one.close()
