"""Serves: hears every platform that is set up, does what time asks for, and says how it is."""

import asyncio
import gc
import logging
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial

import uvicorn
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from starlette.applications import Starlette

from bot.app import Balcony, Reachable, by_name, connected, open_database, utc_now
from bot.config import Settings, SettingsError, check_platforms
from bot.web import map_routes, routes
from storage import wake

_log = logging.getLogger(__name__)


async def serve(settings: Settings) -> None:
    """Serve until told to stop, in the role that is set: hear people, do what is due and deliver, or both."""
    check_platforms(settings)
    role = settings.balcony_role
    async with (
        open_database(settings) as database,
        connected(settings, database) as connections,
        AsyncExitStack() as stack,
    ):
        balcony = Balcony(database, by_name(connections), utc_now)
        platforms = {one.name: one.platform for one in connections}
        await stack.enter_async_context(_beating(balcony, platforms.values(), settings))
        pages = routes(Checks(balcony, platforms, settings))
        if role.hears:
            pages += map_routes(database, utc_now)
            for one in connections:
                pages += await stack.enter_async_context(one.hearing(balcony.answer))
        config = uvicorn.Config(
            Starlette(routes=pages), host=settings.host, port=settings.port, loop="none", http="httptools", ws="none",
            lifespan="off", access_log=False, log_config=None, timeout_graceful_shutdown=5, server_header=False,
        )  # fmt: skip
        _log.info("serving on %s:%s, role %s", settings.host, settings.port, role)
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
async def _beating(balcony: Balcony, platforms: Collection[Reachable], settings: Settings) -> AsyncIterator[None]:
    """What this process does of its own accord, a task for each: a fan-out of half an hour delays no session's end.

    Every so many seconds; delivery at once when something is to be said, and portraits soon after somebody wrote an
    issue, so that the topics they may tick come while they are still there. APScheduler only keeps the beat.
    """
    database, looks, jobs = balcony.database, asyncio.Event(), asyncio.Event()
    beats, tasks = [looks], [_again_and_again(looks, partial(_check, platforms), "a look at the platforms")]
    if settings.balcony_role.works:
        rests = asyncio.Event()
        beats += [rests, jobs, *database.hints.values()]
        tasks += [
            _again_and_again(rests, balcony.ask_who_rests, "a look at who rests"),
            _again_and_again(jobs, balcony.do_due, "a pass of what is due"),
            _again_and_again(database.something_to_paint, balcony.do_in_time, "a pass of what has time"),
            _again_and_again(database.something_to_say, balcony.carry, "delivery"),
        ]
        tasks += [] if database.sqlite else [wake.listen(database.engine, database.hints)]
    scheduler = _beat(settings.balcony_tick_seconds, beats)
    running = [asyncio.create_task(task) for task in tasks]
    try:
        yield
    finally:
        scheduler.remove_all_jobs()
        await balcony.settle()
        await asyncio.sleep(0)  # a beat that has begun ends with this; what is under way, APScheduler cancels
        scheduler.shutdown(wait=False)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


def _beat(seconds: float, events: Collection[asyncio.Event]) -> AsyncIOScheduler:
    async def beat() -> None:  # ends at once: what is under way when APScheduler stops, it cancels
        for event in events:
            event.set()

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
    return scheduler


async def _again_and_again(wanted: asyncio.Event, do: Callable[[], Awaitable[object]], name: str) -> None:
    """One after another, each time it is wanted."""
    while True:
        await wanted.wait()
        wanted.clear()
        try:
            await do()
        except Exception:
            _log.exception("%s failed and is tried again", name)


async def _check(platforms: Collection[Reachable]) -> None:
    for platform in platforms:
        if platform.problem:
            await platform.check()


class Checks:
    """What /readyz asks: of each process, what its own role needs."""

    def __init__(self, balcony: Balcony, platforms: Mapping[str, Reachable], settings: Settings) -> None:
        self._balcony = balcony
        self._late = timedelta(seconds=max(60.0, 4 * settings.balcony_tick_seconds))
        self.checks: dict[str, Callable[[], Awaitable[str]]] = {
            "database": self._database,
            **{name: partial(_state, platform) for name, platform in platforms.items()},
        }
        if settings.balcony_role.works:
            self.checks |= {"scheduler": self._scheduler, "delivery": self._delivery}

    async def _database(self) -> str:
        try:
            await self._balcony.database.alive()
        except Exception:
            _log.exception("the database does not answer")
            return "the database does not answer"
        return "ok"

    async def _scheduler(self) -> str:
        return "ok" if self._lately(self._balcony.last_pass) else "no pass of what is due was finished lately"

    async def _delivery(self) -> str:
        return "ok" if self._lately(self._balcony.last_turn) else "nobody looked lately for what is to be said"

    def _lately(self, moment: datetime | None) -> bool:
        return moment is not None and self._balcony.clock() - moment <= self._late


async def _state(platform: Reachable) -> str:
    return await platform.state() or "ok"
