"""Logs say what happened and where, never what anybody wrote; and one thing is one line."""

import asyncio
import io
import logging
import sys
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from bot import logs
from bot.chat import DeliveryError, Outcome
from bot.domain import trouble
from storage.db import Database
from storage.keys import KeyRing, new_key
from tests.conftest import World
from tests.scheduler import serving

CANARY = "the head teacher of Vane Road"


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What the logs hold at DEBUG; everything is as it was afterwards."""
    stderr, sys.stderr = sys.stderr, io.StringIO()
    with serving.logs_as_they_were():
        logs.set_up("debug")
        yield sys.stderr
    sys.stderr = stderr


def test_an_exception_is_its_type_and_its_places(written: io.StringIO) -> None:
    """Neither its words, nor those of what caused it, nor a formatter's copy of them."""
    log = logging.getLogger("bot.somewhere")
    try:
        try:
            int(CANARY)
        except ValueError as error:
            raise RuntimeError(CANARY) from error
    except RuntimeError:
        log.exception("it failed")
        record = log.makeRecord(log.name, logging.ERROR, __file__, 1, "again", (), sys.exc_info())
        record.exc_text = CANARY
        log.handle(record)
    said = written.getvalue()
    assert "it failed" in said
    assert "RuntimeError at test_logs.py:" in said
    assert "Vane" not in said
    assert len(said.splitlines()) == 2


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"])
def test_one_thing_is_one_line(written: io.StringIO, end: str) -> None:
    """Nobody can write a line of the log by what they type."""
    logging.getLogger("bot.x").warning("a name%sERROR bot: all is lost", end)
    assert len(written.getvalue().splitlines()) == 1


def test_what_nobody_caught_is_logged_alike(written: io.StringIO) -> None:
    """The process's last word does not quote it either."""
    try:
        int(CANARY)
    except ValueError as error:
        sys.excepthook(ValueError, error, error.__traceback__)
    assert "ValueError at" in written.getvalue()
    assert "Vane" not in written.getvalue()


def test_a_record_that_cannot_be_written_is_not_quoted(written: io.StringIO) -> None:
    """logging itself would print its arguments."""
    record = logging.getLogger("bot.x").makeRecord("bot.x", logging.WARNING, __file__, 1, "%d", (CANARY,), None)
    [ours] = [handler for handler in logging.getLogger().handlers if isinstance(handler, logs._Handler)]
    ours.handle(record)
    assert "could not be logged" in written.getvalue()
    assert "Vane" not in written.getvalue()


@pytest.mark.parametrize("level", [logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR])
@pytest.mark.parametrize("library", ["slack_bolt.AsyncApp", "slack_sdk.web", "asyncio", "uvicorn.error", "unknown"])
def test_what_libraries_quote_is_left_out(written: io.StringIO, library: str, level: int) -> None:
    """They log whole requests at DEBUG, and exceptions in their messages; their own words may stay."""
    for quoted in (f": {CANARY}", f" (error: {CANARY})", f" {{'text': '{CANARY}'}}", f"\n{CANARY}", f" <{CANARY}>"):
        logging.getLogger(library).log(level, f"Failed to run listener function{quoted}")  # noqa: G004  as libraries do
    assert "Vane" not in written.getvalue()
    assert level < logging.WARNING or "Failed to run listener function" in written.getvalue()


async def test_a_task_that_failed_unheard_is_not_quoted(written: io.StringIO) -> None:
    """asyncio's own report holds the whole exception."""

    async def fails() -> None:
        raise RuntimeError(CANARY)

    task = asyncio.create_task(fails())
    await asyncio.wait([task])
    del task
    assert "RuntimeError" in written.getvalue()
    assert "Vane" not in written.getvalue()


async def test_a_database_error_is_not_quoted(written: io.StringIO, sqlite: Database) -> None:
    """Not even where the text is part of the statement."""
    with pytest.raises(Exception, match="syntax"):
        async with sqlite.transaction() as db:
            try:
                await db.session.execute(text(f"SELECT '{CANARY}' FROM FROM"))
            except Exception:
                logging.getLogger("storage.x").exception("a query failed")
                raise
    assert "a query failed" in written.getvalue()
    assert "Vane" not in written.getvalue()


async def test_a_day_with_everything_going_wrong(written: io.StringIO, world: World) -> None:
    """Every way to fail at DEBUG: sending, opening, a handler that breaks; not a private word in the log."""
    await world.ben.types(f"/commit ring {CANARY} tomorrow")
    await world.ben.types(f"/reflect {CANARY}")
    await world.ben.types(f"/{CANARY} x")
    world.platform.fail = [DeliveryError(trouble.UNREACHABLE, Outcome.LATER), RuntimeError(CANARY)]  # type: ignore[list-item]
    await world.waits_until("2026-11-24 09:00")
    await world.waits_until("2026-11-26 16:00")
    world.database.keys = KeyRing((new_key(),))
    await world.ben.types("/commit list")
    await world.ben.types("/balcony")
    await world.waits_until("2026-12-08 09:30")
    assert "CannotOpen at" in written.getvalue()
    assert "RuntimeError at" in written.getvalue()
    assert "Vane" not in written.getvalue()
    assert "head teacher" not in written.getvalue()
