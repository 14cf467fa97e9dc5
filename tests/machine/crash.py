"""Where a process can end: at every statement, around every COMMIT, at every await, around every call to the platform.

A crash is an exception that nothing in Balcony may catch. From then on the process is dead: whatever of it still runs
can neither write nor send, only unwind, so that open transactions are rolled back as the database does it for a process
that is gone.
"""

import asyncio
import re
import traceback
from collections import Counter
from collections.abc import Callable, Coroutine, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal, NoReturn

from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.orm import Session

Place = Literal["statement", "commit", "say", "look", "await"]

_VARIABLE = re.compile(r"\([^()]*(?:%\(|\?|:)[^()]*\)")  # a list of parameters, as long as it happens to be


class Crash(BaseException):
    """The process ends here. Not an Exception: whoever catches everything does not catch this."""


class CutOff(Crash, asyncio.CancelledError):
    """The same in the middle of an await: the drivers let go of their connection for this one, and for no other."""


@dataclass(frozen=True, slots=True)
class At:
    """A crash point of a step, in words that mean the same on both databases.

    `transaction` is which one of the step, `number` which statement of it; a transaction with fewer ends before its
    COMMIT, which comes to the same. For the platform, `number` is which call of the step; for `await`, which suspension.
    `late`: what the platform was told arrives when the process is long gone.
    """

    place: Place
    number: int = 0
    transaction: int = 0
    after: bool = False
    late: bool = False

    def __repr__(self) -> str:
        said = [repr(self.place), *(f"{name}={getattr(self, name)}" for name in ("number", "transaction"))]
        return f"At({', '.join(said + [f'{name}=True' for name in ('after', 'late') if getattr(self, name)])})"


class Points:
    """The crash points that a process passes. One of them may be armed, for one step."""

    def __init__(self) -> None:
        self.passed: Counter[str] = Counter()  # every point that was passed, by its name
        self.hit: Counter[str] = Counter()  # those at which the process ended
        self.last = ""  # where it ended
        self.crashed = asyncio.Event()
        self.dying: set[asyncio.Task[Any] | None] = set()  # tasks that know it, and unwind
        self.trail: list[At] | None = None  # if it is a list: the points of this step, in order
        self._armed: At | None = None
        self._transactions = 0
        self._calls: Counter[str] = Counter()

    @property
    def dead(self) -> bool:
        return self.crashed.is_set()

    @property
    def counts_awaits(self) -> bool:
        return self._armed is not None and self._armed.place == "await"

    @property
    def awaits(self) -> int:
        """Of this step, so far."""
        return self._calls["await"]

    def arm(self, at: At | None) -> None:
        """A step begins."""
        self._armed = at
        if self.trail is not None:
            self.trail = []
        self._transactions = 0
        self._calls.clear()

    def disarm(self) -> None:
        """It is over."""
        self._armed = None

    def revive(self) -> None:
        """Another process begins."""
        self.crashed.clear()
        self.dying.clear()
        self.disarm()

    def calls(self, place: Place) -> int:
        """Give this call of the platform its number."""
        self._calls[place] += 1
        return self._calls[place] - 1

    def passes(self, place: Place, name: str, *, number: int, transaction: int = 0, after: bool = False) -> None:
        """The process comes by. Raises Crash if it ends here, or has ended already."""
        self.must_live(name)
        self.passed[name] += 1
        if self.trail is not None:
            self.trail.append(At(place, number, transaction, after))
        armed = self._armed
        if armed and (armed.place, armed.number, armed.transaction, armed.after) == (place, number, transaction, after):
            self._ends(name)

    def must_live(self, name: str) -> None:
        """Raises Crash if the process has ended already."""
        if self.dead:
            self._dies(f"dead, and still at {name}")

    def begins(self, connection: Connection) -> None:
        connection.info["transaction"], connection.info["statement"] = self._transactions, 0
        self._transactions += 1

    def commits(self, connection: Connection) -> None:
        """Before a COMMIT, which is also where the statements that a transaction has not got come to pass."""
        transaction, armed = connection.info["transaction"], self._armed
        self.passes("commit", "before COMMIT", number=0, transaction=transaction)
        if armed and armed.place == "statement" and armed.transaction == transaction:
            self._ends("before COMMIT")

    def is_over(self) -> None:
        """The end of a step that may not be outlived. Raises Crash if one was armed."""
        if self._armed:
            self._ends("at the end of the step")

    def late(self) -> bool:
        """Whether what is just being said will arrive after the crash."""
        return bool(self._armed and self._armed.late)

    def _ends(self, name: str, how: type[Crash] = Crash) -> None:
        self.hit[name] += 1
        self.last = name
        self.crashed.set()
        self._dies(name, how)

    def _dies(self, name: str, how: type[Crash] = Crash) -> NoReturn:
        self.dying.add(asyncio.current_task())
        raise how(name)

    def suspends(self) -> None:
        """A task waits for something."""
        if self._armed and self.counts_awaits and not self.dead:
            number = self.calls("await")
            self.passed["await"] += 1
            if number == self._armed.number:
                self._ends("await", CutOff)


@contextmanager
def listening(engine: AsyncEngine, points: Points) -> Iterator[None]:
    """Let everything that goes through this engine pass the points."""
    ears = _Ears(points, engine)
    heard = (
        (engine.sync_engine, "begin", ears.begin),
        (engine.sync_engine, "before_cursor_execute", ears.before),
        (engine.sync_engine, "after_cursor_execute", ears.after),
        (engine.sync_engine, "commit", ears.commit),
        (Session, "after_begin", ears.begun),
        (Session, "after_commit", ears.committed),
    )
    for target, name, ear in heard:
        event.listen(target, name, ear)
    try:
        yield
    finally:
        for target, name, ear in heard:
            event.remove(target, name, ear)


class _Ears:
    def __init__(self, points: Points, engine: AsyncEngine) -> None:
        self._points = points
        self._engine = engine

    def begin(self, connection: Connection) -> None:
        self._points.begins(connection)

    def before(self, connection: Connection, _cursor: Any, statement: str, *_more: Any) -> None:
        if statement.startswith("ROLLBACK"):
            return  # the dead may unwind
        if statement.startswith("BEGIN"):  # SQLite's own, which comes before the transaction has its number
            self._points.must_live("BEGIN")
            return
        self._pass(connection, statement, after=False)

    def after(self, connection: Connection, _cursor: Any, statement: str, *_more: Any) -> None:
        if statement.startswith(("ROLLBACK", "BEGIN")):
            return
        self._pass(connection, statement, after=True)
        connection.info["statement"] += 1

    def commit(self, connection: Connection) -> None:
        self._points.commits(connection)

    def begun(self, session: Session, _transaction: Any, connection: Connection) -> None:
        if session.bind is self._engine.sync_engine:
            session.info["transaction"] = connection.info["transaction"]  # after COMMIT its connection is out of reach

    def committed(self, session: Session) -> None:
        if session.bind is self._engine.sync_engine and not session.in_nested_transaction():
            self._points.passes("commit", "after COMMIT", number=0, transaction=session.info["transaction"], after=True)

    def _pass(self, connection: Connection, statement: str, *, after: bool) -> None:
        name = f"{'after' if after else 'before'} {_shape(statement)}"
        info = connection.info
        self._points.passes("statement", name, number=info["statement"], transaction=info["transaction"], after=after)


def _shape(statement: str) -> str:
    """The statement without what differs from one execution to the next."""
    return _VARIABLE.sub("(…)", " ".join(statement.split()))


def counted(points: Points) -> Callable[..., "asyncio.Task[Any]"]:
    """Makes tasks whose every suspension is a crash point: for `loop.set_task_factory`."""

    def make(loop: asyncio.AbstractEventLoop, coroutine: Any, **more: Any) -> "asyncio.Task[Any]":
        if not points.counts_awaits:
            return asyncio.Task(coroutine, loop=loop, **more)

        async def stepped() -> Any:
            return await _Steps(coroutine, points)

        steps = stepped()
        setattr(steps, "__qualname__", getattr(coroutine, "__qualname__", ""))  # noqa: B010  its type does not know it
        return asyncio.Task(steps, loop=loop, **more)

    return make


def let_go(error: BaseException | None) -> None:
    """What it holds is gone with it: a cursor in one of its frames would keep a closed connection's locks."""
    while error is not None:
        traceback.clear_frames(error.__traceback__)
        error.__traceback__, error = None, error.__cause__ or error.__context__


class _Steps:
    """Drives a coroutine from one suspension to the next."""

    def __init__(self, coroutine: Coroutine[Any, Any, Any], points: Points) -> None:
        self._coroutine = coroutine
        self._points = points

    def __await__(self) -> Generator[Any, Any, Any]:
        try:
            awaited = self._coroutine.send(None)
            while True:
                try:
                    self._points.suspends()
                    answer = yield awaited
                except BaseException as error:  # handed on to where it waits
                    awaited = self._coroutine.throw(error)
                else:
                    awaited = self._coroutine.send(answer)
        except StopIteration as end:
            return end.value
