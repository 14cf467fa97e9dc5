"""Serves: hears every platform that is set up, does what time asks for, and says how it is."""

import asyncio
import contextlib
import gc
import logging
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from datetime import UTC, timedelta
from functools import partial

import uvicorn
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from starlette.applications import Starlette

from bot.app import Balcony, Reachable, by_name, connected, open_database, utc_now
from bot.config import Settings, SettingsError, check_platforms
from bot.web import routes

_log = logging.getLogger(__name__)


async def serve(settings: Settings) -> None:
    """Serve until told to stop."""
    check_platforms(settings)
    async with open_database(settings) as database, connected(settings, database) as connections:
        balcony = Balcony(database, by_name(connections), utc_now)
        platforms = {one.name: one.platform for one in connections}
        pages = routes(Checks(balcony, platforms, settings.balcony_tick_seconds))
        async with _ticking(balcony, platforms, settings.balcony_tick_seconds), AsyncExitStack() as hearing:
            for one in connections:
                pages += await hearing.enter_async_context(one.hearing(balcony.answer))
            config = uvicorn.Config(
                Starlette(routes=pages), host=settings.host, port=settings.port, loop="none", http="httptools", ws="none",
                lifespan="off", access_log=False, log_config=None, timeout_graceful_shutdown=5, server_header=False,
            )  # fmt: skip
            _log.info("serving on %s:%s", settings.host, settings.port)
            _look_less_for_rubbish()
            await _until_told_to_stop(config)


def _look_less_for_rubbish() -> None:
    """What is loaded by now stays, and an answer leaves little behind: looking for it so often cost a tenth of the time."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


async def _until_told_to_stop(config: uvicorn.Config) -> None:
    """Serve until SIGTERM or SIGINT. uvicorn alone would end the process there, before what is under way is noted."""

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


@asynccontextmanager
async def _ticking(balcony: Balcony, platforms: Mapping[str, Reachable], seconds: float) -> AsyncIterator[None]:
    """A pass every so many seconds, and at once when something is to be said. APScheduler only keeps the beat."""

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
    passes = asyncio.create_task(_passes(balcony, platforms.values()))
    try:
        yield
    finally:
        scheduler.shutdown(wait=False)
        await balcony.settle()
        passes.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await passes


async def _passes(balcony: Balcony, platforms: Collection[Reachable]) -> None:
    """One after another, for as long as there is a beat or something to say."""
    while True:
        await balcony.database.something_to_say.wait()
        balcony.database.something_to_say.clear()
        try:
            for platform in platforms:
                if platform.problem:
                    await platform.check()
            await balcony.tick()
        except Exception:
            _log.exception("a pass of what is due failed and is tried again")


class Checks:
    """What /readyz asks."""

    def __init__(self, balcony: Balcony, platforms: Mapping[str, Reachable], tick_seconds: float) -> None:
        self._balcony = balcony
        self._late = timedelta(seconds=max(60.0, 4 * tick_seconds))
        self.checks: dict[str, Callable[[], Awaitable[str]]] = {
            "database": self._database,
            **{name: partial(_state, platform) for name, platform in platforms.items()},
            "scheduler": self._scheduler,
        }

    async def _database(self) -> str:
        try:
            await self._balcony.database.alive()
        except Exception:
            _log.exception("the database does not answer")
            return "the database does not answer"
        return "ok"

    async def _scheduler(self) -> str:
        last = self._balcony.last_pass
        if last is None or self._balcony.clock() - last > self._late:
            return "no pass of what is due was finished lately"
        return "ok"


async def _state(platform: Reachable) -> str:
    return await platform.state() or "ok"
