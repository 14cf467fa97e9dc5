"""Locked or away: who waits, who is told, and that nothing is left behind by somebody who waits no more."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

from storage import db as storage_db
from storage import deliveries
from storage.db import Database, Db, Unclear, is_away
from storage.keys import KeyRing
from tests.conftest import KEYS
from tests.holding import held, impatient, wired
from tests.storage import rows
from tests.storage.rows import NOW

PRAGMAS = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 1}


def noting(key: str) -> Callable[[Db], Awaitable[bool]]:
    async def work(db: Db) -> bool:
        return await deliveries.first_time(db, key, NOW)

    return work


# --- SQLite ----------------------------------------------------------------------------------------


async def test_every_connection_is_set_up(sqlite: Database) -> None:
    """All that the pool can open, at the same time: WAL, every commit on disk; and the waiting for others is ours."""
    made: list[object] = []
    event.listen(sqlite.engine.sync_engine, "connect", lambda connection, _: made.append(connection))
    connections = [await sqlite.engine.connect() for _ in range(4)]
    found = []
    for one in connections:
        driver: Any = (await one.get_raw_connection()).driver_connection
        said = {name: await (await driver.execute(f"PRAGMA {name}")).fetchone() for name in PRAGMAS}
        found.append({name: value for name, (value,) in said.items()})
    for one in connections:
        await one.close()
    assert len(made) == 4
    assert found == [PRAGMAS] * 4


async def test_everything_begins_immediate(sqlite: Database) -> None:
    """A transaction, an event, a question whether it is alive, a migration: none can be refused in its middle."""
    begun: list[str] = []
    event.listen(sqlite.engine.sync_engine, "before_cursor_execute", lambda *said: begun.append(said[2]))
    async with sqlite.transaction() as db:
        await db.session.execute(text("SELECT 1"))
    await sqlite.run(noting("k"))
    await sqlite.alive()
    await sqlite.migrate()
    assert begun.count("BEGIN IMMEDIATE") == 4
    assert [said for said in begun if said.startswith("BEGIN")] == ["BEGIN IMMEDIATE"] * 4


async def test_events_wait_for_another_process(sqlite: Database) -> None:
    """Three of them, while somebody else writes: none fails, and each has its own result."""
    with held(sqlite) as hold:
        waiting = [asyncio.create_task(sqlite.run(noting(key))) for key in ("a", "b", "b")]
        await asyncio.wait(waiting, timeout=0.05)
        assert not any(one.done() for one in waiting)
        hold.ends()
        assert await asyncio.gather(*waiting) == [True, True, False]


async def test_half_a_minute_is_waited_for_another_process(sqlite: Database) -> None:
    """Where a URL says nothing else; and what SQLite itself would wait, too long and unfairly, is but a moment."""
    for database, seconds in ((sqlite, 30.0), (Database(f"{sqlite.url}?timeout=7", KeyRing(KEYS)), 7.0)):
        async with database.engine.connect() as connection:
            busy = (await connection.get_raw_connection()).driver_connection.busy  # type: ignore[union-attr]
        await database.close()
        assert busy == seconds


async def test_who_waits_too_long_is_told_at_once_with_all_who_waited_with_them(sqlite: Database) -> None:
    """Sixteen at once, and one turn of waiting for them all: not one after another, each for as long."""
    begun: list[str] = []
    async with impatient(sqlite) as database:
        event.listen(database.engine.sync_engine, "before_cursor_execute", lambda *said: begun.append(said[2]))
        with held(sqlite):
            done = await asyncio.gather(*(database.run(noting(f"k{n}")) for n in range(16)), return_exceptions=True)
        assert all(isinstance(one, OperationalError) and is_away(one) for one in done)
        assert begun == ["BEGIN IMMEDIATE"]
        assert await database.run(noting("k0"))


async def test_who_is_cut_short_leaves_no_lock(sqlite: Database) -> None:
    """Somebody who waits for another process, and is cancelled: more often than there are connections."""
    for _ in range(6):
        with held(sqlite) as hold:
            async with impatient(sqlite, 0.2) as database:
                task = asyncio.create_task(_touch(database))
                await asyncio.wait({task}, timeout=0.01)
                task.cancel()
                hold.ends()
                with pytest.raises(asyncio.CancelledError):
                    await task
        with held(sqlite):
            pass  # nobody else has it


async def test_a_question_does_not_wait_for_the_lock(sqlite: Database) -> None:
    """Whoever asks is told soon that there is no answer; many who ask are one question; then it is well again."""
    begun: list[str] = []
    event.listen(sqlite.engine.sync_engine, "before_cursor_execute", lambda *said: begun.append(said[2]))
    assert await sqlite.alive()
    with held(sqlite) as hold:
        sqlite.soon = 0.01
        for _ in range(3):
            with pytest.raises(TimeoutError):
                await sqlite.alive()
        hold.ends()
        sqlite.soon = 30
        assert await sqlite.alive()
    assert begun.count("BEGIN IMMEDIATE") == 2


async def _touch(database: Database) -> None:
    async with database.transaction() as db:
        await db.session.execute(text("SELECT 1"))


# --- what is away, and what is not -----------------------------------------------------------------


async def test_a_mistake_of_ours_is_not_away(database: Database) -> None:
    """A table that is not there, a row that may not be, a name that is none."""
    async with database.transaction() as db:
        row = await rows.programme(db)
    for statement in ("SELECT * FROM nowhere", f"INSERT INTO programme SELECT * FROM programme WHERE id = '{row.id}'"):
        with pytest.raises((OperationalError, ProgrammingError, IntegrityError)) as wrong:
            async with database.transaction() as db:
                await db.session.execute(text(statement))
        assert not is_away(wrong.value), statement
    assert not is_away(ValueError("x"))
    assert is_away(Unclear("x"))


async def test_a_file_out_of_reach_is_away(tmp_path: Path) -> None:
    """A folder that is not mounted, perhaps."""
    before = set(threading.enumerate())
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'nowhere' / 'balcony.db'}", KeyRing(KEYS))
    with pytest.raises(OperationalError) as gone:
        await database.run(noting("k"))
    assert is_away(gone.value)
    await database.close()
    # The driver has a thread of its own, that ends by itself, and must not outlive the loop.
    for thread in set(threading.enumerate()) - before:
        if "connection_worker" in thread.name:
            await asyncio.to_thread(thread.join)


async def test_a_postgres_that_is_down_is_away(postgres: Database) -> None:
    """Before, in the middle and afterwards; and then it is well again."""
    async with wired(postgres) as (database, wire):
        assert await database.run(noting("a"))
        wire.goes_down()
        with pytest.raises(OperationalError) as down:
            await database.run(noting("b"))
        assert is_away(down.value)
        wire.is_well()
        assert await database.run(noting("b"))

        async def falls(db: Db) -> None:
            await deliveries.first_time(db, "c", NOW)
            wire.goes_down()
            await deliveries.first_time(db, "d", NOW)

        with pytest.raises(OperationalError) as fell:
            await database.run(falls)
        assert is_away(fell.value)
        wire.is_well()
        assert await database.run(noting("c"))


async def test_a_commit_that_breaks_is_unclear(postgres: Database) -> None:
    """Cut before the server heard of it, nothing is there; cut after it, all of it is; nobody can tell which."""
    async with wired(postgres) as (database, wire):
        for cuts, new in (("before", True), ("after", False)):
            assert await database.run(noting("well"))  # a good connection
            wire.cuts = cuts  # type: ignore[assignment]
            with pytest.raises(Unclear) as unclear:
                await database.run(noting(f"cut {cuts}"))
            assert is_away(unclear.value)
            assert await database.run(noting(f"cut {cuts}")) is new
            await database.run(_forgetting)


async def test_a_postgres_that_says_nothing_keeps_nobody_who_asks(postgres: Database) -> None:
    """Its connections stand, and nothing comes: the question goes unanswered, and is answered once it speaks."""
    async with wired(postgres) as (database, wire):
        assert await database.alive()
        wire.falls_silent()
        database.soon = 0.01
        with pytest.raises(TimeoutError):
            await database.alive()
        wire.is_well()
        database.soon = 30
        assert await database.alive()


async def _forgetting(db: Db) -> None:
    await db.session.execute(text("DELETE FROM delivered"))


def test_a_vanished_server_is_noticed() -> None:
    """Half a minute, not the quarter of an hour that a system's own settings take; and a URL may say otherwise."""
    assert storage_db.patience_of("postgresql+psycopg://h/d")["tcp_user_timeout"] == 30_000
    assert "connect_timeout" not in storage_db.patience_of("postgresql+psycopg://h/d?connect_timeout=2")
