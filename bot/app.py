"""Puts the pieces together; the only module that knows them all."""

import asyncio
import contextlib
import gc
import logging
import os
import secrets
import signal
import socket
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, ProgrammingError

from bot import handlers
from bot.chat import Answer, Event, Platform
from bot.config import Settings, SettingsError, check_slack
from bot.delivery import Courier, Delivered
from bot.scheduler import Did, run_due
from storage.db import Database
from storage.keys import KeyRing, key_file
from storage.migrations import NewerDatabase

if TYPE_CHECKING:  # imported where it is used: the demo and the command line need no Slack
    import uvicorn

    from bot.platforms.slack.listen import Listener
    from bot.platforms.slack.outbound import SlackPlatform

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


class Balcony:
    """One running Balcony: answers people, and does what time asks for."""

    def __init__(self, database: Database, platforms: Mapping[str, Platform], clock: Clock) -> None:
        self.database = database
        self.clock = clock
        self.last_pass: datetime | None = None
        self._courier = Courier(database, platforms, worker=_worker_name())
        self._one_pass = asyncio.Lock()

    async def answer(self, event: Event) -> Answer:
        return await handlers.answer(event, self.database, self.clock())

    async def tick(self) -> list[Did | Delivered]:
        """One pass of everything due; gives what was done. Two passes at once in one process would only wait for each other."""
        async with self._one_pass:
            done: list[Did | Delivered] = []
            done += await run_due(self.database, self.clock())
            done += await self._courier.deliver(self.clock)
            self.last_pass = self.clock()
            return done

    async def settle(self) -> None:
        """Begin nothing more, and wait until what is being said is said and noted."""
        self._courier.stop()
        async with self._one_pass:
            pass


@asynccontextmanager
async def open_database(settings: Settings) -> AsyncIterator[Database]:
    """The database, with its tables up to date. Raises SettingsError if it cannot be opened."""
    keys = _key_ring(settings)
    _try_file(settings.database_url)
    database = Database(settings.database_url, keys)
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
    async with open_database(settings) as database, _slack(settings) as platforms:
        return await Balcony(database, platforms, clock).tick()


async def serve(settings: Settings) -> None:
    """Serve until told to stop."""
    check_slack(settings)
    import uvicorn
    from starlette.applications import Starlette

    from bot.platforms.slack import door
    from bot.platforms.slack.listen import Listener
    from bot.platforms.slack.outbound import SlackPlatform
    from bot.web import routes

    async with open_database(settings) as database, _slack(settings) as platforms:
        slack = platforms["slack"]
        assert isinstance(slack, SlackPlatform)  # noqa: S101  for the type checker
        balcony = Balcony(database, platforms, utc_now)
        listener = Listener(slack, balcony.answer)
        checks = Checks(balcony, slack, settings.balcony_tick_seconds)
        pages = routes(checks)
        if not settings.socket_mode:
            pages.append(door.route(listener.app, settings.slack_signing_secret))
        config = uvicorn.Config(
            Starlette(routes=pages), host=settings.host, port=settings.port, loop="none", http="httptools", ws="none",
            lifespan="off", access_log=False, log_config=None, timeout_graceful_shutdown=5, server_header=False,
        )  # fmt: skip
        async with _ticking(balcony, slack, settings.balcony_tick_seconds), _socket(settings, listener, slack):
            _log.info("serving on %s:%s", settings.host, settings.port)
            _look_less_for_rubbish()
            await _until_told_to_stop(config)
            await listener.settle()


def _look_less_for_rubbish() -> None:
    """What is loaded by now stays, and an answer leaves little behind: looking for it so often cost a tenth of the time."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


async def _until_told_to_stop(config: "uvicorn.Config") -> None:
    """Serve until SIGTERM or SIGINT. uvicorn alone would end the process there, before what is under way is noted."""
    import uvicorn

    class Server(uvicorn.Server):
        @contextmanager
        def capture_signals(self) -> Iterator[None]:
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, self.handle_exit)
            yield

    server = Server(config)
    try:
        await server.serve()
    except SystemExit:  # its way to say that it cannot listen; the reason is in the log
        raise SettingsError("PORT is taken by another program, or HOST is not an address of this machine.") from None


class Checks:
    """What /readyz asks."""

    def __init__(self, balcony: Balcony, slack: "SlackPlatform", tick_seconds: float) -> None:
        self._balcony = balcony
        self._slack = slack
        self._late = timedelta(seconds=max(60.0, 4 * tick_seconds))
        self.checks: dict[str, Callable[[], Awaitable[str]]] = {
            "database": self._database,
            "platform": self._platform,
            "scheduler": self._scheduler,
        }

    async def _database(self) -> str:
        try:
            await self._balcony.database.alive()
        except Exception:
            _log.exception("the database does not answer")
            return "the database does not answer"
        return "ok"

    async def _platform(self) -> str:
        return await self._slack.state() or "ok"

    async def _scheduler(self) -> str:
        last = self._balcony.last_pass
        if last is None or self._balcony.clock() - last > self._late:
            return "no pass of what is due was finished lately"
        return "ok"


@asynccontextmanager
async def _slack(settings: Settings) -> AsyncIterator[dict[str, Platform]]:
    """The Slack platform, if a token is set."""
    if not settings.slack_bot_token:
        yield {}
        return
    import aiohttp

    from bot.platforms.slack.outbound import SlackPlatform, web_client

    async with aiohttp.ClientSession() as session:
        yield {"slack": SlackPlatform(web_client(settings.slack_bot_token, settings.slack_api_url, session))}


@asynccontextmanager
async def _socket(settings: Settings, listener: "Listener", slack: "SlackPlatform") -> AsyncIterator[None]:
    """Socket Mode, if an app token is set."""
    if not settings.socket_mode:
        yield
        return
    from bot.platforms.slack.socket_mode import connected

    async with connected(listener, slack, settings.slack_app_token):
        yield


@asynccontextmanager
async def _ticking(balcony: Balcony, slack: "SlackPlatform", seconds: float) -> AsyncIterator[None]:
    """A pass every so many seconds, and at once when something is to be said. APScheduler only keeps the beat."""
    from apscheduler.schedulers.asyncio import AsyncIOScheduler

    async def beat() -> None:  # ends at once: what is under way when APScheduler stops, it cancels
        balcony.database.something_to_say.set()

    scheduler = AsyncIOScheduler(timezone=UTC)
    scheduler.add_job(
        beat,
        "interval",
        seconds=seconds,
        coalesce=True,
        max_instances=1,
        misfire_grace_time=None,
        next_run_time=utc_now(),
    )
    scheduler.start()
    passes = asyncio.create_task(_passes(balcony, slack))
    try:
        yield
    finally:
        scheduler.shutdown(wait=False)
        await balcony.settle()
        passes.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await passes


async def _passes(balcony: Balcony, slack: "SlackPlatform") -> None:
    """One after another, for as long as there is a beat or something to say."""
    while True:
        await balcony.database.something_to_say.wait()
        balcony.database.something_to_say.clear()
        try:
            if slack.problem:
                await slack.check()
            await balcony.tick()
        except Exception:
            _log.exception("a pass of what is due failed and is tried again")


def _worker_name() -> str:
    """This process's own name, also when two start at the same moment."""
    return f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}"
