"""One message at a time: say it, or look whether it arrived, and write down what came of it."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from functools import partial

from bot.chat import CannotLook, DeliveryError, Message, Outcome, Platform
from bot.delivery import outcome
from bot.delivery.arrivals import Arrivals
from bot.delivery.outcome import Delivered, Waits
from bot.domain import trouble
from storage import claims, outbox
from storage.claims import Arrived
from storage.db import Database, Db
from storage.models import Outbox

Clock = Callable[[], datetime]
Sleep = Callable[[float], Awaitable[object]]
_log = logging.getLogger(__name__)


class Errands:
    """What a worker does with each message that it has claimed. `done` is what became of them since it was last taken."""

    def __init__(self, database: Database, platforms: Mapping[str, Platform], waits: Waits, sleep: Sleep) -> None:
        self._database, self._platforms, self._waits, self._sleep = database, platforms, waits, sleep
        self._arrivals = Arrivals(database)
        self.done: list[Delivered] = []
        self.stopping = False

    async def say(self, row: Outbox, message: Message | DeliveryError, clock: Clock) -> None:
        if self.stopping or row.lease_until is None or clock() > row.lease_until - self._waits.lease / 2:
            # Told to stop, or this machine slept since it was claimed: another has time for the whole request.
            await self._note(row, clock, lambda db: claims.again(db, row, row.due_at, ""))
            return
        try:
            platform_id = await self._send(row, message)
        except DeliveryError as error:
            await self._note(row, clock, partial(self._not_sent, row=row, error=error, clock=clock))
        else:
            if await self._noted(
                row, clock, partial(self._arrivals.note, Arrived(row, clock(), platform_id, row.unclear))
            ):
                self.done.append(Delivered(row.key, "sent"))

    async def _send(self, row: Outbox, message: Message | DeliveryError) -> str:
        """Give the platform's own id. Raises DeliveryError, and nothing else."""
        if isinstance(message, DeliveryError):
            raise message
        try:
            return await self._platforms[row.platform].send(outbox.address_of(row), message, row.key)
        except DeliveryError:
            raise
        except Exception as error:  # a mistake in the program: nobody knows how far it came
            _log.exception("%s met something unforeseen", row.key)
            raise DeliveryError(f"{trouble.UNKNOWN}:{type(error).__name__}", Outcome.UNSURE) from None

    async def _not_sent(self, db: Db, row: Outbox, error: DeliveryError, clock: Clock) -> None:
        pace = self._platforms[row.platform].pace
        done = await outcome.not_sent(db, row, error, clock(), waits=self._waits, pace=pace)
        _log.warning("%s is %s: %s", row.key, done.state, done.reason)
        self.done.append(done)

    async def look(self, row: Outbox, clock: Clock) -> None:
        """Whether it arrived."""
        try:
            found = await self._platforms[row.platform].find(
                outbox.address_of(row), row.key, row.tried_at or row.created_at
            )
        except CannotLook:
            await self._note(row, clock, partial(self._nobody_knows, row=row, clock=clock))
        except DeliveryError as error:
            await self._note(
                row, clock, partial(outcome.not_looked, row=row, error=error, now=clock(), waits=self._waits)
            )
        except Exception:
            _log.exception("%s could not be looked up, and is tried again", row.key)
        else:
            await self._note(row, clock, partial(self._known, row=row, found=found, clock=clock))

    async def _known(self, db: Db, row: Outbox, found: str | None, clock: Clock) -> None:
        if found is None:
            await claims.not_there(db, row, clock(), known=True)
            return
        await claims.sent(db, row, clock(), found)
        self.done.append(Delivered(row.key, "sent", "found when it was looked up"))

    async def _nobody_knows(self, db: Db, row: Outbox, clock: Clock) -> None:
        if done := await outcome.nobody_knows(db, row, clock()):
            _log.warning("%s is %s: %s", row.key, done.state, done.reason)
            self.done.append(done)

    async def _note(self, row: Outbox, clock: Clock, work: Callable[[Db], Awaitable[object]]) -> bool:
        return await self._noted(row, clock, lambda: self._database.run(work))

    async def _noted(self, row: Outbox, clock: Clock, note: Callable[[], Awaitable[object]]) -> bool:
        """Write it down, again and again while the lease lasts; a database that is away for a moment costs nobody anything.

        False if it could not be: then the lease runs out, and it is ambiguous.
        """
        while True:
            try:
                await note()
            except Exception:
                if clock() + self._waits.try_again > (row.lease_until or clock()):
                    _log.exception("what became of %s could not be noted", row.key)
                    return False
                await self._sleep(self._waits.try_again.total_seconds())
            else:
                return True
