"""How every command runs: its settings, its loop, and its end with a sentence where something is wrong."""

import asyncio
import sys
from collections.abc import Coroutine
from typing import Any, NoReturn, TypeVar

from bot.config import Settings, SettingsError, read_settings

Result = TypeVar("Result")


def settings() -> Settings:
    from bot import logs

    try:
        found = read_settings()
    except SettingsError as error:
        stop(str(error))
    logs.set_up(found.log_level)
    return found


def run(what: Coroutine[Any, Any, Result]) -> Result:
    """Run it on the fast loop where there is one. A setting that is wrong stops with its sentence."""
    try:
        return _fast_or_plain(what)
    except SettingsError as error:
        stop(str(error))
    except KeyboardInterrupt:
        raise SystemExit(130) from None  # as shells have it


def _fast_or_plain(what: Coroutine[Any, Any, Result]) -> Result:
    try:
        import uvloop
    except ImportError:
        return asyncio.run(what)
    return uvloop.run(what)


def stop(sentence: str) -> NoReturn:
    print(sentence, file=sys.stderr)
    raise SystemExit(2)
