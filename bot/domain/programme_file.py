"""A programme as its enabler writes it: a TOML file, read and checked, with a plain sentence for every mistake."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from urllib.parse import unquote

from bot.domain import rhythm
from bot.domain.lean import BALANCED, LEANS
from bot.domain.text import TOPIC_LIMIT, folded, one_line

_PLATFORMS = ("slack", "teams", "local")
_NAME_LIMIT = 120
_TITLE_LIMIT = 150
_LINK_LIMIT = 1000
_MOST_TOPICS = 40
_MOST_WORDS = 40  # of one topic
_FEWEST_LETTERS = 4  # before a star: with fewer it would stand for half the language


class MalformedProgramme(ValueError):
    """The file cannot be used. The text is one plain sentence that says where and why."""


@dataclass(frozen=True, slots=True)
class SessionEntry:
    """One workshop; its times are local to the programme's zone."""

    id: str
    title: str
    starts: datetime
    ends: datetime
    theme: str
    meeting: str = ""


@dataclass(frozen=True, slots=True)
class TopicEntry:
    """What people of this programme work on, beside everybody's topics; `words` say it, too. `id` is made of the label."""

    id: str
    label: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProgrammeFile:
    """What an enabler wrote. Weekday 0 is Monday; times are local."""

    name: str
    platform: str
    workspace: str
    channel: str
    timezone: str
    enablers: tuple[str, ...]
    weekly_weekday: int
    weekly_time: time
    round_every_weeks: int
    round_weekday: int
    round_time: time
    round_size: int
    round_lean: str
    sessions: tuple[SessionEntry, ...]
    topics: tuple[TopicEntry, ...] = ()


def read(source: str) -> ProgrammeFile:
    """Raises MalformedProgramme."""
    try:
        data = tomllib.loads(source.removeprefix("\ufeff"))  # Windows puts it before what Notepad saves
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise MalformedProgramme(f"This is not a TOML file: {error}.") from error
    weekly, rounds = _table(data, "weekly"), _table(data, "introductions")
    programme = ProgrammeFile(
        name=_text(data, "name", _NAME_LIMIT),
        platform=_one_of(data, "platform", _PLATFORMS),
        workspace=_text(data, "workspace"),
        channel=_text(data, "channel"),
        timezone=_zone(data),
        enablers=_enablers(data),
        weekly_weekday=_weekday(weekly, "weekly"),
        weekly_time=_time(weekly, "weekly"),
        round_every_weeks=_number(rounds, "introductions", "every_weeks", 1, 26),
        round_weekday=_weekday(rounds, "introductions"),
        round_time=_time(rounds, "introductions"),
        round_size=_number(rounds, "introductions", "size", 2, 4),
        round_lean=_lean(rounds),
        sessions=_sessions(data),
        topics=_topics(data),
    )
    known = {"name", "platform", "workspace", "channel", "timezone", "enablers", "weekly", "introductions"}
    if unknown := sorted(set(data) - known - {"sessions", "topics"}):
        raise MalformedProgramme(f"I do not know the entry {unknown[0]!r}. Is it a slip of the pen?")
    return programme


def _sessions(data: Mapping[str, Any]) -> tuple[SessionEntry, ...]:
    entries = data.get("sessions", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise MalformedProgramme("Each session begins with a line [[sessions]].")
    sessions = tuple(_session(entry, number) for number, entry in enumerate(entries, 1))
    _no_two_alike([session.id for session in sessions])
    return sessions


def _session(entry: Mapping[str, Any], number: int) -> SessionEntry:
    where = f"session {entry.get('id') or number!r}"
    starts, ends = (_moment(entry, where, name) for name in ("starts", "ends"))
    if ends <= starts:
        raise MalformedProgramme(
            f"In {where}, ends ({ends:%d %B %Y %H:%M}) is not after starts ({starts:%d %B %Y %H:%M})."
        )
    return SessionEntry(
        _text(entry, "id", where=where),
        _text(entry, "title", _TITLE_LIMIT, where=where),
        starts,
        ends,
        _theme(entry, where),
        _meeting(entry, where),
    )


def _theme(entry: Mapping[str, Any], where: str) -> str:
    """What the session was about; it may be left out."""
    value = entry.get("theme", "")
    if not isinstance(value, str):
        raise MalformedProgramme(f'In {where}, theme is words in quotes, like "shared purpose".')
    return _text(entry, "theme", where=where) if value.strip() else ""


def _meeting(entry: Mapping[str, Any], where: str) -> str:
    """The conversation of its Teams meeting, out of the link to join; it may be left out."""
    if "meeting" not in entry:
        return ""
    link = unquote(_text(entry, "meeting", _LINK_LIMIT, where=where))
    conversation = re.search(r"19:[\w-]+@thread\.[\w.]+", link)
    if not conversation:
        raise MalformedProgramme(
            f"In {where}, meeting needs the long link: open the meeting's chat in Teams and copy the link to any message there."
        )
    return conversation[0]


def _topics(data: Mapping[str, Any]) -> tuple[TopicEntry, ...]:
    entries = data.get("topics", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise MalformedProgramme("Each topic begins with a line [[topics]].")
    if len(entries) > _MOST_TOPICS:
        raise MalformedProgramme(f"There are {len(entries)} topics; there is room for {_MOST_TOPICS}.")
    topics = tuple(_topic(entry, number) for number, entry in enumerate(entries, 1))
    for number, topic in enumerate(topics):
        if topic.id in {other.id for other in topics[:number]}:
            raise MalformedProgramme(f"Two topics are called {topic.label!r}. Each needs a name of its own.")
    return topics


def _topic(entry: Mapping[str, Any], number: int) -> TopicEntry:
    label = _text(entry, "label", TOPIC_LIMIT, where=f"topic {number}")
    where = f"topic {label!r}"
    if not any(sign.isalnum() for sign in label) or "*" in label:
        raise MalformedProgramme(f"In {where}, label is what members read on a button: words, without a star.")
    if unknown := sorted(set(entry) - {"label", "words"}):
        raise MalformedProgramme(f"In {where}, I do not know the entry {unknown[0]!r}. A topic has a label and words.")
    words = entry.get("words", [])
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise MalformedProgramme(f'In {where}, words is a list like ["damp", "cold homes"].')
    if len(words) > _MOST_WORDS:
        raise MalformedProgramme(f"In {where}, there are {len(words)} words; there is room for {_MOST_WORDS}.")
    said = tuple(dict.fromkeys(_word({"word": word}, where) for word in words))
    return TopicEntry(folded(label), label, said)


def _word(entry: Mapping[str, str], where: str) -> str:
    """A word or a few, perhaps with a star at the end for any ending."""
    word = _text(entry, "word", where=f"the words of {where}")
    before = word.removesuffix("*")
    if "*" in before or not any(sign.isalnum() for sign in before):
        raise MalformedProgramme(f"In the words of {where}, {word!r} is no word. A star may stand only at its end.")
    if word != before and (len(before) < _FEWEST_LETTERS or " " in before):
        raise MalformedProgramme(
            f"In the words of {where}, {word!r} says too little: before a star there is one word of at least "
            f"{_FEWEST_LETTERS} letters."
        )
    return word


def _no_two_alike(ids: Sequence[str]) -> None:
    for one in ids:
        if ids.count(one) > 1:
            raise MalformedProgramme(f"Two sessions have the id {one!r}. Each needs its own.")


def _moment(entry: Mapping[str, Any], where: str, name: str) -> datetime:
    value = entry.get(name)
    if not isinstance(value, datetime):
        raise MalformedProgramme(f"In {where}, {name} is a day and a time like 2026-11-26T13:00:00, without quotes.")
    if value.tzinfo:
        raise MalformedProgramme(f"In {where}, {name} is in the programme's own zone: please leave out the offset.")
    return value


def _table(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    table = data.get(name)
    if not isinstance(table, dict):
        raise MalformedProgramme(f"The part [{name}] is missing.")
    return table


def _text(data: Mapping[str, Any], name: str, limit: int = 80, *, where: str = "the file") -> str:
    value = data.get(name)
    if not isinstance(value, str) or not (line := one_line(value, len(value))):
        raise MalformedProgramme(f"In {where}, {name} is missing.")
    if len(line) > limit:
        raise MalformedProgramme(f"In {where}, {name} is {len(line)} characters long; there is room for {limit}.")
    return line


def _one_of(data: Mapping[str, Any], name: str, allowed: Sequence[str]) -> str:
    value = _text(data, name)
    if value not in allowed:
        raise MalformedProgramme(f"{name} is one of {', '.join(allowed)}, not {value!r}.")
    return value


def _zone(data: Mapping[str, Any]) -> str:
    name = _text(data, "timezone")
    try:
        rhythm.zone(name)
    except rhythm.UnknownZone:
        raise MalformedProgramme(f"I do not know the time zone {name!r}. It is written like Europe/London.") from None
    return name


def _enablers(data: Mapping[str, Any]) -> tuple[str, ...]:
    value = data.get("enablers")
    if not isinstance(value, list) or not value or not all(isinstance(user, str) and user.strip() for user in value):
        raise MalformedProgramme('enablers is a list of at least one member id, like ["U01"].')
    return tuple(dict.fromkeys(user.strip() for user in value))


def _weekday(table: Mapping[str, Any], where: str) -> int:
    value = table.get("day")
    if not isinstance(value, str) or value.lower() not in rhythm.WEEKDAYS:
        raise MalformedProgramme(f'In [{where}], day is a day of the week like "thursday".')
    return rhythm.WEEKDAYS.index(value.lower())


def _time(table: Mapping[str, Any], where: str) -> time:
    value = table.get("time")
    if not isinstance(value, time):
        raise MalformedProgramme(f"In [{where}], time is a time of day like 16:00:00, without quotes.")
    return value


def _lean(table: Mapping[str, Any]) -> str:
    """What introductions lean to; it may be left out."""
    value = table.get("lean", BALANCED)
    if not isinstance(value, str) or value not in LEANS:
        raise MalformedProgramme(f"In [introductions], lean is one of {', '.join(LEANS)}, in quotes.")
    return value


def _number(table: Mapping[str, Any], where: str, name: str, least: int, most: int) -> int:
    value = table.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        span = f"{least}" if least == most else f"a whole number from {least} to {most}"
        raise MalformedProgramme(f"In [{where}], {name} is {span}.")
    return value
