"""The connection: what was said to be saved is on disk, all of it or nothing, and many may write at once."""

import asyncio
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError

from bot.chat import Person, say
from bot.domain.kind import Kind
from storage import deliveries, outbox, programmes
from storage.db import Database, Db
from storage.models import Programme
from tests.conftest import KEYS
from tests.storage import rows
from tests.storage.rows import NOW


async def test_sqlite_keeps_what_it_said_is_kept(sqlite: Database) -> None:
    """Write-ahead log, every commit on disk, references held."""
    async with sqlite.transaction() as db:
        asked = ("journal_mode", "synchronous", "foreign_keys")
        said = [(await db.session.execute(text(f"PRAGMA {name}"))).scalar_one() for name in asked]
    assert said == ["wal", 2, 1]


async def test_sqlite_begins_immediate(sqlite: Database) -> None:
    """A transaction that has only read holds the turn to write already: it can never be refused in the middle."""
    begun: list[str] = []
    event.listen(sqlite.engine.sync_engine, "before_cursor_execute", lambda *said: begun.append(said[2]))
    async with sqlite.transaction() as db:
        await db.session.execute(text("SELECT 1"))
        other = subprocess.run(  # noqa: ASYNC221  it ends at once
            [sys.executable, "-c", _TRY_TO_WRITE, str(sqlite.engine.url.database)], capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert begun[0] == "BEGIN IMMEDIATE"
    assert "database is locked" in other.stderr


async def test_a_reference_to_nothing_is_refused(database: Database) -> None:
    """No row belongs to a programme that does not exist."""
    with pytest.raises(IntegrityError):
        async with database.transaction() as db:
            ghost = Programme(**(await rows.programme(db, channel="C2")).model_dump() | {"id": "ghost"})
            await rows.member(db, ghost)


async def test_all_or_nothing(database: Database) -> None:
    """What failed has left nothing behind, in no table, and woke nobody."""
    with pytest.raises(ZeroDivisionError):
        async with database.transaction() as db:
            home = await rows.programme(db)
            await outbox.put(
                db, "k", Person("slack", "T1", "U1"), say("x"), NOW, kind=Kind.WITNESSED, programme_id=home.id
            )
            assert await deliveries.first_time(db, "e", NOW)
            raise ZeroDivisionError
    assert not database.something_to_say.is_set()
    async with database.transaction() as db:
        assert list(await programmes.all_of_them(db)) == []
        assert await outbox.by_key(db, "k") is None
        assert await deliveries.first_time(db, "e", NOW)


async def test_something_to_say_is_heard_after_it_is_kept(database: Database) -> None:
    """Never before: whoever hears it finds the row."""
    async with database.transaction() as db:
        home = await rows.programme(db)
        await outbox.put(db, "k", Person("slack", "T1", "U1"), say("x"), NOW, kind=Kind.WITNESSED, programme_id=home.id)
        assert not database.something_to_say.is_set()
    assert database.something_to_say.is_set()


async def test_private_values_are_not_in_the_errors(database: Database) -> None:
    """What the database says about a failed statement does not quote the values."""
    async with database.transaction() as db:
        row = await rows.programme(db)
    with pytest.raises(IntegrityError) as refused:
        async with database.transaction() as db:
            db.session.add(Programme(**row.model_dump() | {"name": "the head teacher"}))
            await db.session.flush()
    assert "head teacher" not in str(refused.value)


async def test_moments_are_utc_whatever_zone_they_came_in(database: Database) -> None:
    """The same instant comes back, aware, in UTC; none stays none; a moment without a zone is refused."""
    for moment in (
        datetime(2026, 10, 25, 1, 30, tzinfo=ZoneInfo("Europe/London")),
        datetime(2026, 10, 25, 1, 30, fold=1, tzinfo=ZoneInfo("Europe/London")),
        datetime(2026, 3, 29, 1, 30, tzinfo=ZoneInfo("Europe/London")),
        datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=-11, minutes=-30))),
        datetime(2026, 1, 1, 0, 0, 0, 123456, tzinfo=UTC),
    ):
        async with database.transaction() as db:
            row = await rows.programme(db, channel=str(moment.timestamp()))
            row.next_round_at = moment
        async with database.transaction() as db:
            again = await db.session.get_one(Programme, row.id)
            assert again.next_round_at == moment.astimezone(UTC)
            assert again.next_round_at is not None
            assert again.next_round_at.tzinfo is UTC
            again.next_round_at = None
        async with database.transaction() as db:
            assert (await db.session.get_one(Programme, row.id)).next_round_at is None
    with pytest.raises(Exception, match="without a zone"):
        async with database.transaction() as db:
            (await rows.programme(db)).next_round_at = datetime(2026, 1, 1)  # noqa: DTZ001  that is what is tried
            await db.session.flush()


async def test_a_delivery_takes_effect_once_of_many_at_once(database: Database) -> None:
    """Eight at the same moment: one is the first."""

    async def one() -> bool:
        async with database.transaction() as db:
            return await deliveries.first_time(db, "event", NOW)

    assert sum(await asyncio.gather(*(one() for _ in range(8)))) == 1
    assert not await one()


async def test_a_delivery_that_failed_may_come_again(database: Database) -> None:
    """Whoever waited for one that is undone is the first; and old ones are forgotten."""

    async def one() -> bool:
        async with database.transaction() as db:
            return await deliveries.first_time(db, "event", NOW)

    waits: asyncio.Task[bool] | None = None
    with pytest.raises(ZeroDivisionError):
        async with database.transaction() as db:
            assert await deliveries.first_time(db, "event", NOW)
            waits = asyncio.create_task(one())
            await asyncio.sleep(0)
            raise ZeroDivisionError
    assert waits is not None
    assert await waits
    async with database.transaction() as db:
        assert await deliveries.forget(db, NOW) == 0
        assert await deliveries.forget(db, NOW + timedelta(seconds=1)) == 1
        assert await deliveries.first_time(db, "event", NOW)


async def test_two_processes_write_a_lot_and_nobody_is_turned_away(sqlite: Database) -> None:
    """Two processes with several writers each: every write is kept, nobody hears that the database is locked."""
    async with sqlite.transaction() as db:
        await rows.programme(db)
    command = [sys.executable, "-m", "tests.storage.writer", sqlite.url, KEYS[0]]
    writers = [await asyncio.create_subprocess_exec(*command, name, stderr=-1, cwd=_HOME) for name in ("a", "b")]
    ended = await asyncio.gather(*(writer.communicate() for writer in writers))
    assert [errors.decode() for _, errors in ended] == ["", ""]
    async with sqlite.transaction() as db:
        assert (await db.session.execute(text("SELECT count(*) FROM outbox"))).scalar_one() == 2 * 4 * 40


_HOME = Path(__file__).parents[2]
_TRY_TO_WRITE = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], timeout=0, isolation_level=None)
connection.execute("SELECT count(*) FROM outbox")
connection.execute("BEGIN IMMEDIATE")
"""


async def test_a_process_has_ten_connections_and_keeps_them(postgres: Database) -> None:
    """Thirty at once share ten, and the next thirty open none: under a fan-out, opening them was most of the work."""
    opened: list[object] = []
    event.listen(postgres.engine.sync_engine, "connect", lambda connection, _record: opened.append(connection))
    for _ in range(2):
        begun, may_end = 0, asyncio.Event()

        async def work(db: Db, may_end: asyncio.Event = may_end) -> None:
            nonlocal begun
            await db.session.execute(text("SELECT 1"))
            begun += 1
            if begun == 10:
                may_end.set()
            await may_end.wait()

        await asyncio.gather(*(postgres.run(work) for _ in range(30)))
    assert len(opened) == 10
