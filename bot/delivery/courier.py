"""Claims what is due, workspace by workspace, and lets errands.py send and record it.

A message is sent outside any transaction, between two that say where it stands. What was certainly not sent is tried
again. What may have been sent rests until no request for it can live any more, and is then looked up; where nobody can
look, what kind of message it is decides.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping
from datetime import datetime, timedelta
from functools import partial

from bot.chat import DeliveryError, Message, Outcome, Platform, note
from bot.delivery import gate, outcome
from bot.delivery.errands import Clock, Errands, Sleep
from bot.delivery.outcome import Delivered, Waits
from bot.domain import trouble
from storage import claims, lanes, outbox
from storage.db import Database, Db
from storage.keys import CannotOpen
from storage.models import Lane, Method, Outbox

AT_ONCE = 64  # under way in one process
PER_WORKSPACE = 32  # of these in one workspace, so that one that hangs leaves room for the others
_MAY_HAVE_COME = "You may have had this already: I could not see whether it arrived."

_log = logging.getLogger(__name__)


class Courier:
    """Carries what is due to where it belongs. `worker` is this process's own name."""

    def __init__(
        self,
        database: Database,
        platforms: Mapping[str, Platform],
        worker: str,
        *,
        waits: Waits | None = None,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        """`sleep` is in seconds; a test moves its clock with it."""
        self._database, self._platforms, self._worker = database, platforms, worker
        self._waits, self._sleep = waits or Waits(), sleep
        self._paces = {name: platform.pace for name, platform in platforms.items()}
        self._spacing = max((pace.spacing for pace in self._paces.values()), default=0.0)
        self._errands = Errands(database, platforms, self._waits, sleep)
        self._flying: dict[asyncio.Task[None], tuple[str, str]] = {}
        self._blocked = self._held = self._landed_since = False
        self._begun_at: datetime | None = None
        self._expired_at: datetime | None = None
        self.last_turn: datetime | None = None  # when it last looked for what is due

    def stop(self) -> None:
        """Begin to send nothing more; what is under way is still noted."""
        self._errands.stopping = True
        self._database.something_to_say.set()

    async def deliver(self, clock: Clock) -> list[Delivered]:
        """Send everything that may go now, at the pace that is right for it, and give what became of each."""
        while not self._errands.stopping:
            wait = await self._turn(clock)
            if self._flying:
                await asyncio.wait(self._flying, return_when=asyncio.FIRST_COMPLETED)
            elif self._landed_since:
                continue
            elif wait is not None:
                await self._sleep(wait)
            else:
                break
        await self._land()
        return self._told()

    async def run(self, clock: Clock) -> None:
        """Send what is due, until told to stop."""
        stirred = self._database.something_to_say
        while not self._errands.stopping:
            stirred.clear()
            wait = None
            try:
                wait = await self._turn(clock)
            except Exception:
                _log.exception("what is due could not be claimed, and is tried again")
            beat = self._waits.beat.total_seconds()
            await self._rest(beat if wait is None else min(wait, beat))
            self._told()
        await self._land()

    async def ask_who_rests(self, clock: Clock) -> None:
        """A workspace that refused us, and takes us again, need not rest any longer."""
        async with self._database.transaction() as db:
            resting = await lanes.resting(db, clock())
        refused = {(lane.platform, lane.workspace) for lane in resting if lane.why.startswith(trouble.REVOKED)}
        for platform, workspace in sorted(refused):
            if platform in self._platforms and await self._platforms[platform].mended(workspace):
                async with self._database.transaction() as db:
                    await lanes.wake(db, platform, workspace, trouble.REVOKED)

    async def _rest(self, seconds: float) -> None:
        """That long, or until something is to be said."""
        ends = {
            asyncio.ensure_future(self._sleep(seconds)),
            asyncio.create_task(self._database.something_to_say.wait()),
        }
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        for one in ends:
            one.cancel()

    async def _turn(self, clock: Clock) -> float | None:
        """Begin whatever may go now. Gives the seconds after which more may go by itself; None if nothing waits for that."""
        self.last_turn = clock()
        await self._expire(self.last_turn)
        now = clock()  # for all that follows: what became free between two looks would be seen by neither
        room = AT_ONCE - len(self._flying)
        if self._errands.stopping or room <= 0 or await self._begin(clock, now, room) == room:
            return None
        return 0.0 if self._held else await self._next(now)  # behind what was held another may be free to go

    async def _next(self, now: datetime) -> float | None:
        async with self._database.transaction() as db:
            moments = [await lanes.next_turn(db, method, now, self._paces) for method in Method]
        waits = [(moment - now).total_seconds() for moment in moments if moment]
        lately = self._begun_at and now - self._begun_at < timedelta(seconds=self._spacing)
        if self._blocked and lately:  # a place must rest between two messages
            waits.append(max(self._spacing / 4, 0.02))
        return min(waits, default=None)

    async def _expire(self, now: datetime) -> None:
        """Whoever had these is gone, or has hung for longer than any request."""
        if self._expired_at and timedelta(0) <= now - self._expired_at < self._waits.beat:
            return
        self._expired_at = now
        async with self._database.transaction() as db:
            gone = await claims.expire(db, now, lease=self._waits.lease, quarantine=self._waits.quarantine)
        for row in gone:
            _log.warning("unsure whether %s arrived: %s", row.key, row.error)
            self._errands.done.append(Delivered(row.key, "ambiguous", row.error))

    async def _begin(self, clock: Clock, now: datetime, room: int) -> int:
        """Claim and begin what fits; gives how many."""
        self._landed_since = False
        async with self._database.transaction() as db:
            calls = await self._claim(db, now, room)
            calls += await self._claim_ambiguous(db, now, room - len(calls))
        for place, call in calls:
            task = asyncio.create_task(call(clock))
            self._flying[task] = place
            task.add_done_callback(self._landed)
        if calls:
            self._begun_at = now
        return len(calls)

    async def _claim(self, db: Db, now: datetime, room: int) -> list["_Call"]:
        """As much as fits, workspace by workspace; those that are not reached come first the next time."""
        calls, busy = list["_Call"](), Counter(self._flying.values())
        # No more of them than can be used: who has a lane locked keeps it from the other workers.
        most_lanes = room if any(pace.per_minute for pace in self._paces.values()) else -(-room // PER_WORKSPACE)
        turns = await lanes.turns(db, Method.SAY, self._paces, now, most_lanes)
        self._blocked = self._held = False
        for turn in turns:
            lane, pace = turn.lane, self._paces[turn.lane.platform]
            free = min(room - len(calls), PER_WORKSPACE - busy[_place(lane)])
            most = free if turn.most is None else min(free, turn.most)
            if most <= 0:
                continue
            rows = await claims.claim(db, lane, now, self._worker, most, lease=self._waits.lease, spacing=pace.spacing)
            self._blocked = self._blocked or len(rows) < most
            ready, held = await gate.let_through(db, rows, now)
            self._errands.done += held
            self._held = self._held or bool(held)
            lanes.taken(turn, pace, len(ready), now)
            calls += [(_place(lane), partial(self._errands.say, row, _opened(db, row))) for row in ready]
        return calls

    async def _claim_ambiguous(self, db: Db, now: datetime, room: int) -> list["_Call"]:
        calls = list["_Call"]()
        for turn in await lanes.turns(db, Method.LOOK, self._paces, now, room) if room > 0 else ():
            most = min(room - len(calls), room if turn.most is None else turn.most)
            if most > 0:
                rows = await claims.claim_ambiguous(db, turn.lane, now, most, lease=self._waits.lease)
                lanes.taken(turn, self._paces[turn.lane.platform], len(rows), now)
                calls += [(_place(turn.lane), partial(self._errands.look, row)) for row in rows]
        return calls

    # --- what is under way -----------------------------------------------------------------------

    def _landed(self, task: asyncio.Task[None]) -> None:
        place, self._landed_since = self._flying.pop(task), True
        if not task.cancelled() and (error := task.exception()):
            _log.error("a message in %s ended in an error", place, exc_info=error)
        if len(self._flying) <= AT_ONCE // 2:  # several at a time are claimed for the price of one
            self._database.something_to_say.set()

    async def _land(self) -> None:
        while self._flying:
            await asyncio.wait(self._flying)

    def _told(self) -> list[Delivered]:
        done, self._errands.done = self._errands.done, []
        return done


_Call = tuple[tuple[str, str], Callable[[Clock], Coroutine[None, None, None]]]


def _place(lane: Lane) -> tuple[str, str]:
    return lane.platform, lane.workspace


def _opened(db: Db, row: Outbox) -> Message | DeliveryError:
    """What is to be said. That it does not open may be a key that a host puts back, so it is tried again for a while."""
    try:
        message = outbox.message_of(db, row)
    except (CannotOpen, ValueError) as error:
        return DeliveryError(f"{trouble.REFUSED}:{type(error).__name__}", Outcome.LATER, outcome.CLOSED.total_seconds())
    return Message((*message.blocks, note(_MAY_HAVE_COME)), message.replaces) if row.unclear else message
