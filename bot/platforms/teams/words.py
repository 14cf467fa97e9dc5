"""Texts become elements of a card. Nothing in a text is alive unless Balcony made it so.

A TextBlock reads Markdown, each client a little differently, and the renderers for phones show the backslashes that would
escape it. So a TextBlock gets only what no client can read as more than text, and everything else becomes the runs of a
RichTextBlock. The renderer for iOS reads Markdown there as well, and all of them read {{DATE(…)}}, but each run by itself:
so a text is cut into runs where the parts of such a thing would meet. (github.com/microsoft/AdaptiveCards, source/shared.)
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from bot.chat import Bold, Command, Mention, Own, Part
from bot.domain.pieces import pieces
from bot.domain.text import clean, isolated
from bot.platforms.teams.typed import written

Json = dict[str, Any]
Names = Mapping[str, str]  # what a person is called, by user; harmless

SMALL: Json = {"isSubtle": True, "size": "small"}
WRONG: Json = {"color": "attention"}
NOBODY = "a member"
ELEMENT_BYTES = 8000  # of one element with text; a card holds several
_PIECE = 4000  # characters of a piece to begin with
_TEXT_BLOCK = 1000  # characters; it cannot be cut where a mention is in it
_TITLE: Json = {"size": "large", "weight": "bolder"}
_MAY_FORMAT = re.compile(
    r"[*_~`\\\[\]<>{}|@\t\n]"  # Markdown, tags, functions, addresses; a new line is lost where Markdown is read
    r"|&(?=[#\w]|$)|://|[^\W\d]\.[^\W\d]"  # entities, more addresses
    r"|^\s*(?:[#+=-]|\d+[.)](?:\s|$))|[)\d][-+\d.]*[-+]\s|\)[-+\d.]*\.\s"  # headings, lists; on phones after a bracket too
)
_SEAMS = re.compile(
    r"(?<=[*_])(?![*_])"  # **bold**
    r"|(?<=[-+])(?=\s)|(?<=\d)(?=\.\s)"  # lists
    r"|(?<=\])(?=\()|(?<=\{)(?=\{)|(?<=<)(?=/?at\b)"  # [links](…), {{DATE(…)}}, <at>people</at>
)
_ESCAPED = re.compile(r"[\\`*_{}\[\]<>#~|&!]|^[-+=]|(?<=\d)[.)](?=\s|$)", re.MULTILINE)
_UNSAFE_IN_NAME = re.compile(r"[*_~`\\\[\]<>{}|#!\"=^]|://|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def paragraph(parts: Sequence[Part], names: Names, look: Json | None = None) -> list[Json]:
    """One element; more if it is very long, or if a mention stands beside what might format. None if there is no text."""
    look = look or {}
    known: list[Part] = [NOBODY if isinstance(part, Mention) and part.user not in names else part for part in parts]
    stretches = list(_stretches(known)) if any(isinstance(part, Mention) for part in known) else [known]
    elements: list[Json] = []
    for stretch in stretches:
        elements += _stretch(stretch, names, look)
    return elements[:1] + [_continued(element) for element in elements[1:]]


def heading(text: str) -> list[Json]:
    drawn = paragraph((text,), {}, _TITLE)
    return [element | {"style": "heading"} if element["type"] == "TextBlock" else element for element in drawn]


def quotation(text: str) -> list[Json]:
    """Own words in quotation marks, in as many elements as they need."""
    drawn = list(_fitting(clean(text), _PIECE))
    last = len(drawn) - 1
    marks = (("“" if n == 0 else "…", "”" if n == last else "…") for n in range(len(drawn)))
    return [
        _rich([opening + isolated(piece) + closing]) for piece, (opening, closing) in zip(drawn, marks, strict=True)
    ]


def tag(name: str) -> str:
    """A mention, where it stands in a text."""
    return f"<at>{name}</at>"


def harmless_name(name: str) -> str:
    """What somebody is called, without a sign that a client could read as more than a name."""
    return " ".join(_UNSAFE_IN_NAME.sub(" ", clean(name).replace("&", " and ")).split()) or NOBODY


def read(element: Json) -> str:
    """The text of an element; an input's is its label, a picture's what it says instead."""
    if element["type"] == "TextBlock":
        return re.sub("</?at>", "", str(element["text"]))
    return "".join(run["text"] for run in element.get("inlines", ())) or str(
        element.get("label") or element.get("altText", "")
    )


def size(value: object) -> int:
    """In bytes, as it is sent."""
    return len(json.dumps(value, ensure_ascii=False).encode())


def escaped(text: str) -> str:
    """For the few places that read Markdown and can hold nothing else. Phones may show the backslashes."""
    return _ESCAPED.sub(r"\\\g<0>", text)


def without_functions(text: str) -> str:
    """For a field that reads dates, and can be neither cut nor escaped: a sign that nobody sees is between the braces."""
    return text.replace("{{", "{\u2060{")


def shortened(text: str, limit: int, ending: str = "…") -> str:
    """At most `limit` bytes as JSON; an ending says so where there was more."""
    kept, room = text, limit
    while size(kept) > limit:
        kept = next(pieces(text, room)).rstrip() + ending
        room = room * 2 // 3
    return kept


def _stretches(parts: Iterable[Part]) -> Iterator[list[Part]]:
    """Mentions with what may stand beside them in a TextBlock, apart from what may not."""
    between = (list(group) for _, group in groupby(parts, lambda part: isinstance(part, Mention)))
    for _, together in groupby(between, _must_be_rich):
        yield [part for group in together for part in group]


def _stretch(parts: Sequence[Part], names: Names, look: Json) -> list[Json]:
    text = "".join(_inline(part, names) for part in parts).strip()
    if not text:
        return []
    mentions = any(isinstance(part, Mention) for part in parts)
    if mentions or (all(isinstance(part, str) for part in parts) and not _must_be_rich(parts)):
        return [{"type": "TextBlock", "text": text, "wrap": True, **look}]
    drawn = _rich(parts, look)
    if size(drawn) <= ELEMENT_BYTES:
        return [drawn]
    return [_rich([piece], look) for piece in _fitting(text, _PIECE)]


def _continued(element: Json) -> Json:
    """It goes on right below what is before it."""
    if element["type"] == "RichTextBlock":
        first, *rest = element["inlines"]
        element = element | {"inlines": [first | {"text": first["text"].lstrip() or first["text"]}, *rest]}
    return element | {"spacing": "none"}


def _inline(part: Part, names: Names) -> str:
    match part:
        case str():
            return clean(part)
        case Bold(text):
            return clean(text)
        case Own(text):
            return isolated(clean(text))
        case Command(text):
            return clean(written(text))
        case Mention(user):
            return tag(names[user])


def _must_be_rich(parts: Sequence[Part]) -> bool:
    text = "".join("x" if isinstance(part, Mention) else _inline(part, {}) for part in parts)
    return len(text) > _TEXT_BLOCK or bool(_MAY_FORMAT.search(text))


def _rich(parts: Sequence[Part], look: Json | None = None) -> Json:
    runs: list[Json] = []
    for part in parts:
        strong = {"weight": "bolder"} if isinstance(part, Bold | Command) else {}
        runs += [{"type": "TextRun", "text": run, **(look or {}), **strong} for run in _runs(_inline(part, {}))]
    return {"type": "RichTextBlock", "inlines": runs}


def _runs(text: str) -> list[str]:
    return [run for run in _SEAMS.split(text) if run]


def _fitting(text: str, room: int) -> Iterator[str]:
    """Pieces of the text that fit into an element each, however many bytes their characters need."""
    for piece in pieces(text, room):
        if size(_rich([piece])) <= ELEMENT_BYTES:
            yield piece
        else:
            yield from _fitting(piece, room // 2)
