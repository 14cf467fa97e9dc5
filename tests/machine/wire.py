"""The platform of the machine: it keeps what arrived, outlives every process, and may let Balcony look, or not."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.chat import Address, CannotLook, DeliveryError, Message, Outcome, Pace
from bot.domain import trouble
from tests.machine.crash import Crash, Points

LATE = timedelta(seconds=110)  # how long a request may live that nobody waits for any more: less than the quarantine
_QUIET = 20  # turns of the loop in which nobody does anything
BUSY_FOR = 30.0  # seconds


@dataclass(frozen=True, slots=True)
class Arrived:
    """One message as the platform has it."""

    to: Address
    message: Message
    key: str
    at: datetime


class Gate:
    """Lets calls through one at a time, always in the same order, when nobody is busy with anything else.

    Then what the process has done by the time of a crash is the same on every database. `busy` is asked again and again.
    """

    def __init__(self, busy: Callable[[], bool], named: Callable[[str], str]) -> None:
        self._busy = busy
        self._named = named
        self._waiting: list[tuple[str, str]] = []

    @asynccontextmanager
    async def turn(self, place: str, key: str) -> AsyncIterator[None]:
        me = (place, self._named(key))
        self._waiting.append(me)
        try:
            quiet = 0
            while quiet < _QUIET:
                quiet = 0 if self._busy() or min(self._waiting) != me else quiet + 1
                await asyncio.sleep(0)
            yield
        finally:
            self._waiting.remove(me)


@asynccontextmanager
async def _any_time(_place: str, _key: str) -> AsyncIterator[None]:
    yield


class Wire:
    """Everything that arrived, first to last. `trouble` is what the next messages meet, one each."""

    pace = Pace()

    def __init__(self, points: Points, clock: Callable[[], datetime], gate: Gate | None, *, look: bool) -> None:
        self.log: list[Arrived] = []
        self.trouble: list[str] = []
        self.unclear = 0  # how often nobody but the platform knew whether a message arrived, without a crash
        self.under_way: list[Arrived] = []
        self._points = points
        self._clock = clock
        self._turn = gate.turn if gate else _any_time
        self._look = look

    async def send(self, to: Address, message: Message, key: str) -> str:
        async with self._turn(str(to), key):
            self.catches_up()
            said = Arrived(to, message, key, self._clock())
            number = self._passes_before(said)
            await asyncio.sleep(0)
            self._meets_trouble(said)
            self.log.append(said)
            self._points.passes("say", "after it arrived", number=number, after=True)
            await asyncio.sleep(0)
            return f"local:{len(self.log)}"

    async def find(self, to: Address, key: str, since: datetime) -> str | None:
        async with self._turn(str(to), key):
            self.catches_up()
            if not self._look:
                raise CannotLook
            number = self._points.calls("look")
            self._points.passes("look", "before it is looked up", number=number)
            await asyncio.sleep(0)
            found = [said for said in self.log if (said.to, said.key) == (to, key) and said.at >= since]
            self._points.passes("look", "after it was looked up", number=number, after=True)
            return f"local:{self.log.index(found[0]) + 1}" if found else None

    async def mended(self, workspace: str) -> bool:  # noqa: ARG002  none of them refuses us
        return True

    def catches_up(self) -> None:
        """What was under way and has had its time is there."""
        now = self._clock()
        arriving = [said for said in self.under_way if said.at <= now]
        self.under_way = [said for said in self.under_way if said.at > now]
        self.log += sorted(arriving, key=lambda said: said.at)

    def _meets_trouble(self, said: Arrived) -> None:
        met = self.trouble.pop(0) if self.trouble else ""
        if met == "busy":
            raise DeliveryError(trouble.BUSY, Outcome.LATER, BUSY_FOR)
        if met == "late":
            self.under_way.append(replace(said, at=said.at + LATE))
        if met == "arrives":
            self.log.append(said)
        if met:
            self.unclear += 1
            raise DeliveryError(f"{trouble.UNKNOWN}:TimeoutError", Outcome.UNSURE)

    def _passes_before(self, said: Arrived) -> int:
        number, alive = self._points.calls("say"), not self._points.dead
        try:
            self._points.passes("say", "before it arrives", number=number)
        except Crash:
            if alive and self._points.late():
                self.under_way.append(replace(said, at=said.at + LATE))
            raise
        return number
