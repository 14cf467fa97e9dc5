"""Balconies that are wrong on purpose: what the machine must find. Each is put together anew, nothing is patched."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlmodel import col

from bot import handlers
from bot.app import Balcony
from bot.chat import Address, Answer, Event, Message, Pace, Platform, Refusal, note, say
from bot.delivery import Waits
from storage import outbox
from storage.db import Database, Db
from storage.models import Outbox, OutboxState
from tests.machine.machine import Makes

Clock = Callable[[], datetime]


class SendsFirst(Balcony):
    """Sends what a handler wrote before it is kept."""

    def __init__(self, database: Database, platforms: Mapping[str, Platform], clock: Clock) -> None:
        super().__init__(database, platforms, clock)
        self._platforms = platforms

    async def answer(self, event: Event) -> Answer:
        async def work(db: Db) -> Answer:
            reply = await handlers.TABLE[event.kind][event.name](event, db, self.clock())
            await db.session.flush()
            await self._send_all(db)
            return reply

        try:
            return await self.database.run(work)
        except Refusal as refusal:
            return refusal.message

    async def _send_all(self, db: Db) -> None:
        query = select(Outbox).where(col(Outbox.state) == OutboxState.DUE, col(Outbox.due_at) <= self.clock())
        for row in (await db.session.execute(query)).scalars().all():
            message = outbox.message_of(db, row)
            row.platform_id = await self._platforms[row.platform].send(outbox.address_of(row), message, row.key)
            row.state, row.sent_at, row.tried_at = OutboxState.SENT, self.clock(), self.clock()


class AnswersFirst(Balcony):
    """Says that it is kept before it is."""

    async def answer(self, event: Event) -> Answer:
        replied: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()

        async def work(db: Db) -> None:
            try:
                reply = await handlers.TABLE[event.kind][event.name](event, db, self.clock())
            except Refusal as refusal:
                reply = refusal.message
            replied.set_result(reply)
            for _ in range(20):  # whoever reads the answer reads it now
                await asyncio.sleep(0)

        self._keeping = asyncio.create_task(self.database.run(work))
        return await replied


class HearsTwice(Balcony):
    """Does again what is delivered again."""

    async def answer(self, event: Event) -> Answer:
        async def work(db: Db) -> Answer:
            return await handlers.TABLE[event.kind][event.name](event, db, self.clock())

        try:
            return await self.database.run(work)
        except Refusal as refusal:
            return refusal.message


class Gossip(Balcony):
    """Tells everybody what was said before."""

    def __init__(self, database: Database, platforms: Mapping[str, Platform], clock: Clock) -> None:
        super().__init__(database, platforms, clock)
        self._before = ""

    async def answer(self, event: Event) -> Answer:
        heard, self._before = self._before, event.words
        answer = await super().answer(event)
        return Message((*answer.blocks, note(heard))) if isinstance(answer, Message) else answer


class CannotDie(Balcony):
    """Catches what nothing may catch."""

    async def answer(self, event: Event) -> Answer:
        try:
            return await super().answer(event)
        except BaseException:
            return say("Never mind.")


@dataclass
class Forgetful:
    """A platform on which nothing is ever found again."""

    inner: Platform
    pace = Pace()

    async def send(self, to: Address, message: Message, key: str) -> str:
        return await self.inner.send(to, message, key)

    async def find(self, to: Address, key: str, since: datetime) -> str | None:  # noqa: ARG002
        return None

    async def mended(self, workspace: str) -> bool:
        return await self.inner.mended(workspace)


def says_it_again(database: Database, platforms: Mapping[str, Platform], clock: Clock) -> Balcony:
    """Says again what may have been sent, without looking whether it was."""
    return Balcony(database, {name: Forgetful(inner) for name, inner in platforms.items()}, clock)


def looks_too_soon(database: Database, platforms: Mapping[str, Platform], clock: Clock) -> Balcony:
    """Looks while a request may still live."""
    return Balcony(database, platforms, clock, waits=Waits(quarantine=timedelta(seconds=1)))


WRONG: dict[str, Makes] = {
    "sends first": SendsFirst, "answers first": AnswersFirst, "hears twice": HearsTwice, "says it again": says_it_again,
    "looks too soon": looks_too_soon, "gossip": Gossip, "cannot die": CannotDie,
}  # fmt: skip
