"""What the data files hold, read and checked: every `…_from` takes what TOML gave and raises ContentError."""

import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

LONGEST = 220  # characters: two lines on a phone
LEAST_PROMPTS = 4  # of each theme: a month of weekly messages after the session about it
QUESTIONS = 4  # of the thinking time
LINES = 3  # of a worksheet
LANGUAGES = ("en",)  # nothing chooses by language yet, so a prompt in another one would reach everybody

Data = Mapping[str, Any]


class ContentError(Exception):
    """A data file breaks a rule. One sentence with the file, the entry and the rule; nothing was loaded."""


@dataclass(frozen=True)
class Maxim:
    number: int
    text: str
    credit: str


@dataclass(frozen=True)
class Theme:
    id: str
    about: str
    aliases: tuple[str, ...]


@dataclass(frozen=True)
class Prompt:
    id: str
    theme: str
    text: str
    source: str
    language: str


@dataclass(frozen=True)
class Worksheet:
    """The three lines of a first conversation."""

    lines: tuple[str, str, str]
    themes: tuple[str, ...] = ()


def load(name: str) -> dict[str, Any]:
    """A data file of this package by its path, such as "demo/people.toml"."""
    return parsed(name, files("bot.content").joinpath(name).read_text("utf-8"))


def parsed(file: str, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ContentError(f"{file}: this is not TOML: {error}.") from error


def maxims_from(data: Data) -> tuple[Maxim, ...]:
    file = "maxims.toml"
    credit = _text(file, data, "credit")
    maxims = tuple(
        Maxim(number=row.get("number", 0), text=_text(where, row, "text"), credit=credit)
        for where, row in _rows(file, data, "maxims")
    )
    if [maxim.number for maxim in maxims] != [1, 2, 3, 4, 5, 6]:
        raise ContentError(f"{file}: there are exactly six maxims, numbered 1 to 6 in order.")
    _refuse_doubles(file, "text", (maxim.text for maxim in maxims))
    return maxims


def themes_from(data: Data) -> tuple[Theme, ...]:
    file = "themes.toml"
    themes = tuple(
        Theme(id=_text(where, row, "id"), about=_text(where, row, "about"), aliases=_texts(where, row, "aliases"))
        for where, row in _rows(file, data, "themes")
    )
    _refuse_doubles(file, "id", (theme.id for theme in themes))
    _refuse_doubles(file, "id or alias", (name for theme in themes for name in names(theme)))
    return themes


def prompts_from(data: Data, themes: Sequence[Theme]) -> tuple[Prompt, ...]:
    file = "prompts.toml"
    prompts = tuple(_prompt(where, row, themes) for where, row in _rows(file, data, "prompts"))
    _refuse_doubles(file, "id", (prompt.id for prompt in prompts))
    _refuse_doubles(file, "text", (prompt.text for prompt in prompts))
    of_theme = Counter(prompt.theme for prompt in prompts)
    for theme in themes:
        if of_theme[theme.id] < LEAST_PROMPTS:
            raise ContentError(f"{file}: {theme.id!r} has {of_theme[theme.id]} prompts; it needs {LEAST_PROMPTS}.")
    return prompts


def _prompt(where: str, row: Data, themes: Sequence[Theme]) -> Prompt:
    prompt = Prompt(**{field: _text(where, row, field) for field in ("id", "theme", "text", "source", "language")})
    if prompt.theme not in [theme.id for theme in themes]:
        raise ContentError(f"{where}: the theme {prompt.theme!r} is not in themes.toml.")
    if prompt.text.count("?") != 1:
        raise ContentError(f"{where}: a prompt asks exactly one question.")
    if prompt.language not in LANGUAGES:
        raise ContentError(f"{where}: the language {prompt.language!r} is not one of {', '.join(LANGUAGES)}.")
    return prompt


def questions_from(data: Data) -> tuple[tuple[str, ...], str]:
    """The thinking-time questions, and whose they are."""
    file = "thinking_time.toml"
    questions = _texts(file, data, "questions")
    if len(questions) != QUESTIONS:
        raise ContentError(f"{file}: there are exactly four questions.")
    return questions, _text(file, data, "source")


def worksheets_from(data: Data, themes: Sequence[Theme] = ()) -> tuple[Worksheet, ...]:
    return tuple(_worksheet(where, row, themes) for where, row in _rows("worksheets.toml", data, "worksheets"))


def _worksheet(where: str, row: Data, themes: Sequence[Theme]) -> Worksheet:
    lines = _texts(where, row, "lines")
    of = _texts(where, row, "themes") if "themes" in row else []
    if unknown := [name for name in of if name not in [theme.id for theme in themes]]:
        raise ContentError(f"{where}: the theme {unknown[0]!r} is not in themes.toml.")
    if len(lines) != LINES:
        raise ContentError(f"{where}: a worksheet has exactly three lines.")
    return Worksheet(lines=(lines[0], lines[1], lines[2]), themes=tuple(of))


def names(theme: Theme) -> list[str]:
    """All the names a theme answers to, in plain form."""
    return [plain(name) for name in (theme.id, *theme.aliases)]


def plain(words: str) -> str:
    return " ".join(words.replace("-", " ").replace("_", " ").casefold().split())


def _rows(file: str, data: Data, table: str) -> Iterator[tuple[str, Data]]:
    """Each entry of a table, with the words that say where it stands."""
    rows = data.get(table)
    if not rows or not isinstance(rows, list):  # [table] with single brackets is a dict
        raise ContentError(f"{file}: there is no [[{table}]] in it.")
    for place, row in enumerate(rows, start=1):
        yield f"{file}, {row.get('id') or row.get('number') or f'entry {place}'}", row


def _texts(where: str, row: Data, field: str) -> tuple[str, ...]:
    texts = row.get(field)
    if not isinstance(texts, list):
        raise ContentError(f"{where}: {field} is missing or not a list.")
    return tuple(_text(where, {f"{field} {place}": text}, f"{field} {place}") for place, text in enumerate(texts, 1))


def _text(where: str, row: Data, field: str) -> str:
    text = row.get(field)
    if not isinstance(text, str) or not text.strip():
        raise ContentError(f"{where}: {field} is missing or empty.")
    if len(text) > LONGEST:
        raise ContentError(f"{where}: {field} has {len(text)} characters; {LONGEST} is the most.")
    if "!" in text:
        raise ContentError(f"{where}: {field} has an exclamation mark.")
    return text


def _refuse_doubles(file: str, field: str, values: Iterable[str]) -> None:
    for value, times in Counter(values).items():
        if times > 1:
            raise ContentError(f"{file}: the {field} {value!r} is there {times} times.")
