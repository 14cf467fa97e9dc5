"""The outbox: claim, send, record.

A message is sent outside any transaction, between two that say where it stands. What was certainly not sent is tried
again; what may have been sent is not, so that nobody reads it twice.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from bot.chat import DeliveryError, Message, Outcome, Platform, say
from bot.domain import trouble
from storage import members, outbox, programmes
from storage.db import Database, Db
from storage.keys import CannotOpen
from storage.models import Member, Outbox, Programme

AT_ONCE = 5
GIVE_UP_AFTER = timedelta(hours=12)
REST = timedelta(minutes=15)
_FIRST_WAIT = timedelta(seconds=30)
_LONGEST_WAIT = timedelta(minutes=30)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Delivered:
    """What became of one message."""

    key: str
    state: str
    reason: str = ""


class Courier:
    """Carries what is due to where it belongs. `worker` is this process's own name."""

    def __init__(self, database: Database, platforms: Mapping[str, Platform], worker: str) -> None:
        self._database = database
        self._platforms = platforms
        self._worker = worker
        self._stopping = False

    def stop(self) -> None:
        """Begin to send nothing more; what is under way is still noted."""
        self._stopping = True

    async def deliver(self, clock: Callable[[], datetime]) -> list[Delivered]:
        """Send everything that is due, and give what became of each."""
        done: list[Delivered] = []
        async with self._database.transaction() as db:
            await outbox.drop_left(db)
            for row in await outbox.abandoned(db, clock()):
                _log.warning("unsure whether %s arrived: %s", row.key, row.error)
                done.append(Delivered(row.key, "unsure", row.error))
        while not self._stopping and (rows := await self._claim(clock())):
            # One after another to the same place, so that they arrive in order; different places side by side.
            places = [list(group) for _, group in groupby(sorted(rows, key=_place), key=_place)]
            for results in await asyncio.gather(*(self._deliver_in_order(group, clock) for group in places)):
                done += results
        if self._stopping:
            async with self._database.transaction() as db:
                await outbox.release(db, self._worker)
        return done

    async def _claim(self, now: datetime) -> Sequence[Outbox]:
        async with self._database.transaction() as db:
            return await outbox.claim(db, now, self._worker, AT_ONCE)

    async def _deliver_in_order(self, rows: Sequence[Outbox], clock: Callable[[], datetime]) -> list[Delivered]:
        """Never raises: what goes wrong at one place harms no other."""
        done: list[Delivered] = []
        try:
            for row in rows:
                if self._stopping:
                    break
                if result := await self._deliver_one(row, clock):
                    done.append(result)
        except Exception:  # the database: the lease of what it has not noted runs out
            _log.exception("what became of %s could not be noted", row.key)
        return done

    async def _deliver_one(self, row: Outbox, clock: Callable[[], datetime]) -> Delivered | None:
        async with self._database.transaction() as db:
            if not await outbox.begin_sending(db, row, clock()):
                return None
            message = _opened(db, row)
        try:
            platform_id = await self._send(row, message)
        except DeliveryError as error:
            return await self._not_sent(row, error, clock())
        async with self._database.transaction() as db:
            await outbox.sent(db, row, clock(), platform_id)
        return Delivered(row.key, "sent")

    async def _send(self, row: Outbox, message: Message | DeliveryError) -> str:
        """Give the platform's own id. Raises DeliveryError, and nothing else."""
        if isinstance(message, DeliveryError):
            raise message
        if row.platform not in self._platforms:
            raise DeliveryError(trouble.NO_PLATFORM, Outcome.RESTS)
        try:
            return await self._platforms[row.platform].send(outbox.address_of(row), message, row.key)
        except DeliveryError:
            raise
        except Exception as error:  # a mistake in the program: nobody knows how far it came
            _log.exception("%s met something unforeseen", row.key)
            raise DeliveryError(f"{trouble.UNKNOWN}:{type(error).__name__}", Outcome.UNSURE) from None

    async def _not_sent(self, row: Outbox, error: DeliveryError, now: datetime) -> Delivered:
        """Write down what the failure means."""
        async with self._database.transaction() as db:
            if error.outcome == Outcome.UNSURE:
                await outbox.unsure(db, row, error.reason)
                state = "unsure"
            elif error.outcome == Outcome.RESTS:
                await outbox.again(db, row, now + REST, error.reason)
                await outbox.rest(db, row.platform, row.workspace, now + REST)
                state = "waiting"
            elif error.outcome == Outcome.CONTACT:
                await outbox.failed(db, row, error.reason)  # until they write: bot/handlers/missed.py
                state = "waiting"
            elif error.outcome == Outcome.LATER and now < row.created_at + GIVE_UP_AFTER:
                await outbox.again(db, row, now + _wait(row, error), error.reason)
                if not error.reason.startswith(trouble.REFUSED):  # that is about this message, not about the place
                    await outbox.hold(db, row, now + _wait(row, error))
                state = "waiting"
            else:
                await outbox.failed(db, row, error.reason)
                await _part(db, row, error, now)
                state = "failed"
            if row.channel:
                await _tell_enablers(db, row, error, now)
        _log.warning("%s is %s: %s", row.key, state, error.reason)
        return Delivered(row.key, state, error.reason)


def _place(row: Outbox) -> tuple[str, str, str, str]:
    return (row.platform, row.workspace, row.channel, row.user)


def _opened(db: Db, row: Outbox) -> Message | DeliveryError:
    """What is to be said. That it does not open may be a key that a host puts back, so it is tried again for a while."""
    try:
        return outbox.message_of(db, row)
    except (CannotOpen, ValueError) as error:
        return DeliveryError(f"{trouble.REFUSED}:{type(error).__name__}", Outcome.LATER, REST.total_seconds())


def _wait(row: Outbox, error: DeliveryError) -> timedelta:
    """What the platform asked for; else longer each time."""
    if error.wait:
        return timedelta(seconds=error.wait)
    return min(_LONGEST_WAIT, _FIRST_WAIT * float(2 ** min(row.tries, 10)))


async def _part(db: Db, row: Outbox, error: DeliveryError, now: datetime) -> None:
    """Somebody whose account is closed has left: nothing more is sent to them."""
    if error.reason.startswith(trouble.GONE) and row.member_id:
        member = await db.session.get_one(Member, row.member_id)
        member.left_at, member.next_weekly_at = now, None
        await outbox.drop_unsent(db, member.id)


async def _tell_enablers(db: Db, row: Outbox, error: DeliveryError, now: datetime) -> None:
    """Tell the enablers who joined, once a day for each reason; the others find it under /balcony session."""
    passing = error.reason.startswith((trouble.BUSY, trouble.UNREACHABLE))
    if passing or error.outcome == Outcome.RESTS or not row.programme_id:
        return
    programme = await db.session.get_one(Programme, row.programme_id)
    message = say(f"In {programme.name}: {trouble.in_words(error.reason)}")
    for user in await programmes.enablers(db, programme):
        if member := await members.joined(db, programme.id, user):
            key = f"trouble:{error.reason}:{member.id}:{now.date()}"
            await outbox.put(
                db, key, members.person_of(member), message, now, programme_id=programme.id, member_id=member.id
            )
