"""What Teams accepts as an Adaptive Card, from its documentation and independent of the bot's code; and stricter.

Only what Balcony uses is known. Refused besides: what some client would not show to the letter, what somebody who hears
the card would miss, colours of our own, which would not suit a dark or a high-contrast theme, and pictures that say
nothing, are fetched without encryption, or cannot be opened.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

Json = dict[str, Any]

BYTES = 24_000
ACTIONS = 6  # that Teams shows in a row
SCHEMA = "http://adaptivecards.io/schemas/adaptive-card.json"
RESERVED = {"verb", "value", "form", "words", "id", "msteams"}  # in the data of our actions
USERS = ("graph.microsoft.com/users", "graph.microsoft.com/users?scope=currentContext")
AT = re.compile("<at>[^<>]*</at>")
FUNCTION = re.compile(r"\{\{(?:DATE|TIME)\(")
MARKDOWN = re.compile(r"\[[^\]]*\]\(|[*_~`]|\n|^\s*(?:[#>+-]|\d+[.)]) |&#?\w+;")

TEXT, WORD, FLAG, NUMBER, LIST, OBJECT = "text", "string", "boolean", "integer", "list", "object"
SIZE, WEIGHT = {"small", "default", "medium", "large", "extraLarge"}, {"lighter", "default", "bolder"}
COLOR = {"default", "accent", "good", "warning", "attention"}
LOOK: Mapping[str, Any] = {"size": SIZE, "weight": WEIGHT, "color": COLOR, "isSubtle": FLAG}
ELEMENT: Mapping[str, Any] = {
    "type": TEXT, "id": TEXT, "separator": FLAG,
    "spacing": {"none", "small", "default", "medium", "large", "extraLarge", "padding"},
}  # fmt: skip
INPUT: Mapping[str, Any] = {
    **ELEMENT,
    "label": TEXT,
    "isRequired": FLAG,
    "errorMessage": TEXT,
    "placeholder": TEXT,
    "value": TEXT,
}
ELEMENTS: Mapping[str, Mapping[str, Any]] = {
    "TextBlock": {**ELEMENT, **LOOK, "text": TEXT, "wrap": FLAG, "style": {"default", "heading"}},
    "RichTextBlock": {**ELEMENT, "inlines": LIST},
    "ActionSet": {**ELEMENT, "actions": LIST},
    "Image": {**ELEMENT, "url": TEXT, "altText": TEXT, "selectAction": OBJECT},
    "Input.Text": {**INPUT, "isMultiline": FLAG, "maxLength": NUMBER},
    "Input.Date": INPUT,
    "Input.ChoiceSet": {
        **INPUT, "choices": LIST, "choices.data": OBJECT, "isMultiSelect": FLAG, "wrap": FLAG,
        "style": {"compact", "expanded", "filtered"},
    },
}  # fmt: skip
RUN: Mapping[str, Any] = {**LOOK, "type": TEXT, "text": WORD, "italic": FLAG, "underline": FLAG}
ACTION: Mapping[str, Any] = {
    "type": TEXT, "id": TEXT, "title": TEXT, "tooltip": TEXT, "data": OBJECT, "style": {"default", "positive", "destructive"},
}  # fmt: skip
ACTION_TYPES: Mapping[str, Mapping[str, Any]] = {
    "Action.Execute": {**ACTION, "verb": TEXT},
    "Action.Submit": ACTION,
}
NEEDED: Mapping[str, tuple[str, ...]] = {
    "TextBlock": ("text", "wrap"), "RichTextBlock": ("inlines",), "ActionSet": ("actions",), "TextRun": ("text",),
    "Image": ("url", "altText", "selectAction"), "Input.Text": ("id", "label"), "Input.Date": ("id", "label"), "Input.ChoiceSet": ("id", "label", "choices", "style"),
    "Action.Execute": ("title", "verb", "data"), "Action.Submit": ("title", "data"),
    "AdaptiveCard": ("$schema", "version", "fallbackText", "speak", "msteams", "body"),
}  # fmt: skip
CARD: Mapping[str, Any] = {
    "type": TEXT, "$schema": {SCHEMA}, "version": TEXT, "fallbackText": TEXT, "speak": TEXT, "msteams": OBJECT,
    "body": LIST, "actions": LIST,
}  # fmt: skip
IS: Mapping[str, Callable[[object], bool]] = {
    TEXT: lambda value: isinstance(value, str) and bool(value.strip()),
    WORD: lambda value: isinstance(value, str) and bool(value),
    FLAG: lambda value: isinstance(value, bool),
    NUMBER: lambda value: isinstance(value, int) and not isinstance(value, bool) and value > 0,
    LIST: lambda value: isinstance(value, list),
    OBJECT: lambda value: isinstance(value, dict),
}


def card_errors(card: object, *, limit: int = BYTES) -> list[str]:
    """What is wrong with a card; nothing where it may be sent. `limit` is in bytes of JSON."""
    if not isinstance(card, dict) or card.get("type") != "AdaptiveCard":
        return ["a card is an object of the type AdaptiveCard"]
    errors = list(_shape(card, "card", CARD))
    if errors:
        return errors
    for index, element in enumerate(card["body"]):
        errors += _element(element, f"body/{index}")
    errors += _actions(card["actions"], "actions") if "actions" in card else []
    return errors or [*_whole(card), *_mentions(card), *_text_of(card), *_bytes(card, limit)]


def _shape(part: object, at: str, known: Mapping[str, Any]) -> Iterator[str]:
    """Properties that are not known, missing, or of the wrong type."""
    if not isinstance(part, dict):
        yield f"{at} must be an object"
        return
    for name in NEEDED.get(str(part.get("type")), ()):
        if name not in part:
            yield f"{at} needs {name}"
    for name, value in part.items():
        kind = known.get(name)
        if kind is None:
            yield f"{at}/{name} is not known"
        elif isinstance(kind, set):
            if not isinstance(value, str) or value not in kind:
                yield f"{at}/{name} must be one of {sorted(kind)}"
        elif not IS[kind](value):
            yield f"{at}/{name} must be a {kind} with something in it"


def _element(element: object, at: str) -> list[str]:
    kind = element.get("type") if isinstance(element, dict) else None
    if not isinstance(element, dict) or kind not in ELEMENTS:
        return [f"{at} is no element that Teams shows: {kind}"]
    errors = list(_shape(element, at, ELEMENTS[str(kind)]))
    return errors or list(RULES[str(kind)](element, at))


def _text_block(block: Json, at: str) -> Iterator[str]:
    text = AT.sub("x", block["text"])
    if not block["wrap"]:
        yield f"{at} must wrap, or its end is not shown"
    if "<" in text or ">" in text:
        yield f"{at} has a tag that is no mention"
    if found := MARKDOWN.search(text):
        yield f"{at} has Markdown in it: {found[0]!r}"


def _rich_text(block: Json, at: str) -> Iterator[str]:
    if not block["inlines"]:
        yield f"{at}/inlines must not be empty"
    for index, run in enumerate(block["inlines"]):
        if not isinstance(run, dict) or run.get("type") != "TextRun":
            yield f"{at}/inlines/{index} must be a TextRun"
        else:
            yield from _shape(run, f"{at}/inlines/{index}", RUN)


def _action_set(block: Json, at: str) -> Iterator[str]:
    yield from _actions(block["actions"], f"{at}/actions")


def _image(block: Json, at: str) -> Iterator[str]:
    opens = block["selectAction"]
    if not re.fullmatch(r"https://[^\s<>\"]{1,2000}", block["url"]):
        yield f"{at}/url must be an https address"
    if MARKDOWN.search(block["altText"]) or len(block["altText"]) > 500:
        yield f"{at}/altText must be a plain sentence or two"
    if set(opens) != {"type", "title", "url"} or opens["type"] != "Action.OpenUrl" or opens["url"] != block["url"]:
        yield f"{at}/selectAction must open the picture"


def _actions(actions: list[object], at: str) -> Iterator[str]:
    if not 1 <= len(actions) <= ACTIONS:
        yield f"{at} must be 1 to {ACTIONS} actions"
    for index, action in enumerate(actions):
        here = f"{at}/{index}"
        kind = action.get("type") if isinstance(action, dict) else None
        if not isinstance(action, dict) or kind not in ACTION_TYPES:
            yield f"{here} is no action that Teams shows: {kind}"
            continue
        yield from _shape(action, here, ACTION_TYPES[str(kind)])
        teams = action.get("data", {}).get("msteams") if isinstance(action.get("data"), dict) else None
        if teams is not None and (kind != "Action.Submit" or teams != {"type": "task/fetch"}):
            yield f"{here}/data/msteams must be task/fetch, in an Action.Submit"


def _input(field: Json, at: str) -> Iterator[str]:
    if field["id"] in RESERVED or not re.fullmatch(r"[\w.-]+", field["id"]):
        yield f"{at}/id cannot be {field['id']!r}"
    if field.get("isRequired") and "errorMessage" not in field:
        yield f"{at} needs an errorMessage, or nobody hears what is missing"
    if FUNCTION.search(field["label"]):
        yield f"{at}/label has a function in it"
    if _formats(field.get("errorMessage", "")):
        yield f"{at}/errorMessage has Markdown in it"


def _input_text(field: Json, at: str) -> Iterator[str]:
    yield from _input(field, at)
    if len(field.get("value", "").encode("utf-16-le", "replace")) // 2 > field.get("maxLength", BYTES):
        yield f"{at}/value is longer than its maxLength"


def _input_date(field: Json, at: str) -> Iterator[str]:
    yield from _input(field, at)
    if "value" in field and not _is_day(field["value"]):
        yield f"{at}/value must be a day like 2026-11-26"


def _input_choices(field: Json, at: str) -> Iterator[str]:
    yield from _input(field, at)
    several, query = field.get("isMultiSelect", False), field.get("choices.data")
    for index, choice in enumerate(field["choices"]):
        yield from _shape(choice, f"{at}/choices/{index}", {"title": TEXT, "value": TEXT})
        if isinstance(choice, dict) and len(choice) < 2:
            yield f"{at}/choices/{index} needs a title and a value"
    values = [choice.get("value") for choice in field["choices"] if isinstance(choice, dict)]
    titles = [str(choice.get("title")) for choice in field["choices"] if isinstance(choice, dict)]
    chosen = field["value"].split(",") if several and "value" in field else [field["value"]] if "value" in field else []
    if len(set(map(str, values))) < len(values):
        yield f"{at}/choices have the same value twice"
    if several and any("," in str(value) for value in values):
        yield f"{at}/choices cannot have commas in their values"
    if field["style"] == "expanded" and any(
        MARKDOWN.search(re.sub(r"\\[!-/:-@\[-`{-~]", "x", title)) for title in titles
    ):
        yield f"{at}/choices have Markdown in their titles"
    if (field["style"] == "filtered") != (query is not None) or not (values or query):
        yield f"{at} needs choices, or is filtered and has choices.data"
    if query is not None and (query.get("type") != "Data.Query" or query.get("dataset") not in USERS or len(query) > 2):
        yield f"{at}/choices.data must be a Data.Query for people"
    if query is None and not set(chosen) <= set(values):
        yield f"{at}/value must be among the choices"


RULES: Mapping[str, Callable[[Json, str], Iterator[str]]] = {
    "TextBlock": _text_block, "RichTextBlock": _rich_text, "ActionSet": _action_set, "Image": _image,
    "Input.Text": _input_text, "Input.Date": _input_date, "Input.ChoiceSet": _input_choices,
}  # fmt: skip


def _whole(card: Json) -> Iterator[str]:
    elements = card["body"]
    actions = [*card.get("actions", ()), *(a for e in elements if e["type"] == "ActionSet" for a in e["actions"])]
    ids = [part["id"] for part in (*elements, *actions) if "id" in part]
    if not re.fullmatch(r"1\.[0-5]", card["version"]):
        yield "version must be 1.5 at most"
    if not elements:
        yield "body must not be empty"
    if len(set(ids)) < len(ids):
        yield "ids must be unique"
    if any(e["type"].startswith("Input.") for e in elements) and not card.get("actions"):
        yield "a card with inputs needs an action that sends them"
    if set(card["msteams"]) - {"width", "entities"} or card["msteams"].get("width") != "Full":
        yield "msteams must have the width Full, and entities or nothing else"
    if not isinstance(card["msteams"].get("entities", []), list):
        yield "msteams/entities must be a list"


def _mentions(card: Json) -> Iterator[str]:
    """Teams finds each entity by its text, and leaves tags without one as they are."""
    entities = card["msteams"].get("entities")
    entities = entities if isinstance(entities, list) else []
    blocks = [element["text"] for element in card["body"] if element["type"] == "TextBlock"]
    tags = {tag for text in blocks for tag in AT.findall(text)}
    for entity in entities:
        who = entity.get("mentioned") if isinstance(entity, dict) else None
        if not isinstance(who, dict) or set(entity) != {"type", "text", "mentioned"} or entity["type"] != "mention":
            yield f"this is no mention: {entity}"
        elif set(who) != {"id", "name"} or not all(IS[TEXT](each) for each in who.values()):
            yield f"who is mentioned has an id and a name: {who}"
    texts = [str(entity.get("text")) for entity in entities if isinstance(entity, dict)]
    if sorted(texts) != sorted(tags):
        yield f"mentions {sorted(tags)} and entities {sorted(texts)} must be the same, each once"


def _text_of(card: Json) -> Iterator[str]:
    """No function of somebody else's making in any text that reads them, and no half of a character anywhere."""
    for block in card["body"]:
        for part in (block, *block.get("inlines", ()), *block.get("choices", ())):
            if FUNCTION.search(str(part.get("text", part.get("title", "")))):
                yield "there is a function in a text"
    if any(re.search("[\0\ud800-\udfff]", text) for text in _strings(card)):
        yield "there is half of a character, or a NUL"


def _formats(text: str) -> bool:
    """Whether there is Markdown that is not escaped."""
    return bool(MARKDOWN.search(re.sub(r"\\[!-/:-@\[-`{-~]", "x", text)) or FUNCTION.search(text))


def _bytes(card: Json, limit: int) -> Iterator[str]:
    length = len(json.dumps(card, ensure_ascii=False).encode("utf-8", "replace"))
    if length >= limit:
        yield f"{length} bytes are too many"


def _strings(part: object) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    elif isinstance(part, dict | list):
        for each in part.values() if isinstance(part, dict) else part:
            yield from _strings(each)


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
