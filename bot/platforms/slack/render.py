"""Messages and forms become Block Kit. The only place that knows Slack's JSON.

Somebody's own words go into plain_text, where nothing is alive. Words inside a sentence are escaped, and the characters
that Slack reads as formatting are followed by an invisible joiner. Limits: docs.slack.dev, "Blocks".
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from bot.chat import (
    Block,
    Bold,
    Button,
    Buttons,
    Form,
    Heading,
    Mention,
    Message,
    Note,
    Own,
    Part,
    Problems,
    Question,
    Rule,
    Text,
    Words,
)

Json = dict[str, Any]

SECTION_LIMIT = 3000
_HEADER_LIMIT = 150
_TITLE_LIMIT = 24
_OPTION_LIMIT = 75
_JOINER = "\u2060"
_ISOLATE, _POP = "\u2068", "\u2069"  # text that runs right to left stays inside its own marks
_ROOM = SECTION_LIMIT - 10


def message(said: Message) -> Json:
    """`text` and `blocks` of a message. `text` is what notifications and screen readers say."""
    return {"text": plain(said), "blocks": blocks(said.blocks)}


def blocks(said: Sequence[Block]) -> list[Json]:
    numbers = iter(range(1, 1000))
    return [drawn for block in said for drawn in _block(block, numbers)]


def plain(said: Message) -> str:
    """The whole message as one text, with nothing in it that Slack would act on."""
    lines = [line for block in said.blocks if (line := _plain(block))]
    return _escape("\n".join(lines))


def modal(form: Form) -> Json:
    """A form as a view."""
    return {
        "type": "modal",
        "callback_id": f"{form.name}|{form.words}",
        "title": _plain_text(form.title[:_TITLE_LIMIT]),
        "submit": _plain_text(form.send[:_TITLE_LIMIT]),
        "close": _plain_text("Close"),
        "blocks": blocks(form.intro) + [_question(question) for question in form.questions],
    }


def modal_message(said: Message, title: str = "Balcony") -> Json:
    """A message as a view: what a form turns into when it was sent."""
    return {"type": "modal", "title": _plain_text(title), "close": _plain_text("Close"), "blocks": blocks(said.blocks)}


def home(said: Message) -> Json:
    return {"type": "home", "blocks": blocks(said.blocks)}


def errors(problems: Problems) -> Json:
    return {"response_action": "errors", "errors": dict(problems.by_question)}


def _block(block: Block, numbers: Iterator[int]) -> list[Json]:
    match block:
        case Text(parts):
            return [{"type": "section", "text": _mrkdwn(parts)}]
        case Note(parts):
            return [{"type": "context", "elements": [_mrkdwn(parts)]}]
        case Words(text):
            return [{"type": "section", "text": _plain_text(piece)} for piece in _quoted(text)]
        case Heading(text):
            return [{"type": "header", "text": _plain_text(text[:_HEADER_LIMIT])}]
        case Rule():
            return [{"type": "divider"}]
        case Buttons(row):
            return [{"type": "actions", "elements": [_button(button, next(numbers)) for button in row]}]


def _button(button: Button, number: int) -> Json:
    drawn: Json = {"type": "button", "text": _plain_text(button.label), "action_id": f"{button.name}#{number}"}
    if button.value:
        drawn["value"] = button.value
    if button.main:
        drawn["style"] = "primary"
    return drawn


def _question(question: Question) -> Json:
    block: Json = {
        "type": "input",
        "block_id": question.name,
        "label": _plain_text(question.label),
        "optional": not question.needed,
        "element": _element(question),
    }
    if question.hint:
        block["hint"] = _plain_text(question.hint)
    return block


def _element(question: Question) -> Json:
    element: Json = {"action_id": question.name}
    options = [_option(option.label, option.value) for option in question.options]
    match question.kind:
        case "line" | "lines":
            element |= {"type": "plain_text_input", "multiline": question.kind == "lines", "max_length": question.limit}
            element |= {"initial_value": question.initial} if question.initial else {}
        case "choice":
            chosen = [option for option in options if option["value"] == question.initial]
            element |= {"type": "static_select", "options": options}
            element |= {"initial_option": chosen[0]} if chosen else {}
        case "ticks":
            ticked = [option for option in options if option["value"] in question.initial.split(",")]
            element |= {"type": "checkboxes", "options": options}
            element |= {"initial_options": ticked} if ticked else {}
        case "day":
            element |= {"type": "datepicker"} | ({"initial_date": question.initial} if question.initial else {})
        case "person":
            element |= {"type": "users_select"}
    return element


def _option(label: str, value: str) -> Json:
    return {"text": _plain_text(label[:_OPTION_LIMIT]), "value": value}


def _plain_text(text: str) -> Json:
    return {"type": "plain_text", "text": text, "emoji": False}


def _mrkdwn(parts: Sequence[Part]) -> Json:
    # verbatim: Slack makes no links, channels or people of its own out of the text
    return {"type": "mrkdwn", "text": "".join(_inline(part) for part in parts), "verbatim": True}


def _inline(part: Part) -> str:
    match part:
        case str():
            return _inert(part)
        case Bold(text):
            return f"*{_inert(text)}*"
        case Own(text):
            return f"{_ISOLATE}{_inert(text)}{_POP}"
        case Mention(user):
            return f"<@{user}>"


def _inert(text: str) -> str:
    """The text, escaped, with nothing that Slack would read as formatting or as an emoji."""
    quiet = re.sub(r"[*_~`]", rf"\g<0>{_JOINER}", text)
    quiet = re.sub(r":(?=[\w+-]+:)", f":{_JOINER}", quiet)
    return re.sub(r"(?m)^(\s*)>", rf"\g<1>{_JOINER}>", _escape(quiet))


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _quoted(text: str) -> Iterator[str]:
    """Own words in quotation marks, in as many pieces as they need; no piece breaks inside a character."""
    pieces = list(_pieces(text))
    for number, piece in enumerate(pieces):
        opening = "“" if number == 0 else "…"
        closing = "”" if number == len(pieces) - 1 else "…"
        yield f"{opening}{_ISOLATE}{piece}{_POP}{closing}"


def _pieces(text: str) -> Iterator[str]:
    while len(text) > _ROOM:
        cut = max(text.rfind(" ", _ROOM // 2, _ROOM), text.rfind("\n", _ROOM // 2, _ROOM))
        cut = cut if cut > 0 else _between_characters(text, _ROOM)
        yield text[:cut]
        text = text[cut:].lstrip()
    yield text


def _between_characters(text: str, near: int) -> int:
    """A place at or before `near` that is not inside an emoji family, a flag or an accented letter."""
    joined = re.compile(r"[\u200d\ufe0e\ufe0f\u0300-\u036f\U0001f3fb-\U0001f3ff\U0001f1e6-\U0001f1ff]")
    cut = near
    while cut > near - 50 and (joined.match(text[cut]) or text[cut - 1] == "\u200d"):
        cut -= 1
    return cut


def _plain(block: Block) -> str:
    match block:
        case Text(parts) | Note(parts):
            return "".join(_spoken(part) for part in parts)
        case Words(text):
            return f"“{text}”"
        case Heading(text):
            return text
        case _:
            return ""


def _spoken(part: Part) -> str:
    match part:
        case str():
            return part
        case Bold(text) | Own(text):
            return text
        case Mention():
            return "a member"
