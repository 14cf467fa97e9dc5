"""Reads Adaptive Cards as Teams' clients do, independent of the bot: what is text in them, and what is alive.

TextBlocks, and the titles of ticks, go through the Markdown reader that the desktop and the web have. Runs are text there;
the client for iOS reads a little Markdown in each, by itself.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from markdown_it import MarkdownIt

MARKDOWN = MarkdownIt("js-default", {"html": False, "linkify": False})
FUNCTION = re.compile(r"\{\{(?:DATE|TIME)\([^{}]*\)\}\}")
TAG = re.compile(r"<at>([^<>]*)</at>")
ADDRESS = re.compile(r"[a-z]+://|\bwww\.|\w@\w|[^\W\d]\.[^\W\d]", re.IGNORECASE)
# What the renderer for phones makes of a text: links, emphasis, lists, these after brackets and numbers too.
ON_PHONES = re.compile(r"\[[^\]]*\]\([^)]*\)|[*_]+[^*_]+[*_]|(?:^|[\n\r)\]\d.])[-+*]+\s|(?:^|[\n\r)\]])\d+\.\s")
PLAIN = {"text", "text_special", "softbreak", "paragraph_open", "paragraph_close", "inline"}


@dataclass
class Read:
    """`lines` is what is read, an entry for each element; `alive` what acts or is formatted; `bold` what is set in bold."""

    lines: list[str] = field(default_factory=list)
    mentions: list[str] = field(default_factory=list)
    alive: list[str] = field(default_factory=list)
    bold: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


def read(*cards: dict[str, Any]) -> Read:
    """Everything that a person sees in them."""
    found = Read()
    for card in cards:
        entities = {entity["text"]: entity["mentioned"]["id"] for entity in card["msteams"].get("entities", ())}
        for element in card["body"]:
            _element(element, entities, found)
        found.alive += [*_kinds(card["fallbackText"]), *FUNCTION.findall(card["fallbackText"])]
    return found


def _element(element: dict[str, Any], entities: dict[str, str], found: Read) -> None:
    match element["type"]:
        case "TextBlock":
            found.mentions += [entities[match[0]] for match in TAG.finditer(element["text"]) if match[0] in entities]
            text = TAG.sub(lambda match: match[1] if match[0] in entities else match[0], element["text"])
            found.lines.append(_markdown(text, found))
            found.alive += [text] if found.lines[-1] != text else []  # an entity, a backslash
            found.alive += [
                match[0] for reads in (ADDRESS, ON_PHONES) for match in reads.finditer(TAG.sub("x", element["text"]))
            ]
        case "RichTextBlock":
            runs = [run["text"] for run in element["inlines"]]
            found.lines.append("".join(runs))
            found.bold += [run["text"] for run in element["inlines"] if run.get("weight")]
            found.alive += [match[0] for run in runs for match in (*ON_PHONES.finditer(run), *FUNCTION.finditer(run))]
            found.alive += [tag for tag in entities for run in runs if tag in run]
        case "ActionSet":
            found.lines.append(" ".join(f"[{action['title']}]" for action in element["actions"]))
        case _:
            _input(element, found)


def _input(element: dict[str, Any], found: Read) -> None:
    found.lines += [text for text in (element["label"], element.get("placeholder"), element.get("value")) if text]
    found.lines.append(_markdown(element.get("errorMessage", ""), found))
    found.alive += FUNCTION.findall(element["label"])
    for choice in element.get("choices", ()):
        expanded = element["style"] == "expanded"
        found.lines.append(_markdown(choice["title"], found) if expanded else choice["title"])


def _markdown(text: str, found: Read) -> str:
    found.alive += [*_kinds(text), *FUNCTION.findall(text)]
    return "".join(
        "\n" if token.type == "softbreak" else token.content for token in _tokens(text) if not token.children
    )


def _kinds(text: str) -> list[str]:
    return [token.type for token in _tokens(text) if token.type not in PLAIN]


def _tokens(text: str) -> Iterator[Any]:
    for token in MARKDOWN.parse(text):
        yield token
        yield from token.children or ()
