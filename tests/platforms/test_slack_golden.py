"""Every message and form as Slack gets it, one file each: golden/<name>.json.

GOLDEN=write .venv/bin/python -m pytest tests/platforms/test_slack_golden.py writes them anew; read the diff.
"""

import asyncio
import inspect
import json
import os
import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from types import ModuleType

import pytest

from bot.chat import Answer, Form, Message, Problems
from bot.content import catalogue
from bot.handlers import BUTTONS, FORMS
from bot.platforms.slack import render
from storage.db import Database
from storage.keys import KeyRing
from tests.conftest import KEYS, london
from tests.fake_slack import Json
from tests.fake_slack.blocks import MESSAGE_CHARACTERS, characters, message_errors, view_errors
from tests.fake_slack.posting import TEXT_CHARACTERS
from tests.platforms import (
    golden_connect,
    golden_enablers,
    golden_issues,
    golden_joining,
    golden_map,
    golden_meetings,
    golden_members,
    golden_steering,
)
from tests.platforms.golden_stage import Factory, Stage, stage_on

HERE = Path(__file__).parent / "golden"
PAIR = re.compile(r"(<@\w+>) and (<@\w+>)")
LINK = re.compile(r"/map/[\w.-]+[.]png")
ID = re.compile(r"\b[0-9a-f]{32}\b")


def factories(*modules: ModuleType) -> dict[str, Factory]:
    """Every public coroutine of the modules."""
    return {
        name: each for module in modules for name, each in vars(module).items()
        if inspect.iscoroutinefunction(each) and not name.startswith("_") and each.__module__ == module.__name__
    }  # fmt: skip


FACTORIES = factories(
    golden_members,
    golden_joining,
    golden_steering,
    golden_enablers,
    golden_meetings,
    golden_map,
    golden_connect,
    golden_issues,
)


def drawn(answer: Answer) -> Json:
    match answer:
        case Message():
            return render.message(answer) | {"replaces": answer.replaces}
        case Form():
            return render.modal(answer)
        case Problems():
            return render.errors(answer)
    raise AssertionError("nothing was said")


def with_plain_ids(text: str) -> str:
    """Random ids become the first, the second, and so on, as they appear; the prompts that they choose become a prompt."""
    for prompt in catalogue().prompts:
        text = text.replace(json.dumps(prompt.text, ensure_ascii=False)[1:-1], "(a prompt)").replace(
            f'{prompt.id}"', '(a prompt)"'
        )
    text = LINK.sub("/map/signed.png", text)
    text = PAIR.sub(lambda match: " and ".join(sorted(match.groups())), text)  # who of a pair is first is chance
    names: dict[str, str] = {}
    return ID.sub(lambda match: names.setdefault(match[0], f"id-{len(names) + 1}"), text)


def errors(shape: Json) -> list[str]:
    """What Slack would refuse, wherever this may be shown."""
    if shape.get("response_action"):
        return []
    if shape.get("type") == "modal":
        return view_errors(shape)
    as_view = {"type": "modal", "title": {"type": "plain_text", "text": "x"}, "blocks": shape["blocks"]}
    too_long = ["too long"] * (characters(shape["blocks"]) > MESSAGE_CHARACTERS or len(shape["text"]) > TEXT_CHARACTERS)
    return message_errors(shape["blocks"]) + view_errors(as_view) + too_long


@pytest.fixture(scope="session")
def staged(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the programme in it and its people joined, to be copied."""
    path = tmp_path_factory.mktemp("staged") / "balcony.db"
    shutil.copy(migrated_sqlite, path)

    async def prepare() -> None:
        database = Database(f"sqlite+aiosqlite:///{path}", KeyRing(KEYS))
        await stage_on(database)
        await database.close()

    asyncio.run(prepare())
    return path


@pytest.fixture
async def stage(staged: Path, tmp_path: Path) -> AsyncIterator[Stage]:
    shutil.copy(staged, tmp_path / "balcony.db")
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'balcony.db'}", KeyRing(KEYS))
    yield Stage.on(database, london("2026-11-23 10:00"))
    await database.close()


@pytest.mark.parametrize("name", sorted(FACTORIES))
async def test_golden(stage: Stage, name: str) -> None:
    """As it was when somebody last read it; and Slack takes it."""
    shape = drawn(await FACTORIES[name](stage))
    assert errors(shape) == []
    shown = with_plain_ids(json.dumps(shape, indent=1, ensure_ascii=False)) + "\n"
    file = HERE / f"{name}.json"
    if os.environ.get("GOLDEN") == "write":
        HERE.mkdir(exist_ok=True)
        file.write_text(shown, "utf-8")
    assert shown == file.read_text("utf-8")


def test_every_file_has_its_message() -> None:
    """No golden is left of a message that is no more."""
    assert {file.stem for file in HERE.glob("*.json")} == set(FACTORIES)


def test_every_button_and_form_is_in_a_golden() -> None:
    """What the table answers to is shown somewhere, and what is shown is answered to; no name is longer than Slack's limit."""
    shown = [json.loads(file.read_text("utf-8")) for file in sorted(HERE.glob("*.json"))]
    actions = [
        e
        for shape in shown
        for block in shape.get("blocks", ())
        if block["type"] == "actions"
        for e in block["elements"]
    ]
    forms = [shape["callback_id"] for shape in shown if shape.get("type") == "modal"]
    assert {each["action_id"].partition("#")[0] for each in actions} == set(BUTTONS)
    assert {form.partition("|")[0] for form in forms} == set(FORMS)
    assert not [
        shape["title"]["text"] for shape in shown if shape.get("type") == "modal" and "…" in shape["title"]["text"]
    ]
