"""Answers that come in time, and answers that come later: a platform waits for seconds, a locked database may take minutes.

Nothing is cancelled because it takes long: what would be done all the same must not be called not done.
"""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, Generic, TypeVar

PATIENCE = 1.2  # seconds; Slack waits for 3, and the way there and back and a busy machine take of that, too
_log = logging.getLogger(__name__)

Result = TypeVar("Result")


class Soon(Generic[Result]):
    """Waits a little for what is being done, and lets it go on after that."""

    def __init__(self, seconds: float = PATIENCE) -> None:
        self.seconds = seconds
        self._under_way: set[asyncio.Task[Result]] = set()

    async def wait(self, work: Coroutine[Any, Any, Result]) -> "asyncio.Task[Result]":
        """Begin it, and wait that long: `done()` says whether it is. If it is not, `late` has its result some day."""
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._is_done)
        await asyncio.wait({task}, timeout=self.seconds)
        return task

    async def late(self, task: "asyncio.Task[Result]", *, failed: Result, cut_short: Result) -> Result:
        """Its result, however long that takes; `failed` if it raised, `cut_short` if Balcony was stopped meanwhile."""
        await asyncio.wait({task})
        if task.cancelled():
            return cut_short
        if error := task.exception():
            _log.error("what took long has failed", exc_info=error)
            return failed
        return task.result()

    async def settle(self, seconds: float) -> None:
        """Balcony stops: what is still not done after so long is cut short."""
        if self._under_way:
            _, late = await asyncio.wait(self._under_way, timeout=seconds)
            for task in late:
                task.cancel()

    def _is_done(self, task: "asyncio.Task[Result]") -> None:
        self._under_way.discard(task)
        if not task.cancelled():
            task.exception()  # looked at, or asyncio complains of one that nobody waits for any more
