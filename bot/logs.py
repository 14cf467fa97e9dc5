"""What is logged: what happened and where in the code, never what anybody wrote.

An exception's own words may hold private text (a database error quotes its values, a parser its input), so only its
type and the places it went through are written. Of what libraries log, which may quote exceptions and whole requests,
only the words before the first value are written, and only warnings and worse.
"""

import contextlib
import logging
import re
import sys
import traceback
from types import TracebackType

_TALKATIVE = (
    "slack_bolt",
    "slack_sdk",
    "microsoft_teams",
    "msal",
    "urllib3",
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

_OURS = ("bot", "storage")
_VALUE = re.compile(r"[:(\[{<=\"'`\r\n].*", re.DOTALL)  # where a library's own words end and what it quotes begins


def set_up(level: str) -> None:
    """Log to standard error from that level on, also what nobody caught."""
    handler = _Handler()
    handler.setFormatter(Reticent("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLogger().level))
    sys.excepthook = _uncaught


class Reticent(logging.Formatter):
    """Writes an exception as its type and its places, and every record on one line of its own."""

    def formatException(self, ei: ExcInfo) -> str:  # noqa: N802  the name that logging calls
        kind, _, trace = ei
        places = traceback.extract_tb(trace)
        where = " < ".join(
            f"{place.filename.rsplit('/', 1)[-1]}:{place.lineno} {place.name}" for place in reversed(places)
        )
        return f"{kind.__name__ if kind else 'no exception'} at {where}"

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  the name that logging calls
        if record.name.partition(".")[0] not in _OURS:
            record.message = _VALUE.sub("…", record.message)
        return super().formatMessage(record)

    def format(self, record: logging.LogRecord) -> str:
        record.exc_text = None  # another formatter may have left the whole exception there
        return " | ".join(super().format(record).splitlines())


class _Handler(logging.StreamHandler):  # type: ignore[type-arg]  # not generic when it runs
    """A record that cannot be written is not quoted either, as logging itself would do."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  the name that logging calls
        with contextlib.suppress(ValueError, OSError):  # nobody reads it any more
            self.stream.write(f"a record of {record.name}:{record.lineno} could not be logged\n")


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    logging.getLogger("bot").critical("stopped by something unforeseen", exc_info=(kind, error, trace))
