"""What is logged: what happened and where in the code, never what anybody wrote.

An exception's own words may hold private text (a database error quotes its parameters, a parser its input), so only
its type and the places it went through are written. Libraries that log requests in full are kept at warnings.
"""

import logging
import traceback
from types import TracebackType

_TALKATIVE = (
    "slack_bolt",
    "slack_sdk",
    "sqlalchemy",
    "aiosqlite",
    "aiohttp",
    "asyncio",
    "httpx",
    "httpcore",
    "apscheduler",
    "uvicorn",
    "alembic",
    "psycopg",
)

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def set_up(level: str) -> None:
    """Log to standard error from that level on."""
    handler = logging.StreamHandler()
    handler.setFormatter(Reticent("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLogger().level))


class Reticent(logging.Formatter):
    """Writes an exception as its type and its places, and every record on one line of its own."""

    def formatException(self, ei: ExcInfo) -> str:  # noqa: N802  the name that logging calls
        kind, _, trace = ei
        places = traceback.extract_tb(trace)
        where = " < ".join(
            f"{place.filename.rsplit('/', 1)[-1]}:{place.lineno} {place.name}" for place in reversed(places)
        )
        return f"{kind.__name__ if kind else 'no exception'} at {where}"

    def format(self, record: logging.LogRecord) -> str:
        return super().format(record).replace("\n", " | ").replace("\r", " ")
