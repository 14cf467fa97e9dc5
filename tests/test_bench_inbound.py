"""The measurement of what comes in measures what it says: its checker goes red."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.chat import Event, Kind, Message
from storage.db import Database
from tests.conftest import KEYS, World, world_on

CHECKER = Path(__file__).parents[1] / "bench" / "inbound" / "checker.py"
pytestmark = pytest.mark.thorough


@pytest.fixture
async def world(database: Database) -> World:
    """Ben has joined; one commitment and one page of his are kept."""
    world = world_on(database)
    await world.imports()
    await world.joins(world.ben)
    for command, words in (("/commit", "one"), ("/reflect", "two")):
        await world.ben.types(f"{command} {words}")
    return world


def check(world: World, folder: Path, *told: tuple[str, bool, bool]) -> int:
    """What the checker says, if these words were delivered, acknowledged or not, and as kept or not."""
    entries = [{"words": words, "kind": "command", "acked": acked, "kept": kept} for words, acked, kept in told]
    (folder / "told.jsonl").write_text("".join(json.dumps(one) + "\n" for one in entries))
    asked: Sequence[str] = (sys.executable, str(CHECKER), str(folder / "told.jsonl"), world.database.url, KEYS[0])
    root = CHECKER.parents[2]
    return subprocess.run(asked, check=False, capture_output=True, env={"PYTHONPATH": str(root)}).returncode


BOTH = (("one", True, True), ("two", True, True))


async def test_each_once_is_green(world: World, tmp_path: Path) -> None:
    assert check(world, tmp_path, *BOTH) == 0


async def test_what_is_not_there_is_red(world: World, tmp_path: Path) -> None:
    """Whether it was called kept or only acknowledged."""
    for kept in (True, False):
        assert check(world, tmp_path, *BOTH, ("three", True, kept)) == 1


async def test_what_nobody_acknowledged_is_red(world: World, tmp_path: Path) -> None:
    assert check(world, tmp_path, BOTH[0], ("two", False, False)) == 1


async def test_what_nobody_sent_is_red(world: World, tmp_path: Path) -> None:
    assert check(world, tmp_path, BOTH[0]) == 1


async def test_a_double_is_red(world: World, tmp_path: Path) -> None:
    """The same words once more, as if nobody had noticed."""
    world.clock.moves_by(hours=1)
    event = Event(Kind.COMMAND, "/commit", world.ben.person, "k9", "our-move", "one")
    assert isinstance(await world.balcony.answer(event), Message)
    assert check(world, tmp_path, *BOTH) == 1
