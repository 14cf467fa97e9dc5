"""Migrations: the same tables as the models on both databases, made once however many start at once."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text

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
