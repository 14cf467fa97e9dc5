"""Notes what has arrived, each message as soon as it is known; what comes while the disk is busy shares its next write."""

import asyncio

from storage import claims
from storage.claims import Arrived
from storage.db import Database


class Arrivals:
    """Nobody waits for another message to be sent, and nobody is told before it is on disk."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[tuple[Arrived, asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def note(self, arrived: Arrived) -> None:
        """Returns once it is kept. Raises what the database raises; then it is not known to be kept."""
        kept = asyncio.get_running_loop().create_future()
        self._waiting.append((arrived, kept))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
        await kept

    async def _write(self) -> None:
        try:
            while self._waiting:
                together, self._waiting = self._waiting, []
                await self._keep(together)
        finally:
            self._writing = None

    async def _keep(self, together: list[tuple[Arrived, asyncio.Future[None]]]) -> None:
        try:
            async with self._database.transaction() as db:
                await claims.arrived(db, [arrived for arrived, _ in together])
        except Exception as error:  # handed to everybody who waits for it
            for _, kept in together:
                if not kept.done():
                    kept.set_exception(error)
        else:
            for _, kept in together:
                if not kept.done():
                    kept.set_result(None)
