"""Waking: who listens hears of what was kept, and of nothing else; and listens again when the connection was lost."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from sqlalchemy import text

from storage import wake
from storage.db import SAID, WRITTEN, Database

_LISTENERS = f"FROM pg_stat_activity WHERE application_name = '{wake.NAME}' AND datname = current_database()"


class Counted(asyncio.Event):
    """Knows how often it was set."""

    times = 0

    def set(self) -> None:
        self.times += 1
        super().set()


@dataclass
class Worker:
    """Somebody who listens; between two connections they wait until they are let go."""

    woken: Counted = field(default_factory=Counted)
    written: Counted = field(default_factory=Counted)
    lost: asyncio.Event = field(default_factory=asyncio.Event)
    may_go: asyncio.Event = field(default_factory=asyncio.Event)

    async def sleep(self, _seconds: float) -> None:
        self.lost.set()
        await self.may_go.wait()

    async def hears(self) -> None:
        async with asyncio.timeout(30):
            await self.woken.wait()
        self.woken.clear()


@asynccontextmanager
async def listening(database: Database) -> AsyncIterator[Worker]:
    """A worker whose connection stands."""
    worker = Worker()
    task = asyncio.create_task(
        wake.listen(database.engine, {SAID: worker.woken, WRITTEN: worker.written}, worker.sleep)
    )
    await worker.hears()  # what was put before
    yield worker
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def puts(database: Database, *, kept: bool = True, hint: str = SAID) -> None:
    with suppress(InterruptedError):
        async with database.transaction() as db:
            db.session.info[hint] = True
            if not kept:
                raise InterruptedError


async def count(database: Database, what: str) -> int:
    async with database.engine.connect() as connection:
        return int((await connection.execute(text(f"SELECT count({what}) {_LISTENERS}"))).scalar_one())


async def test_everybody_hears_of_what_is_kept(postgres: Database) -> None:
    """Two workers; what was rolled back, and what put nothing, is heard of by nobody: only what came before and after."""
    async with listening(postgres) as one, listening(postgres) as other:
        await puts(postgres)
        await one.hears()
        await other.hears()
        await puts(postgres, kept=False)
        async with postgres.transaction():
            pass
        await puts(postgres)
        await one.hears()
        await other.hears()
        assert (one.woken.times, other.woken.times) == (3, 3)  # the first time when they began to listen


async def test_a_connection_that_was_lost_is_made_again(postgres: Database) -> None:
    """Cut off by the server: until it is back nothing is heard, then what was put meanwhile, and what comes."""
    async with listening(postgres) as worker:
        assert await count(postgres, "*") == 1
        assert await count(postgres, "pg_terminate_backend(pid)") == 1
        async with asyncio.timeout(30):
            await worker.lost.wait()
        await puts(postgres)
        assert not worker.woken.is_set()
        worker.may_go.set()
        await worker.hears()
        await puts(postgres)
        await worker.hears()
    assert not worker.woken.is_set()


async def test_each_hint_wakes_what_waits_for_it(postgres: Database) -> None:
    """An issue that was written wakes painting and not delivery; what an older version tells wakes both."""
    async with listening(postgres) as worker:
        await puts(postgres, hint=WRITTEN)
        async with asyncio.timeout(30):
            await worker.written.wait()
        await puts(postgres)
        await worker.hears()
        assert (worker.woken.times, worker.written.times) == (2, 2)  # the first time when it began to listen
        async with postgres.transaction() as db:
            await wake.tell(db.connection, "")
        await worker.hears()
        assert (worker.woken.times, worker.written.times) == (3, 3)
