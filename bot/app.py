"""Puts the pieces together; the only module that knows them all."""

import asyncio
import logging
import os
import secrets
import socket
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, ProgrammingError

from bot import handlers
from bot.chat import Answer, Event, Platform
from bot.config import Settings, SettingsError
from bot.delivery import Courier, Delivered, Waits
from bot.scheduler import AT_FIRST, IN_TIME, Did, run_due
from storage.db import Database
from storage.keys import KeyRing, key_file
from storage.migrations import NewerDatabase

if TYPE_CHECKING:  # imported where it is used: the demo and the command line need no Slack
    from starlette.routing import Route

Clock = Callable[[], datetime]

_NOT_A_FILE = (
    "DATABASE_URL names a file that cannot be used: its folder must exist, this user must be able to write there, "
    "and the file must be a SQLite database."
)
_NO_ANSWER = "DATABASE_URL names a database that does not answer: check that it is running, and its address, name, user and password."
_NO_TABLES = "DATABASE_URL names a database where its user may not make tables: give it that right."
_log = logging.getLogger(__name__)


def utc_now() -> datetime:
    return datetime.now(UTC)


def clock_from(moment: datetime) -> Clock:
    """A clock that shows this moment now, and goes on from there."""
    begun = time.monotonic()
    return lambda: moment + timedelta(seconds=time.monotonic() - begun)


class Balcony:
    """One running Balcony: answers people, and does what time asks for."""

    def __init__(
        self, database: Database, platforms: Mapping[str, Platform], clock: Clock, *, waits: Waits | None = None
    ) -> None:
        self.database = database
        self.clock = clock
        self.last_pass: datetime | None = None
        self._stopping = False
        self._jobs_in_time = AT_FIRST
        self._courier = Courier(database, platforms, worker=_worker_name(), waits=waits)
        self._one_pass, self._one_delivery, self._one_in_time = asyncio.Lock(), asyncio.Lock(), asyncio.Lock()

    async def answer(self, event: Event) -> Answer:
        return await handlers.answer(event, self.database, self.clock())

    async def tick(self) -> list[Did | Delivered]:
        """One pass of everything due; gives what was done."""
        did = await self.do_due()
        await self.ask_who_rests()
        return [*did, *await self.deliver()]

    async def do_due(self) -> list[Did]:
        """What time asks for, once. Two passes at once in one process would only wait for each other."""
        async with self._one_pass:
            done = await run_due(self.database, self.clock(), goes_on=self._goes_on)
            self.last_pass = self.clock()
            return done

    async def do_in_time(self) -> list[Did]:
        """What takes long and nobody waits for, once. Not in `do_due`: a pass of what is due must not wait for it."""
        async with self._one_in_time:
            jobs, self._jobs_in_time = self._jobs_in_time, IN_TIME
            return await run_due(self.database, self.clock(), jobs, goes_on=lambda: not self._stopping)

    async def ask_who_rests(self) -> None:
        """Whoever refused us and takes us again need not rest any longer."""
        await self._courier.ask_who_rests(self.clock)

    async def deliver(self) -> list[Delivered]:
        """Say what may be said now."""
        async with self._one_delivery:
            return await self._courier.deliver(self.clock)

    async def carry(self) -> None:
        """Say what is to be said, until it settles."""
        async with self._one_delivery:
            await self._courier.run(self.clock)

    @property
    def last_turn(self) -> datetime | None:
        """When it last looked for what is to be said."""
        return self._courier.last_turn

    async def settle(self) -> None:
        """Begin nothing more, and wait until what is being said is said and noted."""
        self._stopping = True
        self._courier.stop()
        async with self._one_pass, self._one_delivery, self._one_in_time:
            pass

    def _goes_on(self) -> bool:
        """Thousands of rows take their time: that is not being stuck, and nobody who stops waits for all of them."""
        self.last_pass = self.clock()
        return not self._stopping


@asynccontextmanager
async def open_database(settings: Settings) -> AsyncIterator[Database]:
    """The database, with its tables up to date. Raises SettingsError if it cannot be opened."""
    keys = _key_ring(settings)
    _try_file(settings.database_url)
    database = Database(settings.database_url, keys, address=settings.balcony_url)
    try:
        try:
            await database.migrate()
        except NewerDatabase as error:
            raise SettingsError(str(error)) from None
        except (DBAPIError, OSError) as error:
            elsewhere = _NO_TABLES if isinstance(error, ProgrammingError) else _NO_ANSWER
            raise SettingsError(_NOT_A_FILE if database.sqlite else elsewhere) from None
        yield database
    finally:
        await database.close()


def _key_ring(settings: Settings) -> KeyRing:
    """The keys that are set, or those of the key file. A database that was here before its key file gets no new key."""
    if settings.balcony_keys:
        return KeyRing(settings.balcony_keys)
    path, database = key_path(settings.database_url), Path(str(make_url(settings.database_url).database))
    try:
        if not path.exists() and database.exists() and database.stat().st_size:
            raise SettingsError(
                "BALCONY_KEYS is missing: the database is here, but not the key file beside it. "
                "Put the file back, or set the keys it was made with."
            )
        return KeyRing(key_file(path))
    except ValueError:
        raise SettingsError(
            "BALCONY_KEYS is not set, and the key file beside the database is damaged: put it back from your backup."
        ) from None
    except OSError:
        raise SettingsError(_NOT_A_FILE) from None


def _try_file(database_url: str) -> None:
    """Open a SQLite file once, plainly: the driver's thread would outlive a failure, and complain after us."""
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite":
        try:
            sqlite3.connect(str(url.database)).close()
        except sqlite3.Error:
            raise SettingsError(_NOT_A_FILE) from None


def key_path(database_url: str) -> Path:
    """Where the key file of a SQLite database is: beside it."""
    return Path(f"{make_url(database_url).database}.keys")


async def tick_once(settings: Settings, clock: Clock) -> list[Did | Delivered]:
    """One pass with the platforms that are set up, for cron and for trying things out."""
    async with open_database(settings) as database, connected(settings, database) as connections:
        balcony = Balcony(database, by_name(connections), clock)
        return [*await balcony.tick(), *await balcony.do_in_time()]


class Reachable(Platform, Protocol):
    """A platform that can be asked how it is. `problem` is a plain sentence while it refuses us, else empty."""

    problem: str

    async def check(self) -> None: ...
    async def state(self) -> str: ...


class Connection(Protocol):
    """What a platform's folder gives to a process: one that can be told things, and a way to hear its people."""

    name: str

    @property
    def platform(self) -> Reachable: ...
    def hearing(self, respond: Callable[[Event], Awaitable[Answer]]) -> AbstractAsyncContextManager[list["Route"]]: ...


@asynccontextmanager
async def connected(settings: Settings, database: Database) -> AsyncIterator[list[Connection]]:
    """Every platform that is set up. Their libraries are slow and large, so only those are imported."""
    async with AsyncExitStack() as stack:
        connections: list[Connection] = []
        if settings.slack_bot_token:
            from bot.platforms.slack import connection as slack

            connections.append(await stack.enter_async_context(slack.connect(settings)))
        if settings.teams:
            from bot.platforms.teams import connection as teams

            connections.append(await stack.enter_async_context(teams.connect(settings, database, utc_now)))
        yield connections


def by_name(connections: Sequence[Connection]) -> dict[str, Platform]:
    return {one.name: one.platform for one in connections}


def _worker_name() -> str:
    """This process's own name, also when two start at the same moment."""
    return f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}"
