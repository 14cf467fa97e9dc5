"""A process: whatever runs in the loop on behalf of one Balcony, until it is done or a crash point says otherwise."""

import asyncio
import logging
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, Literal

from tests.machine.crash import At, Points, let_go
from tests.machine.ground import Ground

Ending = Literal["done", "dead", "went on although it was dead"]


class Process:
    """What it logs as an error is in `complaints`, for nothing that happens here is one."""

    def __init__(self, ground: Ground, points: Points) -> None:
        self.complaints: list[str] = []
        self._ground = ground
        self._points = points
        self._outside = asyncio.all_tasks()

    async def does(self, work: Coroutine[Any, Any, None], at: At | None) -> Ending:
        """Work until it is done, or until the process is dead and nothing of it goes on."""
        dying = asyncio.create_task(self._points.crashed.wait())
        self._points.arm(at)
        doing = asyncio.create_task(work)
        await asyncio.wait((doing, dying), return_when=asyncio.FIRST_COMPLETED)
        self._points.disarm()
        if not self._points.dead:
            dying.cancel()
            await doing
            return "done"
        await self.ends(doing)
        swallowed = not doing.cancelled() and doing.exception() is None
        return "went on although it was dead" if swallowed else "dead"

    async def begins(self) -> None:
        """Another one, once nobody holds anything of the last."""
        await asyncio.sleep(0)  # whoever is called when a task has ended has been called
        await self._ground.wait_for_the_dead()
        self.complaints.clear()  # the dead complain that they cannot write
        self._points.revive()

    async def ends(self, doing: "asyncio.Task[None] | None" = None) -> None:
        """Most of it unwinds by itself; what waits for what will never come is cancelled.

        One after another, and none twice: a second one would come while the driver closes its connection.
        """
        cancelled: set[asyncio.Task[Any]] = set()
        while tasks := asyncio.all_tasks() - self._outside:
            unwinds = any(task in self._points.dying or _closes(task) for task in tasks)
            if not unwinds and self._ground.idle():
                one = doing if doing in tasks - cancelled else next(iter(tasks - cancelled), None)
                if one:
                    one.cancel()
                    cancelled.add(one)
            for task in (await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED))[0]:
                let_go(None if task.cancelled() else task.exception())

    @contextmanager
    def heard(self) -> Iterator[None]:
        """Listen to what it logs."""
        handler = _Ear(self.complaints)
        loggers = [logging.getLogger(name) for name in ("bot", "storage")]
        for logger in loggers:
            logger.addHandler(handler)
        try:
            yield
        finally:
            for logger in loggers:
                logger.removeHandler(handler)


def _closes(task: "asyncio.Task[Any]") -> bool:
    """Whether it is the driver that closes a connection."""
    return "terminate" in getattr(task.get_coro(), "__qualname__", "")


class _Ear(logging.Handler):
    def __init__(self, said: list[str]) -> None:
        super().__init__(logging.ERROR)
        self._said = said

    def emit(self, record: logging.LogRecord) -> None:
        self._said.append(f"{record.getMessage()} {record.exc_info[1]!r}" if record.exc_info else record.getMessage())
