"""One worker: the real Courier with real Slack clients, in a process that may be killed at any moment."""

import asyncio
import cProfile
import gc
import logging
import os
import signal
from datetime import datetime, timedelta
from multiprocessing import parent_process
from pathlib import Path

import aiohttp
import uvloop
from orders import WorkerOrder

from bot.chat import Address, DeliveryError, Message, Outcome, Pace
from bot.delivery import Courier, Waits
from bot.domain import trouble
from bot.platforms.slack.outbound import SlackPlatform, web_client
from storage import wake
from storage.db import Database
from storage.keys import KeyRing


class Workspaces:
    """One SlackPlatform for each workspace: a Platform for the bench alone, which has many of them."""

    def __init__(self, order: WorkerOrder, session: aiohttp.ClientSession) -> None:
        self._order = order
        self._session = session
        self._known: dict[str, SlackPlatform] = {}
        self.pace = self._of("").pace if order.paced else Pace()
        if order.per_minute:
            self.pace = Pace(order.per_minute, self.pace.spacing, self.pace.looks_per_minute)

    async def send(self, to: Address, message: Message, key: str) -> str:
        try:
            return await self._of(to.workspace).send(to, message, key)
        except DeliveryError as error:
            if self._order.guard == "rest" and error.outcome == Outcome.RESTS:
                self._known.pop(to.workspace)
                raise DeliveryError(f"{trouble.REFUSED}:bench", Outcome.LATER, 1.0) from None
            raise

    async def find(self, to: Address, key: str, since: datetime) -> str | None:
        if self._order.guard == "look-up":
            return None
        return await self._of(to.workspace).find(to, key, since)

    async def mended(self, workspace: str) -> bool:
        return await self._of(workspace).mended(workspace)

    def _of(self, workspace: str) -> SlackPlatform:
        if workspace not in self._known:
            client = web_client(f"xoxb-{workspace}", self._order.fake, self._session)
            client.timeout = self._order.waits.timeout  # type: ignore[assignment]  # it takes parts of a second as well
            self._known[workspace] = SlackPlatform(client, clock=self._order.clock.seconds)
        return self._known[workspace]


def run(order: WorkerOrder) -> None:
    """Until SIGTERM, until its time is over, or until whoever started it is gone."""
    logging.basicConfig(filename=Path(order.folder) / "workers.log", level=logging.WARNING)
    gc.freeze()  # as `serve` does
    gc.set_threshold(20_000, 20, 20)
    profile = cProfile.Profile() if order.profile else None
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        if profile is None:
            runner.run(_work(order))
        else:
            profile.runcall(runner.run, _work(order))
            profile.dump_stats(Path(order.folder) / f"worker-{os.getpid()}.profile")


async def _work(order: WorkerOrder) -> None:
    loop = asyncio.get_running_loop()
    loop.call_later(order.seconds, os._exit, 3)
    if parent := parent_process():
        loop.add_reader(parent.sentinel, os._exit, 4)
    database = Database(order.database, KeyRing((order.key,)))
    async with aiohttp.ClientSession() as session:
        courier = Courier(
            database, {"slack": Workspaces(order, session)}, f"worker-{os.getpid()}", waits=_waits(order),
            sleep=order.clock.sleep,
        )  # fmt: skip
        loop.add_signal_handler(signal.SIGTERM, courier.stop)
        woken = None if database.sqlite else asyncio.create_task(wake.listen(database.engine, database.hints))
        await courier.run(order.clock)
        if woken:
            woken.cancel()
    await database.close()


def _waits(order: WorkerOrder) -> Waits:
    """The order has them in the machine's seconds, the Courier wants them in the run's."""
    waits, factor = order.waits, order.clock.factor
    lease, quarantine, beat = (timedelta(seconds=one * factor) for one in (waits.lease, waits.quarantine, waits.beat))
    return Waits(lease=lease, quarantine=quarantine, beat=beat, try_again=beat / 10)
