"""Puts the pieces together; the only module that knows them all."""

import asyncio
import contextlib
import logging
import os
import secrets
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.engine import make_url

from bot import handlers
from bot.chat import Answer, Event, Platform
from bot.config import Settings, check_slack
from bot.delivery import Courier, Delivered
from bot.scheduler import Did, run_due
from storage.db import Database
from storage.keys import KeyRing, key_file

if TYPE_CHECKING:  # imported where it is used: the demo and the command line need no Slack
    from bot.platforms.slack.listen import Listener
    from bot.platforms.slack.outbound import SlackPlatform

Clock = Callable[[], datetime]
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


@asynccontextmanager
async def open_database(settings: Settings) -> AsyncIterator[Database]:
    """The database, with its tables up to date."""
    keys = settings.balcony_keys or key_file(key_path(settings.database_url))
    database = Database(settings.database_url, KeyRing(keys))
    try:
        await database.migrate()
        yield database
    finally:
        await database.close()


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
        async with _ticking(balcony, slack, settings.balcony_tick_seconds), _socket(settings, listener):
            _log.info("serving on %s:%s", settings.host, settings.port)
            await uvicorn.Server(config).serve()
            await listener.settle()


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
        return self._slack.problem or "ok"

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
async def _socket(settings: Settings, listener: "Listener") -> AsyncIterator[None]:
    """Socket Mode, if an app token is set."""
    if not settings.socket_mode:
        yield
        return
    from bot.platforms.slack.socket_mode import connected

    async with connected(listener, settings.slack_app_token):
        yield


@asynccontextmanager
async def _ticking(balcony: Balcony, slack: "SlackPlatform", seconds: float) -> AsyncIterator[None]:
    """A pass every so many seconds, and at once when something is to be said. APScheduler only keeps the beat."""
    from apscheduler.schedulers.asyncio import AsyncIOScheduler

    async def beat() -> None:
        if slack.problem:
            await slack.check()
        await _pass(balcony)

    async def at_once() -> None:
        while True:
            await balcony.database.something_to_say.wait()
            balcony.database.something_to_say.clear()
            await _pass(balcony)

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
    hurry = asyncio.create_task(at_once())
    try:
        yield
    finally:
        scheduler.shutdown(wait=False)
        hurry.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await hurry


async def _pass(balcony: Balcony) -> None:
    try:
        await balcony.tick()
    except Exception:
        _log.exception("a pass of what is due failed and is tried again")


def _worker_name() -> str:
    """This process's own name, also when two start at the same moment."""
    return f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}"
