"""The checker of cards refuses what Teams refuses, and what Balcony does not want: a case for each of its rules."""

import json
from copy import deepcopy
from typing import Any

import pytest

from tests.fake_teams.cards import Json, card_errors

pytestmark = pytest.mark.thorough

GOOD: Json = {
    "type": "AdaptiveCard",
    "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
    "version": "1.5",
    "fallbackText": "Ben, hello.",
    "speak": "Ben, hello.",
    "msteams": {
        "width": "Full",
        "entities": [{"type": "mention", "text": "<at>Ben</at>", "mentioned": {"id": "29:ben", "name": "Ben"}}],
    },
    "body": [
        {"type": "TextBlock", "id": "hello", "text": "<at>Ben</at>, hello.", "wrap": True, "style": "heading"},
        {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": "*b*", "weight": "bolder"}], "spacing": "none"},
        {"type": "ActionSet", "actions": [
            {"type": "Action.Execute", "title": "Done", "verb": "close", "data": {"verb": "close"}, "style": "positive"},
            {"type": "Action.Submit", "title": "Edit", "data": {"msteams": {"type": "task/fetch"}, "verb": "edit"}},
        ]},
        {"type": "Input.Text", "id": "what", "label": "What?", "isRequired": True, "errorMessage": "Please write.",
         "maxLength": 5, "value": "👍🏽a", "isMultiline": True},
        {"type": "Input.Date", "id": "day", "label": "Day", "value": "2026-11-26"},
        {"type": "Input.ChoiceSet", "id": "part", "label": "Part", "style": "compact", "value": "b",
         "choices": [{"title": "A", "value": "a,c"}, {"title": "B", "value": "b"}]},
        {"type": "Input.ChoiceSet", "id": "ticks", "label": "Ticks", "style": "expanded", "isMultiSelect": True, "value": "a,b",
         "choices": [{"title": "A", "value": "a"}, {"title": "B", "value": "b"}]},
        {"type": "Input.ChoiceSet", "id": "who", "label": "Who", "style": "filtered", "choices": [], "value": "anybody",
         "choices.data": {"type": "Data.Query", "dataset": "graph.microsoft.com/users"}},
    ],
    "actions": [{"type": "Action.Submit", "title": "Send", "data": {"form": "f"}}],
}  # fmt: skip
GONE = object()
TEXT, RICH, ROW, LINE, DAY, PART, TICKS, WHO = (("body", index) for index in range(8))
ENTITY = ("msteams", "entities", 0)

# where, what stands there instead, and a word of what is said about it
BAD: list[tuple[tuple[str | int, ...], object, str]] = [
    ((), [], "AdaptiveCard"),
    (("type",), "HeroCard", "AdaptiveCard"),
    (("$schema",), "https://example.org", "$schema"),
    (("version",), "1.6", "1.5 at most"),
    (("fallbackText",), GONE, "needs fallbackText"),
    (("speak",), " ", "speak"),
    (("body",), [], "not be empty"),
    (("backgroundImage",), "x.png", "not known"),
    (("msteams",), {"width": "Small"}, "width Full"),
    (("msteams", "color"), "red", "nothing else"),
    (("msteams", "entities"), {"a": "b"}, "a list"),
    (TEXT, {"type": "Media", "url": "x"}, "no element"),
    (TEXT, {"type": "Image", "url": "x"}, "needs altText"),
    (TEXT, "hello", "no element"),
    ((*TEXT, "text"), GONE, "needs text"),
    ((*TEXT, "text"), "  ", "something in it"),
    ((*TEXT, "wrap"), "yes", "boolean"),
    ((*TEXT, "wrap"), False, "must wrap"),
    ((*TEXT, "color"), "#ff0000", "one of"),
    ((*TEXT, "fontSize"), "12", "not known"),
    ((*TEXT, "text"), "<at>Ben</at> **b**", "Markdown"),
    ((*TEXT, "text"), "<at>Ben</at> [x](y)", "Markdown"),
    ((*TEXT, "text"), "- <at>Ben</at>", "Markdown"),
    ((*TEXT, "text"), "<at>Ben</at>\nx", "Markdown"),
    ((*TEXT, "text"), "<at>Ben</at> &amp;", "Markdown"),
    ((*TEXT, "text"), "<at>Ben</at> <b>", "tag"),
    ((*TEXT, "text"), "<at>Ben</at> {{DATE(2026-11-26T10:00:00Z)}}", "function"),
    ((*TEXT, "text"), "<at>Ben</at> and <at>Cleo</at>", "must be the same"),
    ((*TEXT, "text"), "Nobody.", "must be the same"),
    ((*ENTITY, "text"), "Ben", "must be the same"),
    ((*ENTITY, "type"), "tag", "no mention"),
    ((*ENTITY, "mentioned"), {"id": "29:ben"}, "an id and a name"),
    ((*ENTITY, "mentioned", "id"), "", "an id and a name"),
    ((*RICH, "inlines"), [], "not be empty"),
    ((*RICH, "inlines", 0), "text", "TextRun"),
    ((*RICH, "inlines", 0, "text"), "", "something in it"),
    ((*RICH, "inlines", 0, "text"), "{{TIME(2026-11-26T10:00:00Z)}}", "function"),
    ((*RICH, "inlines", 0, "text"), "a\0", "NUL"),
    ((*RICH, "inlines", 0, "text"), "\ud800", "half of a character"),
    ((*RICH, "inlines", 0, "selectAction"), {}, "not known"),
    ((*ROW, "id"), "hello", "unique"),
    ((*ROW, "actions"), [], "1 to 6"),
    ((*ROW, "actions"), GOOD["actions"] * 7, "1 to 6"),
    ((*ROW, "actions", 0, "type"), "Action.OpenUrl", "no action"),
    ((*ROW, "actions", 0, "verb"), GONE, "needs verb"),
    ((*ROW, "actions", 0, "title"), "", "title"),
    ((*ROW, "actions", 0, "data"), "close", "object"),
    ((*ROW, "actions", 0, "style"), "red", "one of"),
    ((*ROW, "actions", 0, "tooltip"), "", "tooltip"),
    ((*ROW, "actions", 0, "data", "msteams"), {"type": "task/fetch"}, "in an Action.Submit"),
    ((*ROW, "actions", 1, "data", "msteams"), {"type": "imBack"}, "task/fetch"),
    (("actions",), GONE, "needs an action"),
    (("actions", 0, "type"), "Action.ShowCard", "no action"),
    ((*LINE, "id"), GONE, "needs id"),
    ((*LINE, "id"), "day", "unique"),
    ((*LINE, "id"), "value", "cannot be"),
    ((*LINE, "id"), "a b", "cannot be"),
    ((*LINE, "label"), GONE, "needs label"),
    ((*LINE, "label"), "{{DATE(2026-11-26T10:00:00Z)}}", "function"),
    ((*LINE, "errorMessage"), GONE, "errorMessage"),
    ((*LINE, "errorMessage"), "Please *write*.", "Markdown"),
    ((*LINE, "errorMessage"), "{{TIME(2026-11-26T10:00:00Z)}}", "Markdown"),
    ((*LINE, "maxLength"), 4, "longer than"),
    ((*LINE, "maxLength"), 0, "integer"),
    ((*LINE, "maxLength"), True, "integer"),
    ((*DAY, "value"), "26 November", "a day like"),
    ((*PART, "style"), GONE, "needs style"),
    ((*PART, "value"), "c", "among the choices"),
    ((*PART, "choices", 0, "value"), "b", "same value twice"),
    ((*PART, "choices", 0, "title"), "", "title"),
    ((*PART, "choices"), [], "needs choices"),
    ((*PART, "choices", 0), "A", "an object"),
    ((*PART, "choices", 0, "value"), GONE, "a title and a value"),
    ((*TICKS, "value"), "a,c", "among the choices"),
    ((*TICKS, "choices", 0, "value"), "a,b", "commas"),
    ((*TICKS, "choices", 0, "title"), "**A**", "Markdown"),
    ((*TICKS, "choices", 0, "title"), "{{DATE(2026-11-26T10:00:00Z)}}", "function"),
    ((*WHO, "choices.data"), GONE, "choices.data"),
    ((*WHO, "choices.data", "dataset"), "contoso", "for people"),
]  # fmt: skip


def changed(where: tuple[str | int, ...], value: object) -> Any:
    if not where:
        return value
    card = deepcopy(GOOD)
    part: Any = card
    for key in where[:-1]:
        part = part[key]
    if value is GONE:
        del part[where[-1]]
    else:
        part[where[-1]] = value
    return card


@pytest.mark.parametrize(("where", "value", "said"), BAD)
def test_each_rule_refuses(where: tuple[str | int, ...], value: object, said: str) -> None:
    """One thing is wrong with an otherwise good card, and it is what is said."""
    errors = card_errors(changed(where, value))
    assert errors
    assert any(said in error for error in errors), errors


def test_a_good_card_is_taken() -> None:
    """With a text, runs, actions, a mention, every kind of input."""
    assert card_errors(GOOD) == []


def test_a_card_has_a_size() -> None:
    """In bytes of UTF-8 as it is sent, below the limit; without another one, below 24,000."""
    size = len(json.dumps(GOOD, ensure_ascii=False).encode())
    assert card_errors(GOOD, limit=size + 1) == []
    assert card_errors(GOOD, limit=size) == [f"{size} bytes are too many"]
    assert card_errors(changed(("speak",), "x" * 15_000)) == []
    assert "too many" in card_errors(changed(("speak",), "é" * 15_000))[0]
