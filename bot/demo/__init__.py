"""Balcony at work in the terminal: a real series, a group made from real places, and a clock that is moved."""

import tempfile
from pathlib import Path

from rich.console import Console

from bot.demo import story, terminal
from bot.demo.stage import Stage, raise_curtain
from storage.db import Database
from storage.keys import KeyRing, new_key

__all__ = ["Stage", "run"]


async def run(*, interactive: bool, pause: float) -> None:
    """Tell the story; then, if somebody sits there, the terminal is theirs. Leaves nothing behind. `pause` is in seconds."""
    console = Console(highlight=False, width=100)
    with tempfile.TemporaryDirectory(prefix="balcony-demo-") as folder:
        database = Database(f"sqlite+aiosqlite:///{Path(folder) / 'demo.db'}", KeyRing((new_key(),)))
        try:
            await database.migrate()
            stage = await raise_curtain(database, console, pause)
            await story.tell(stage)
            if interactive:
                await terminal.hand_over(stage)
        finally:
            await database.close()
