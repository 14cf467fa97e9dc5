"""Delivers: each event four times, at once and later, to any of the servers, and again while no 200 comes back."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from crew import Crew
from events import Event
from load import Connection
from signed import head

COPIES = 4
AT_ONCE = 48  # requests under way
WINDOW = 200  # events of which not every delivery was answered
DOWN = 0.25  # seconds for which nobody tries a server that took no connection
WAITS = 3.0  # seconds for an ack, as Slack
MOST = 60  # times that one delivery is sent
LATER = 2.0  # seconds at most between the first deliveries and the later ones
AGAIN = 0.3  # seconds before one without a 200 is sent again
HEARS_NOTHING = 2.0  # seconds until somebody who was told to wait types it again

KEPT = (b"Kept, for you alone", b"It is in your notebook", b"That is kept")
NOT_YET, FAILED = b"I have not been able to keep that yet", (b"went wrong", b"could not", b"do not know whether")


@dataclass
class Log:
    """What came back. Of each event, whether it was acknowledged, and whether as kept."""

    counts: Counter[str] = field(default_factory=Counter)
    acks: list[float] = field(default_factory=list)
    events: dict[int, dict[str, object]] = field(default_factory=dict)

    def begins(self, event: Event) -> None:
        self.events[event.number] = {"words": event.words, "kind": event.kind, "acked": False, "kept": False}

    def heard(self, event: Event, body: bytes, took: float) -> None:
        """An answer with status 200."""
        self.counts["deliveries"] += 1
        self.acks.append(took * 1000)
        entry = self.events[event.number]
        if any(words in body for words in FAILED):
            self.counts["failed"] += 1
        elif NOT_YET in body:
            self.counts["not yet"] += 1
        else:
            entry["acked"] = True
            entry["kept"] = entry["kept"] or any(words in body for words in KEPT)

    def write(self, path: Path) -> None:
        path.write_text("".join(json.dumps(one) + "\n" for one in self.events.values()))


class Post:
    """Slack's side of the line, for a run."""

    def __init__(self, crew: Crew, log: Log, seed: int) -> None:
        self._crew, self._log = crew, log
        self._chance = Random(seed)
        self._free: dict[int, list[Connection]] = {port: [] for port in crew.ports}
        self._up_again = dict.fromkeys(crew.ports, 0.0)
        self._room, self._window = asyncio.Semaphore(AT_ONCE), asyncio.Semaphore(WINDOW)

    async def deliver_all(self, events: Iterable[Event]) -> None:
        """Ends when every delivery was answered with 200, or was sent as often as Slack would at most."""
        async with asyncio.TaskGroup() as group:
            for event in events:
                await self._window.acquire()
                self._log.begins(event)
                group.create_task(self._deliver_event(event))

    async def _deliver_event(self, event: Event) -> None:
        """Some of the four at the same moment, the others later."""
        together = self._chance.randint(1, COPIES)
        waits = [0.0 if copy < together else self._chance.uniform(0, LATER) for copy in range(COPIES)]
        await asyncio.gather(*(self._deliver(event, wait) for wait in waits))
        self._window.release()

    async def _deliver(self, event: Event, wait: float) -> None:
        """One of the four, until it is answered."""
        await asyncio.sleep(wait)
        for attempt in range(MOST):
            async with self._room:
                body = await self._send(event, event.body())
            if body is None:
                self._log.counts["unanswered"] += 1
                await asyncio.sleep(self._chance.uniform(0, AGAIN * min(attempt + 1, 5)))
            elif NOT_YET in body:
                return await self._insist(event)
            else:
                return None
        return None

    async def _insist(self, event: Event) -> None:
        """They were told that it is not kept yet, hear nothing for a while, and type it again: for Slack another event."""
        for typing in range(1, MOST):
            await asyncio.sleep(HEARS_NOTHING)
            if self._log.events[event.number]["acked"]:
                return
            self._log.counts["typed again"] += 1
            async with self._room:
                body = await self._send(event, event.body(typing))
            if body is not None and NOT_YET not in body:
                return

    async def _send(self, event: Event, body: bytes) -> bytes | None:
        """The answer, if it came in time and with 200; signed for this very second."""
        port = await self._one_that_listens()
        connection = self._free[port].pop() if self._free[port] else Connection(port)
        began = time.monotonic()
        try:
            async with asyncio.timeout(WAITS):
                status, answer = await connection.ask(head(body, port, int(time.time())) + body)
        except TimeoutError:
            connection.close()
            self._log.counts["late"] += 1
            return None
        except OSError:
            connection.close()
            self._up_again[port] = time.monotonic() + DOWN
            return None
        self._free[port].append(connection)
        if status != 200:
            return None
        self._log.heard(event, answer, time.monotonic() - began)
        return answer

    async def _one_that_listens(self) -> int:
        """As far as anybody knows; where none does, nobody hammers at the doors."""
        while True:
            now = time.monotonic()
            if up := [port for port in self._crew.ports if self._up_again[port] <= now]:
                return self._chance.choice(up)
            await asyncio.sleep(min(self._up_again.values()) - now)
