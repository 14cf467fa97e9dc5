"""Reads Block Kit as Slack's own client does, independent of the bot: what is text in it, and what is alive."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from typing import Any

# Slack reads <…> before anything else; then code, then the marks that stand at the edge of a word, then emoji.
ENTITY = re.compile(r"<([^<>]*)>")
CODE = re.compile(r"`+[^`\n]+`+")
STYLE = re.compile(r"(?<![\w*_~])([*_~])(?=\S)(.+?)(?<=\S)\1(?![\w*_~])")
EMOJI = re.compile(r":[^\s:]+:")
QUOTE = re.compile(r"^\s*(?:&gt;|>)", re.MULTILINE)


@dataclass
class Read:
    """`texts` is what is only read, `alive` what acts: mentions, links, dates, emoji; `styled` what is set in bold or so."""

    texts: list[str] = field(default_factory=list)
    alive: list[str] = field(default_factory=list)
    styled: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(self.texts)


def read(part: Any, found: Read | None = None) -> Read:
    """Every text in blocks, a view or a message, whatever the field it is in."""
    found = Read() if found is None else found
    if isinstance(part, list):
        for each in part:
            read(each, found)
    elif isinstance(part, dict):
        _object(part, found)
    return found


def _object(part: dict[str, Any], found: Read) -> None:
    kind = part.get("type")
    if kind == "mrkdwn":
        mrkdwn(str(part["text"]), found, verbatim=bool(part.get("verbatim")))
    elif kind == "plain_text":
        found.texts.append(str(part["text"]))
        if part.get("emoji", True):
            found.alive += EMOJI.findall(part["text"])
    elif kind == "text":
        found.texts.append(str(part["text"]))
        found.styled += [part["text"]] if part.get("style") else []
    elif kind in {"user", "channel", "usergroup", "broadcast", "link", "emoji", "date"}:
        found.alive.append(str(part))
    else:
        for each in part.values():
            if isinstance(each, dict | list):
                read(each, found)


def mrkdwn(text: str, found: Read, *, verbatim: bool = True, formats: bool = True) -> None:
    """`formats` is false for the plain text of a message that says mrkdwn: false."""
    found.alive += [match[0] for match in ENTITY.finditer(text)]
    rest = ENTITY.sub("", text)
    if not verbatim:
        found.alive += re.findall(r"https?://\S+|(?<!\w)[@#]\w+", rest)
    if formats:
        found.alive += EMOJI.findall(rest)
        found.styled += [match[0] for pattern in (CODE, STYLE, QUOTE) for match in pattern.finditer(rest)]
    found.texts.append(_once(rest))


def _once(text: str) -> str:
    """Slack reads its three entities once, and no others."""
    return re.sub("&(amp|lt|gt);", lambda match: unescape(match[0]), text)


def strings(part: Any) -> Iterator[str]:
    """Every string anywhere."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, dict):
        for each in part.values():
            yield from strings(each)
    elif isinstance(part, list):
        for each in part:
            yield from strings(each)
