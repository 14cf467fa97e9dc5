"""What a day written in words means, one reader for each kind of pattern in `due_words`.

A reader answers with a day that is not in the past, with None where it is no day after all, or raises NoSuchDay.
"""

import re
from calendar import monthrange
from collections.abc import Callable, Iterable
from datetime import date, timedelta

from bot.domain import due_words as words

_FRIDAY, _SATURDAY = 4, 5
_LEAP_YEAR = 2028
EARLY = ("morning", "in the morning", "first thing")


class NoSuchDay(Exception):
    """The words name a day that cannot be; the text is a sentence."""


def written(match: re.Match[str], place: str) -> str:
    """What was written there, in small letters; empty where the pattern has no such place."""
    return " ".join((match.groupdict().get(place) or "").split())


def _date(match: re.Match[str], today: date) -> date:
    """That day of that month; without a year, the next one to come."""
    month, day, year = _month(match["month"]), int(match["day"]), written(match, "year")
    name = f"{day} {words.MONTHS[month - 1]}" if 1 <= month <= len(words.MONTHS) else f"{day}/{match['month']}"
    if year:
        named_year = int(year) + (2000 if len(year) == len("26") else 0)
        chosen = _calendar(named_year, month, day)
        if chosen and chosen < today:
            raise NoSuchDay(f"{name} {named_year} has already passed.")
    else:
        chosen = _first(today, (_calendar(today.year + later, month, day) for later in (0, 1)))
        if not chosen and _calendar(_LEAP_YEAR, month, day):
            raise NoSuchDay(f"There is no {name} in the year to come.")
    if not chosen:
        raise NoSuchDay(f"{name} is not a day in the calendar.")
    return _before(match, _checked(match, chosen), today)


def _day_of_month(match: re.Match[str], today: date) -> date:
    """The 27th: the next one to come."""
    day = int(match["day"])
    months = (_add_months(today.replace(day=1), later) for later in range(3))
    chosen = _first(today, (_calendar(first.year, first.month, day) for first in months))
    if not chosen:
        raise NoSuchDay(f"No month has a day {day}.")
    return _before(match, _checked(match, chosen), today)


def _month_end(match: re.Match[str], today: date) -> date:
    month, year = _month(match["month"]), written(match, "year")
    chosen = _end_of("month", date(max(1, int(year or today.year)), month, 1))
    if year and chosen < today:
        raise NoSuchDay(f"The end of {words.MONTHS[month - 1]} {year} has already passed.")
    return chosen if chosen >= today else _end_of("month", date(today.year + 1, month, 1))


def _weekday(match: re.Match[str], today: date) -> date:
    weekday = words.WEEKDAYS[match["weekday"]]
    which, week = written(match, "which") or written(match, "alone"), written(match, "week")
    ahead, monday = (weekday - today.weekday()) % 7, today - timedelta(days=today.weekday())
    if which == "next" or "next" in week:
        # "Next Friday" on a Monday is the Friday of next week to most people in Britain; the day is always shown back.
        day = monday + timedelta(days=7 + weekday)
    elif which or "this" in week:
        day = today + timedelta(days=ahead)
    else:
        day = today + timedelta(days=ahead or 7)
    if week == "week":
        day += timedelta(days=7)
    return _before(match, day, today)


def _week_on(match: re.Match[str], today: date) -> date:
    return _weekday(match, today) + timedelta(days=7)


def _span(match: re.Match[str], today: date) -> date:
    count = written(match, "count") or "a"
    number = words.NUMBERS[count] if count in words.NUMBERS else int(count)
    if written(match, "base") == "tomorrow":
        today += timedelta(days=1)
    if match["unit"] == "month":
        return _add_months(today, number)
    return today + timedelta(days=number * {"day": 1, "week": 7, "fortnight": 14}[match["unit"]])


def _period(match: re.Match[str], today: date) -> date | None:
    """This or next week or month: its Friday, its last day; its first day where they say so."""
    edge, which, unit = (written(match, name) for name in ("edge", "which", "unit"))
    if which not in {"this", "next"} and not edge.endswith("end of"):
        return None
    if which != "next":
        return _end_of(unit, today)
    first = _add_months(today.replace(day=1), 1) if unit == "month" else today + timedelta(days=7 - today.weekday())
    if edge.endswith(("start of", "beginning of", "early")):
        return first
    if written(match, "lead") == "before" and not edge:
        return max(today, first - timedelta(days=3 if unit == "week" else 1))
    return _end_of(unit, first)


def _weekend(match: re.Match[str], today: date) -> date:
    """Its Saturday, or the Friday before where it must be done by then."""
    which, lead = written(match, "which") or written(match, "alone"), written(match, "lead")
    saturday = today - timedelta(days=today.weekday()) + timedelta(days=_SATURDAY + (7 if which == "next" else 0))
    if lead and lead != "on":
        return max(today, saturday - timedelta(days=1))
    return max(today, saturday)


def _named(match: re.Match[str], today: date) -> date:
    named = written(match, "named")
    days = 2 if named.endswith("after tomorrow") else 1 if named == "tomorrow" else 0
    return _before(match, today + timedelta(days=days), today)


def _before(match: re.Match[str], day: date, today: date) -> date:
    """The day before, where they wrote "before Friday"; "before Friday at 3pm" is still Friday."""
    if written(match, "lead") != "before" or written(match, "part") not in {"", *EARLY}:
        return day
    return max(today, day - timedelta(days=1))


def _checked(match: re.Match[str], day: date) -> date:
    """Raises where the day of the week that stands with a date is another one."""
    weekday = written(match, "weekday")
    if weekday and words.WEEKDAYS[weekday] != day.weekday():
        said = next(name for name, number in words.WEEKDAYS.items() if number == words.WEEKDAYS[weekday])
        raise NoSuchDay(f"{day.day} {day:%B} {day.year} is a {day:%A}, not a {said.title()}.")
    return day


def _month(written: str) -> int:
    if written.isdecimal():
        return int(written)
    return next(number for number, name in enumerate(words.MONTHS, 1) if name[:3].lower() == written[:3])


def _calendar(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _first(today: date, days: Iterable[date | None]) -> date | None:
    return next((day for day in days if day and day >= today), None)


def _add_months(day: date, months: int) -> date:
    """The same day so many months later, or the last of that month."""
    years, month = divmod(day.month - 1 + months, 12)
    return date(day.year + years, month + 1, min(day.day, monthrange(day.year + years, month + 1)[1]))


def _end_of(unit: str, day: date) -> date:
    """The Friday of that week (on a weekend, of the next), or the last day of that month."""
    if unit == "month":
        return day.replace(day=monthrange(day.year, day.month)[1])
    return day + timedelta(days=(_FRIDAY - day.weekday()) % 7)


READERS: dict[str, Callable[[re.Match[str], date], date | None]] = {
    "date": _date,
    "day_of_month": _day_of_month,
    "month_end": _month_end,
    "weekday": _weekday,
    "week_on": _week_on,
    "span": _span,
    "period": _period,
    "weekend": _weekend,
    "named": _named,
}
