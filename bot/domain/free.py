"""Half-hours of a week in which somebody is usually free, as people write them: "Tue 10:00, Thu 14-16"."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot.domain import rhythm

HALF_HOUR = 30  # minutes
DAYS_AHEAD = 7

_DAY = r"(mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?"
_TIME = r"(\d{1,2})(?:[:.](\d{2}))?\s*(am|pm)?"
_SPAN = re.compile(rf"{_TIME}(?:\s*(?:-|–|to|until)\s*{_TIME})?")
_ITEM = re.compile(rf"(?:{_DAY}(?:\s*(?:-|–|to)\s*{_DAY})?)?s?\s*(?:at\s+)?(.*)", re.DOTALL)
_SHORT = tuple(day[:3].capitalize() for day in rhythm.WEEKDAYS)
_HELP = "Please write days and times like: Tue 10:00, Thu 14-16."

Slot = tuple[int, int]  # weekday, Monday is 0; half-hours since midnight
Slots = frozenset[Slot]


class Unclear(ValueError):
    """It cannot be read. The text is a plain sentence that helps."""


@dataclass(frozen=True, slots=True)
class Week:
    """The half-hours of somebody's week, in their own zone."""

    slots: Slots
    zone: str


def read(words: str) -> Slots:
    """Days and times; a time alone is one half-hour, a span has all from its start to its end. Raises Unclear."""
    slots: set[Slot] = set()
    days: Sequence[int] = ()
    for item in re.split(r"[,;\n]|\band\b|&", words.lower()):
        if not item.strip():
            continue
        found = _ITEM.fullmatch(item.strip())
        if found is None:
            raise Unclear(_HELP)
        first, last, times = found.groups()
        if first:
            days = _days(first, last)
        spans = _SPAN.fullmatch(times.strip())
        if not days or spans is None:
            raise Unclear(_HELP)
        slots |= {(day, half) for day in days for half in _halves(*spans.groups())}
    return frozenset(slots)


def written(slots: Slots) -> str:
    """The same half-hours in the shortest way of writing them; empty if there are none. `read` understands it."""
    spans: list[str] = []
    for day, half in sorted(slots):
        if (day, half - 1) in slots:
            continue
        end = half
        while (day, end + 1) in slots:
            end += 1
        spans.append(f"{_SHORT[day]} {_clock(half)}" + (f"-{_clock(end + 1)}" if end > half else ""))
    return ", ".join(spans)


def shared(weeks: Sequence[Week], now: datetime) -> list[datetime]:
    """The half-hours of the next seven days, from tomorrow on, in which all are free, first to last, as moments."""
    if not weeks or not all(week.slots for week in weeks):
        return []
    return sorted(set.intersection(*({*_moments(week, now)} for week in weeks)))


def in_words(moment: datetime, zones: Iterable[str]) -> str:
    """A moment as those in these zones say it: once if it is the same for all, else by zone.

    By its date, never as tomorrow: a channel is read for days.
    """
    said: dict[str, str] = {}
    for zone in zones:
        local = moment.astimezone(rhythm.zone(zone))
        day = rhythm.day_in_words(local.date(), date(local.year, 1, 1) - timedelta(days=2)).removesuffix(
            f" {local.year}"
        )
        said.setdefault(f"{day} at {local:%H:%M}", zone)
    if len(said) == 1:
        return next(iter(said))
    return " and ".join(f"{words} ({zone})" for words, zone in said.items())


def _moments(week: Week, now: datetime) -> Iterable[datetime]:
    today = rhythm.local_date(now, week.zone)
    for ahead in range(1, DAYS_AHEAD + 1):
        day = today + timedelta(days=ahead)
        for weekday, half in week.slots:
            if weekday == day.weekday():
                yield rhythm.instant(day, time(half // 2, half % 2 * HALF_HOUR), week.zone)


def _days(first: str, last: str | None) -> Sequence[int]:
    short = [day.lower() for day in _SHORT]
    start, end = short.index(first), short.index(last or first)
    return [(start + ahead) % 7 for ahead in range((end - start) % 7 + 1)]


def _halves(*said: str | None) -> range:
    hour, minute, half, to_hour, to_minute, to_half = said
    # "2-4 pm" means the afternoon twice; "10-2 pm" does not.
    end = _half(to_hour, to_minute, to_half) if to_hour else None
    if half is None and to_half and int(hour or 0) <= int(to_hour or 0) % 12:
        half = to_half
    start = _half(hour, minute, half)
    if end is None:
        end = start + 1
    if not start < end:
        raise Unclear("A span ends after it begins, on the same day.")
    if start >= 24 * 2:
        raise Unclear(_HELP)
    return range(start, end)


def _half(hour: str | None, minute: str | None, half: str | None) -> int:
    """Half-hours since midnight. Raises Unclear."""
    hours, minutes = int(hour or 0), int(minute or 0)
    if half and not 1 <= hours <= 12:  # noqa: PLR2004  a clock's face
        raise Unclear(_HELP)
    if half:
        hours = hours % 12 + 12 * (half == "pm")
    if hours > 24 or minutes > 59 or (hours == 24 and minutes):  # noqa: PLR2004  a day
        raise Unclear(_HELP)
    if minutes % HALF_HOUR:
        raise Unclear("I count in half-hours: please begin and end at the hour or half past.")
    return hours * 2 + minutes // HALF_HOUR


def _clock(half: int) -> str:
    return f"{half // 2:02}:{half % 2 * HALF_HOUR:02}"
