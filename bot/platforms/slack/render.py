"""Messages and forms become Block Kit. The only place that knows Slack's JSON.

Nothing in a text is alive unless Balcony made it so. Somebody's own words go into plain_text; a sentence with a character
that Slack might read as formatting becomes rich text, where a text is only a text. Limits: docs.slack.dev, "Blocks".
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from bot.chat import (
    Block,
    Bold,
    Button,
    Buttons,
    Command,
    Form,
    Heading,
    Mention,
    Message,
    Note,
    Own,
    Part,
    Picture,
    Problems,
    Question,
    Rule,
    Text,
    Words,
)
from bot.domain.pieces import pieces
from bot.domain.text import clean, isolated

Json = dict[str, Any]

TEXT_LIMIT = 3000  # characters of a section, an input, a context element
_FALLBACK_LIMIT = 40_000
_HEADER_LIMIT = 150
_TITLE_LIMIT = 24
_ALT_LIMIT = 2000
_LABEL_LIMIT = 75  # of buttons and options
_MARKS = 10  # characters that quoting may add to a piece, and to spare
_MAY_FORMAT = re.compile(r"[*_~`]|:[^\s:]+:|^\s*>", re.MULTILINE)  # the rest is escaped
_ENDS_ISOLATION = re.compile("[\u2066-\u2069]")


def message(said: Message) -> Json:
    """`text` and `blocks` of a message. `text` is what notifications and screen readers say."""
    return {"text": plain(said), "mrkdwn": False, "blocks": blocks(said.blocks)}


def blocks(said: Sequence[Block]) -> list[Json]:
    numbers = iter(range(1, 1000))
    return [drawn for block in said for drawn in _block(block, numbers)]


def plain(said: Message) -> str:
    """The whole message as one text: people are called by name, and nothing else in it is alive."""
    with_names = "\n".join(line for block in said.blocks if (line := _plain_with_names(block)))
    if len(with_names) <= _FALLBACK_LIMIT:
        return with_names
    words = clean("\n".join(line for block in said.blocks if (line := _plain(block))))
    escaped = _escape(words)
    # Slack would cut it, perhaps inside an entity; the blocks have it all
    return escaped if len(escaped) <= _FALLBACK_LIMIT else _escape(_fitted(words, _FALLBACK_LIMIT // len("&amp;")))


def modal(form: Form) -> Json:
    """A form as a view."""
    return {
        "type": "modal",
        "callback_id": f"{form.name}|{form.words}",
        "title": _plain_text(_fitted(form.title, _TITLE_LIMIT)),
        "submit": _plain_text(_fitted(form.send, _TITLE_LIMIT)),
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
            return _paragraph(parts)
        case Note(parts):
            return [{"type": "context", "elements": _small(parts)}]
        case Words(text):
            return [{"type": "section", "text": _plain_text(piece)} for piece in _quoted(text)]
        case Heading(text):
            return [{"type": "header", "text": _plain_text(_fitted(text, _HEADER_LIMIT))}]
        case Rule():
            return [{"type": "divider"}]
        case Buttons(row):
            return [{"type": "actions", "elements": [_button(button, next(numbers)) for button in row]}]
        case Picture(url, alt):
            return [{"type": "image", "image_url": url, "alt_text": clean(_fitted(alt, _ALT_LIMIT))}]


def _button(button: Button, number: int) -> Json:
    drawn: Json = {
        "type": "button",
        "text": _plain_text(_fitted(button.label, _LABEL_LIMIT)),
        "action_id": f"{button.name}#{number}",
    }
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
            room = max(question.limit, len(question.initial))  # what is there already is never too long
            element |= {"type": "plain_text_input", "multiline": question.kind == "lines", "max_length": room}
            element |= {"initial_value": clean(question.initial)} if question.initial else {}
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
    return {"text": _plain_text(_fitted(label, _LABEL_LIMIT)), "value": value}


def _paragraph(parts: Sequence[Part]) -> list[Json]:
    if any(_may_format(part) for part in parts):
        return [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": _rich(parts)}]}]
    drawn = _mrkdwn(parts)
    if len(drawn["text"]) > TEXT_LIMIT:
        return [{"type": "section", "text": _plain_text(piece)} for piece in pieces(_unmarked(parts), TEXT_LIMIT)]
    return [{"type": "section", "text": drawn}]


def _small(parts: Sequence[Part]) -> list[Json]:
    """The elements of a note. Rich text cannot be small, so where something might format, nothing is formatted."""
    drawn = _mrkdwn(parts)
    if len(drawn["text"]) <= TEXT_LIMIT and not any(_may_format(part) for part in parts):
        return [drawn]
    if not any(isinstance(part, Mention) for part in parts):
        return [_plain_text(piece) for piece in pieces(_unmarked(parts), TEXT_LIMIT)]
    return [_mrkdwn((part,)) if isinstance(part, Mention) else _plain_text(_unmarked((part,))) for part in parts]


def _may_format(part: Part) -> bool:
    match part:
        case Mention():
            return False
        case str():
            return bool(_MAY_FORMAT.search(part))
        case _:
            return bool(_MAY_FORMAT.search(part.text))


def _rich(parts: Sequence[Part]) -> list[Json]:
    return [_rich_element(part) for part in parts if part not in ("", Bold(""))]


def _rich_element(part: Part) -> Json:
    match part:
        case str():
            return {"type": "text", "text": clean(part)}
        case Bold(text) | Command(text):
            return {"type": "text", "text": clean(text), "style": {"bold": True}}
        case Own(text):
            return {"type": "text", "text": isolated(clean(text))}
        case Mention(user):
            return {"type": "user", "user_id": user}


def _plain_text(text: str) -> Json:
    return {"type": "plain_text", "text": clean(text), "emoji": False}


def _mrkdwn(parts: Sequence[Part]) -> Json:
    # verbatim: Slack makes no links, channels or people of its own out of the text
    return {"type": "mrkdwn", "text": clean("".join(_inline(part) for part in parts)), "verbatim": True}


def _inline(part: Part) -> str:
    match part:
        case str():
            return _escape(part)
        case Bold(text) | Command(text):
            return f"*{_escape(text)}*"
        case Own(text):
            return isolated(_escape(text))
        case Mention(user):
            return f"<@{_escape(user)}>"


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _fitted(text: str, limit: int) -> str:
    """Balcony's own short texts, which fit; an ellipsis says so where one does not."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _quoted(text: str) -> Iterator[str]:
    """Own words in quotation marks, in as many pieces as they need."""
    marks = len(_ENDS_ISOLATION.findall(text)) + _MARKS
    parts = list(pieces(text, TEXT_LIMIT - min(marks, TEXT_LIMIT // 2)))
    for number, piece in enumerate(parts):
        opening = "“" if number == 0 else "…"
        closing = "”" if number == len(parts) - 1 else "…"
        yield f"{opening}{isolated(piece)}{closing}"


def _unmarked(parts: Sequence[Part]) -> str:
    return "".join(isolated(part.text) if isinstance(part, Own) else _spoken(part) for part in parts)


def _plain(block: Block) -> str:
    match block:
        case Text(parts) | Note(parts):
            return "".join(_spoken(part) for part in parts)
        case Words(text):
            return f"“{text}”"
        case Heading(text) | Picture(alt=text):
            return text
        case _:
            return ""


def _plain_with_names(block: Block) -> str:
    if not isinstance(block, Text | Note):
        return _escape(clean(_plain(block)))
    return "".join(
        _inline(part) if isinstance(part, Mention) else _escape(clean(_spoken(part))) for part in block.parts
    )


def _spoken(part: Part) -> str:
    match part:
        case str():
            return part
        case Bold(text) | Own(text) | Command(text):
            return text
        case Mention():
            return "a member"
