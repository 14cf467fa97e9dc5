"""Migrations: the same tables as the models on both databases, made once however many start at once."""

import asyncio
import sys
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Connection, MetaData, select, text

from storage import migrations
from storage.db import Database
from storage.keys import KeyRing, new_key
from storage.migrations.check import differences
from tests.conftest import KEYS

_HOME = Path(__file__).parents[2]
_MIGRATE = """
import asyncio, sys
from storage.db import Database
from storage.keys import KeyRing, new_key

async def migrate():
    database = Database(sys.argv[1], KeyRing((new_key(),)))
    sys.stdin.readline()
    await database.migrate()
    await database.close()

asyncio.run(migrate())
"""


@pytest.fixture(params=["sqlite", "postgres"])
async def empty(request: pytest.FixtureRequest, tmp_path: Path, postgres_server: str) -> AsyncIterator[Database]:
    """A database without any table."""
    if request.param == "sqlite":
        database = Database(f"sqlite+aiosqlite:///{tmp_path / 'empty.db'}", KeyRing(KEYS))
        yield database
        await database.close()
        return
    base = postgres_server.replace("postgresql://", "postgresql+psycopg://")
    admin, schema = Database(base, KeyRing(KEYS)), f"t{id(request)}"
    async with admin.engine.begin() as connection:
        await connection.execute(text(f"CREATE SCHEMA {schema}"))
    database = Database(f"{base}{'&' if '?' in base else '?'}options=-csearch_path%3D{schema}", KeyRing(KEYS))
    yield database
    await database.close()
    async with admin.engine.begin() as connection:
        await connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    await admin.close()


async def test_the_models_are_what_the_migrations_make(empty: Database) -> None:
    """No column, type or index more or less; and down again leaves nothing."""
    await empty.migrate()
    async with empty.engine.begin() as connection:
        assert await connection.run_sync(differences) == []
        await connection.run_sync(migrations.downgrade)
    await empty.migrate()


async def test_migrating_again_changes_nothing(empty: Database) -> None:
    """What was kept is there afterwards."""
    await empty.migrate()
    async with empty.engine.begin() as connection:
        await connection.execute(text("INSERT INTO delivered (key, at) VALUES ('k', '2026-11-23 10:00:00')"))
    await empty.migrate()
    async with empty.engine.begin() as connection:
        assert (await connection.execute(text("SELECT key FROM delivered"))).scalars().all() == ["k"]
        versions = await connection.execute(text("SELECT version_num FROM alembic_version"))
        assert versions.scalars().all() == [migrations.HEAD]


async def test_two_processes_migrate_at_once(empty: Database) -> None:
    """Both come through: one has made the tables, the other found them."""
    both = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", _MIGRATE, empty.url, stdin=-1, stderr=-1, cwd=_HOME)
        for _ in range(2)
    ]
    ended = await asyncio.gather(*(process.communicate(b"\n") for process in both))
    assert [errors.decode() for _, errors in ended] == ["", ""]
    async with empty.engine.begin() as connection:
        assert await connection.run_sync(differences) == []


async def test_a_newer_database_is_refused(empty: Database) -> None:
    """With a sentence, and untouched."""
    await empty.migrate()
    async with empty.engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(migrations.NewerDatabase, match=r"^DATABASE_URL names a database of a newer Balcony .*\.$"):
        await empty.migrate()
    async with empty.engine.begin() as connection:
        assert (await connection.execute(text("SELECT version_num FROM alembic_version"))).scalar_one() == "9999"


async def test_a_failed_migration_leaves_nothing(empty: Database) -> None:
    """A table in the way: nothing half made stays behind, and without it the next start comes through."""
    async with empty.engine.begin() as connection:
        await connection.execute(text("CREATE TABLE outbox (id integer)"))
    with pytest.raises(Exception, match="already exists"):
        await empty.migrate()
    async with empty.engine.begin() as connection:
        await connection.execute(text("DROP TABLE outbox"))
    await empty.migrate()


def test_a_ring_needs_a_key() -> None:
    """No key, or half a key, is refused before anything is sealed with it."""
    for keys in ((), (new_key()[:20],), ("",)):
        with pytest.raises(ValueError):
            KeyRing(keys)


BEFORE_DATES = "0003"
JOINED = datetime(2026, 11, 1, 12, tzinfo=UTC)
PLANNED = [
    ("Europe/London", time(16), datetime(2026, 11, 26, 16, tzinfo=UTC), date(2026, 11, 26)),
    ("Europe/London", time(0), datetime(2026, 6, 7, 23, tzinfo=UTC), date(2026, 6, 8)),
    ("Pacific/Kiritimati", time(9), datetime(2026, 11, 25, 19, tzinfo=UTC), date(2026, 11, 26)),
    ("Pacific/Pago_Pago", time(16), datetime(2026, 11, 27, 3, tzinfo=UTC), date(2026, 11, 26)),
    ("America/Nuuk", time(23, 30), datetime(2024, 3, 31, 1, 30, tzinfo=UTC), date(2024, 3, 30)),  # midnight was skipped
    ("Nowhere/Land", time(16), datetime(2026, 11, 26, 16, tzinfo=UTC), date(2026, 11, 26)),
    ("Europe/London", time(16), None, None),  # who rests
]


async def test_the_dates_of_what_was_planned_before_are_worked_out(empty: Database) -> None:
    """Each local date from its moment, hour and zone; nothing else of the rows changes; and back again."""
    async with empty.engine.begin() as connection:
        await connection.run_sync(lambda there: command.upgrade(migrations._config(there), BEFORE_DATES))
        await connection.run_sync(_plan)
        await connection.run_sync(migrations.upgrade)
        for table, on, at in (
            ("member", "next_weekly_on", "next_weekly_at"),
            ("programme", "next_round_on", "next_round_at"),
        ):
            found = MetaData()
            await connection.run_sync(lambda there: found.reflect(there, only=[table]))  # noqa: B023  used at once
            rows = found.tables[table]
            kept = (await connection.execute(select(rows.c[on], rows.c[at]).order_by(rows.c.id))).all()
            assert [day for day, _ in kept] == [day for *_, day in PLANNED]
            assert [moment and moment.replace(tzinfo=UTC) for _, moment in kept] == [
                moment for _, _, moment, _ in PLANNED
            ]
        await connection.run_sync(lambda there: command.downgrade(migrations._config(there), BEFORE_DATES))


def _plan(connection: Connection) -> None:
    """Programmes and members as the version before left them."""
    tables = MetaData()
    tables.reflect(connection, only=["programme", "member"])
    for number, (zone, hour, moment, _) in enumerate(PLANNED):
        here = {"id": f"{number}", "platform": "slack", "workspace": "T1", "timezone": zone, "weekly_weekday": 3}
        programme = {"channel": f"C{number}", "name": "P", "weekly_time": hour, "round_every_weeks": 2, "round_weekday": 1,
                     "round_time": hour, "round_size": 2, "next_round_at": moment, "created_at": JOINED}  # fmt: skip
        member = {"programme_id": f"{number}", "user": "U1", "organisation": "", "sector": "", "place": "", "wants_weekly": True,
                  "wants_introductions": True, "weekly_time": hour, "weekly_every": 1, "weekly_count": 0, "unanswered": 0,
                  "next_weekly_at": moment, "joined_at": JOINED}  # fmt: skip
        connection.execute(tables.tables["programme"].insert(), here | programme)
        connection.execute(tables.tables["member"].insert(), here | member)
