"""Wakes the workers on PostgreSQL, whichever process put something. A hint: nothing depends on it, the beat goes on.

A transaction that put outbox rows, or wrote issues, notifies as it is kept; each worker listens on a connection of its own. A pooler in
between that lends connections by the transaction lets nothing through.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

NAME = "balcony-wake"  # as PostgreSQL lists the connection
_TELL = text("SELECT pg_notify('balcony', :hint)")
_QUIET = 60.0  # seconds without a word, before the connection is asked whether it still stands
_SOON = 5
_AGAIN = 5.0

_log = logging.getLogger(__name__)


async def tell(connection: AsyncConnection, hint: str) -> None:
    """Everybody who listens hears of it when this transaction is kept, and not before."""
    await connection.execute(_TELL, {"hint": hint})


async def listen(
    engine: AsyncEngine,
    hints: Mapping[str, asyncio.Event],
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Set the event of a hint whenever it is told. Goes on until it is cancelled; a lost connection is made again."""
    import psycopg  # noqa: PLC0415  not where there is no PostgreSQL

    arguments, options = engine.dialect.create_connect_args(engine.url)
    options = {"connect_timeout": _SOON, **options, "application_name": NAME, "autocommit": True}
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(*arguments, **options) as connection:
                await connection.execute("LISTEN balcony")
                _wake(hints.values())  # for what was put while nobody listened
                while True:
                    async for told in connection.notifies(timeout=_QUIET):
                        # Another version says less: then it may be any of them.
                        _wake([hints[told.payload]] if told.payload in hints else hints.values())
                    async with asyncio.timeout(_SOON):  # the other end may be gone without having said so
                        await connection.execute("SELECT 1")
        except (psycopg.Error, OSError, TimeoutError) as error:
            _log.warning("the connection that wakes this worker was lost and is made again: %s", type(error).__name__)
        await sleep(_AGAIN)


def _wake(events: Iterable[asyncio.Event]) -> None:
    for event in events:
        event.set()
