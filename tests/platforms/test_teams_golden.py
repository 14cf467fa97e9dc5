"""Every message and form as Teams gets it, one file each: golden_teams/<name>.json.

GOLDEN=write .venv/bin/python -m pytest tests/platforms/test_teams_golden.py writes them anew; read the diff.
"""

import json
import os
import re
import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.chat import Answer, Form, Message, Problems
from bot.handlers import BUTTONS, FORM_BUTTONS, FORMS
from bot.platforms.teams import forms, render
from bot.platforms.teams.render import Named
from storage.db import Database
from storage.keys import KeyRing
from tests.conftest import KEYS, london
from tests.fake_teams.cards import Json, card_errors
from tests.platforms.golden_stage import Answers, Stage
from tests.platforms.test_slack_golden import FACTORIES, staged, with_plain_ids

__all__ = ["staged"]  # a fixture

HERE = Path(__file__).parent / "golden_teams"
PEOPLE = {
    user: Named(f"29:{name.lower()}", name) for user, name in (("U01", "Ana"), ("U02", "Ben"), ("U03", "Cleo"), ("U05", "Eli"))
}  # fmt: skip
ID = "the-id-of-the-form"
PAIR = re.compile(r"(<at>\w+</at>|Ana|Ben|Cleo|Eli) and (<at>\w+</at>|Ana|Ben|Cleo|Eli)")


@dataclass
class Remembering(Stage):
    """It also knows the form that was sent last, with what was in it: Teams needs both to show what is wrong."""

    form: Form | None = None
    answers: Answers = field(default_factory=dict)

    async def sends(self, form: Answer, user: str = "U02", **answers: str | tuple[str, ...]) -> Answer:
        assert isinstance(form, Form)
        self.form = form
        self.answers = {**{question.name: question.initial for question in form.questions}, **answers}
        return await super().sends(form, user, **answers)


def drawn(answer: Answer, stage: Remembering) -> Json:
    match answer:
        case Message():
            return {"cards": render.cards(answer, PEOPLE), "replaces": answer.replaces}
        case Form():
            return forms.dialog(answer, ID)
        case Problems() if stage.form:
            return forms.dialog(stage.form, ID, problems=answer, answers=stage.answers)
    raise AssertionError("nothing was said")


def drawn_otherwise(answer: Answer, stage: Remembering) -> list[Json]:
    """The same in the other places where it may be shown: a message in a dialog, a form in the chat."""
    match answer:
        case Message():
            return cards_of(forms.dialog_message(answer, PEOPLE))
        case Form():
            return [forms.form_card(answer, ID)]
        case Problems() if stage.form:
            return [forms.form_card(stage.form, ID, problems=answer, answers=stage.answers)]
    raise AssertionError("nothing was said")


def cards_of(shape: Json) -> list[Json]:
    return list(shape["cards"]) if "cards" in shape else [shape["card"]["content"]]


def actions_of(shape: Json) -> Iterator[Json]:
    for card in cards_of(shape):
        for element in card["body"]:
            yield from element.get("actions", ())


@pytest.fixture
async def stage(staged: Path, tmp_path: Path) -> AsyncIterator[Remembering]:
    shutil.copy(staged, tmp_path / "balcony.db")
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'balcony.db'}", KeyRing(KEYS))
    same = Stage.on(database, london("2026-11-23 10:00"))
    yield Remembering(same.database, same.clock, same.heard, same.balcony, same.events)
    await database.close()


@pytest.mark.parametrize("name", sorted(FACTORIES))
async def test_golden(stage: Remembering, name: str) -> None:
    """As it was when somebody last read it; and Teams takes it, wherever it may be shown."""
    answer = await FACTORIES[name](stage)
    shape = drawn(answer, stage)
    for card in (*cards_of(shape), *drawn_otherwise(answer, stage)):
        assert card_errors(card) == []
    text = with_plain_ids(json.dumps(shape, indent=1, ensure_ascii=False)) + "\n"
    shown = PAIR.sub(lambda match: " and ".join(sorted(match.groups())), text)  # who of a pair is first is chance
    file = HERE / f"{name}.json"
    if os.environ.get("GOLDEN") == "write":
        HERE.mkdir(exist_ok=True)
        file.write_text(shown, "utf-8")
    assert shown == file.read_text("utf-8")


def test_every_file_has_its_message() -> None:
    """No golden is left of a message that is no more."""
    assert {file.stem for file in HERE.glob("*.json")} == set(FACTORIES)


def test_every_button_and_form_is_in_a_golden() -> None:
    """What the table answers to is shown somewhere, and what is shown is answered to; only what asks something opens a dialog."""
    shown = [json.loads(file.read_text("utf-8")) for file in sorted(HERE.glob("*.json"))]
    actions = [action for shape in shown for action in actions_of(shape)]
    dialogs = [
        action["data"]["form"] for shape in shown for card in cards_of(shape) for action in card.get("actions", ())
    ]
    opens = {action["data"]["verb"] for action in actions if action["data"].get("msteams") == {"type": "task/fetch"}}
    executed = {action["verb"] for action in actions if action["type"] == "Action.Execute"}
    assert executed | opens == set(BUTTONS)
    assert opens == set(FORM_BUTTONS)
    assert not executed & opens
    assert set(dialogs) == set(FORMS)
    assert not [shape["title"] for shape in shown if "…" in shape.get("title", "")]
