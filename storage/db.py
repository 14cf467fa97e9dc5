"""The connection: one event, one transaction, all of it or nothing of it.

SQLite (storage/sqlite.py): every transaction begins immediate and waits its turn in a fair queue; events that wait at
the same moment share one write to the disk. PostgreSQL: psycopg 3. `is_away` tells a database that is locked or away
from everything else that may fail.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Protocol, TypeVar, cast

from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoneIsFree
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm.exc import StaleDataError

from storage import migrations, sqlite, wake
from storage.keys import KeyRing

Result = TypeVar("Result")

SAID, WRITTEN = "said", "written"  # what a transaction may have done that somebody waits for
COUNTED = {"preserve_rowcount": True}  # without it an INSERT on PostgreSQL says nothing of how many rows there were
_TOGETHER = 16  # events that share one write to the disk, at most; the next ones are read while it is written
_CONNECT = 10  # seconds
_THERE_ALREADY = "23505"  # PostgreSQL's code for it; on SQLite nobody writes at the same moment
_UNHEARD = 30_000  # milliseconds; what is sent to a PostgreSQL that has vanished would wait a quarter of an hour
_MIGRATION_LOCK = 6_210_447  # any number; every Balcony on one PostgreSQL must take the same


class Unclear(Exception):
    """The database went away while it kept a transaction: all of it is there, or nothing of it, and nobody knows which."""


def is_away(error: BaseException) -> bool:
    """Whether the database is locked by somebody else, out of reach or out of room: the same work may succeed later."""
    if isinstance(error, Unclear | NoneIsFree):
        return True
    if not isinstance(error, DBAPIError):
        return False
    code: int | None = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        return code & 0xFF in sqlite.AWAY
    return error.connection_invalidated or isinstance(error, OperationalError | InterfaceError)


def was_overtaken(error: BaseException) -> bool:
    """Whether somebody else put the same row there, or took it away, at the same moment: done again, the work sees it."""
    there = isinstance(error, IntegrityError) and getattr(error.orig, "sqlstate", "") == _THERE_ALREADY
    return there or isinstance(error, StaleDataError)


class Sealable(Protocol):
    """A row with private text: it knows its id and whose it is."""

    __tablename__: ClassVar[Any]
    id: str

    @property
    def owner(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Db:
    """One open transaction, the keys to what is private in it, and where Balcony's own pages are, if they are anywhere."""

    session: AsyncSession
    connection: AsyncConnection
    keys: KeyRing
    address: str = ""

    def seal(self, row: Sealable, column: str, value: str) -> None:
        """Put private text into the row."""
        setattr(row, f"{column}_sealed", self.keys.seal(value, identity(row, column)) if value else None)

    def unseal(self, row: Sealable, column: str) -> str:
        """Private text out of the row; empty if there is none. Raises CannotOpen."""
        sealed: bytes | None = getattr(row, f"{column}_sealed")
        return self.keys.open(sealed, identity(row, column)) if sealed else ""


class Database:
    """A SQLite file or a PostgreSQL database."""

    soon = 5.0  # seconds that a question whether it is alive may take

    def __init__(self, url: str, keys: KeyRing, *, address: str = "") -> None:
        """`address`: how people's browsers reach this Balcony; empty if they do not."""
        self.url = url
        self.address = address
        self.keys = keys
        self.engine = _engine(url)
        self.sqlite = self.engine.dialect.name == "sqlite"
        # Waiting in SQLite's own busy handler is unfair and sleeps; in this queue the first to come is the first served.
        self._turn = asyncio.Lock() if self.sqlite else None
        self._waiting: deque[_Work[Any]] = deque()
        self._at_work: asyncio.Task[None] | None = None
        self._asked: asyncio.Task[bool] | None = None
        # Set when outbox rows, or issues without a portrait, were committed. Hints: nothing depends on them.
        self.something_to_say, self.something_to_paint = asyncio.Event(), asyncio.Event()
        self.hints = {SAID: self.something_to_say, WRITTEN: self.something_to_paint}

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Db]:
        """Everything inside is kept, or nothing of it."""
        if self._turn is None:
            async with self._begin() as db:
                yield db
            return
        async with self._turn, self._begin() as db:
            yield db

    async def run(self, work: Callable[[Db], Awaitable[Result]]) -> Result:
        """Do this work, all of it or nothing of it, and give its result once it is kept.

        Raises what the work raises, Unclear, and what `is_away` knows.
        """
        if self._turn is None:
            async with self._begin() as db:
                return await work(db)
        mine: _Work[Result] = _Work(work, asyncio.get_running_loop().create_future())
        self._waiting.append(mine)
        if self._at_work is None:
            self._at_work = asyncio.create_task(self._work_off())
        return await mine.result

    async def migrate(self) -> None:
        """Bring the tables to this version. Several processes may call it at once: one does it, the others wait."""
        async with self.engine.begin() as connection:
            if not self.sqlite:
                await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK})
            await connection.run_sync(migrations.upgrade)

    async def alive(self) -> bool:
        """Whether it answers, and soon. Raises what it says if it does not, TimeoutError if it says nothing.

        Whoever asks is not kept waiting: a question that is cut short waits for the lock all the same, so it goes on
        by itself, and is asked once however many want to know.
        """
        if self._asked is None or self._asked.done():
            self._asked = asyncio.create_task(self._ask())
        answered, _ = await asyncio.wait({self._asked}, timeout=self.soon)
        if not answered:
            raise TimeoutError
        return self._asked.result()

    async def close(self) -> None:
        await self.engine.dispose()

    async def _ask(self) -> bool:
        async with self.transaction() as db:
            return bool((await db.session.execute(text("SELECT 1"))).scalar())

    async def _work_off(self) -> None:
        """Do what waits, as much at a time as has gathered."""
        try:
            while self._waiting and self._turn:
                async with self._turn:
                    together = [self._waiting.popleft() for _ in range(min(len(self._waiting), _TOGETHER))]
                    await self._do(together)
        finally:
            self._at_work = None

    async def _do(self, together: Sequence["_Work[Any]"]) -> None:
        """Several in one transaction, with one write to the disk; if one of them fails, each in its own instead.

        Nobody hears of a result before it is kept. A work changes nothing but the database, so it can be done again.
        """
        try:
            async with self._begin() as db:
                for one in together:
                    one.outcome = await one.work(db)
                    if db.session.new or db.session.dirty or db.session.deleted:
                        await db.session.flush()  # the next one begins where this one has ended
        except Exception as error:  # handed to whoever waits for it
            for one in together:
                if len(together) == 1 or is_away(error):  # by itself none of them would fare better
                    one.fails(error)
                else:
                    await self._do([one])
        else:
            for one in together:
                one.succeeds()

    @asynccontextmanager
    async def _begin(self) -> AsyncIterator[Db]:
        async with AsyncSession(self.engine, expire_on_commit=False) as session:
            done = False
            try:
                async with session.begin():
                    connection = await session.connection()
                    yield Db(session, connection, self.keys, self.address)
                    if not self.sqlite:
                        for hint in self._given(session):
                            await wake.tell(connection, hint)
                    done = True
            except Exception as error:
                if done and is_away(error):
                    raise Unclear(type(error).__name__) from error
                raise
            for hint in self._given(session):
                self.hints[hint].set()

    def _given(self, session: AsyncSession) -> list[str]:
        return [hint for hint in self.hints if session.info.get(hint)]


class _Work(Generic[Result]):
    """Something to do in a transaction, and who waits for it; they may have gone by the time it is done."""

    def __init__(self, work: Callable[[Db], Awaitable[Result]], result: "asyncio.Future[Result]") -> None:
        self.work = work
        self.result = result
        self.outcome: Result | None = None

    def succeeds(self) -> None:
        if not self.result.done():
            self.result.set_result(cast("Result", self.outcome))

    def fails(self, error: Exception) -> None:
        if not self.result.done():
            self.result.set_exception(error)


def identity(row: Sealable, column: str) -> str:
    """What a sealed text is bound to."""
    return bound_to(type(row), column, row.id, row.owner)


def bound_to(table: type[Sealable], column: str, row_id: str, owner: str) -> str:
    """The same for a row that is no object yet."""
    return f"{table.__tablename__}|{column}|{row_id}|{owner}"


def _engine(url: str) -> AsyncEngine:
    """Parameters are hidden in errors and logs: they hold what people wrote."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return sqlite.engine(url)
    # No overflow: a connection of it is closed as soon as it is given back, and a fan-out opened hundreds a second.
    return create_async_engine(
        url, pool_size=10, max_overflow=0, pool_pre_ping=True, hide_parameters=True, connect_args=patience_of(url)
    )


def patience_of(url: str) -> dict[str, int]:
    """How long psycopg waits for a server that says nothing, as far as the URL does not say so itself."""
    patience = {"connect_timeout": _CONNECT, "tcp_user_timeout": _UNHEARD, "keepalives_idle": _UNHEARD // 1000}
    return {name: value for name, value in patience.items() if name not in make_url(url).query}
