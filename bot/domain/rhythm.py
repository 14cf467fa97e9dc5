"""When things happen: local days and hours of a person or a programme, as instants.

What recurs is planned by its local date, and its moment is computed from that: so a local day happens once, also when
clocks change, when somebody moves to another zone, and when a government moves the zone.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.domain.due_words import MONTHS

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

MORNING = time(9, 0)
END_OF_DAY = time(16, 30)
AFTER_SESSION_WINDOW = timedelta(hours=12)  # an end seen later than this is missed, not posted
MEETING_MAY_BEGIN_BEFORE = timedelta(minutes=30)  # a session's own start
MEETING_MAY_OVERRUN = timedelta(hours=2)  # beyond that the timetable no longer waits for it
ASK_IF_MET_AFTER = timedelta(days=7)
ASK_AGAIN_AFTER = timedelta(hours=48)  # whoever said not yet
FIRST_WEEKLY_AFTER = timedelta(days=3)  # of joining: nobody is written to again while the form is still warm
FIRST_ROUND_AFTER = timedelta(days=7)  # of the first session: people need time to join


class UnknownZone(ValueError):
    """No such time zone; the text says which was asked for."""


def zone(name: str) -> ZoneInfo:
    """The time zone of that name, like Europe/London. Raises UnknownZone."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UnknownZone(name) from error


def instant(day: date, at: time, zone_name: str) -> datetime:
    """That local day and time as an instant in UTC.

    A time that the clocks skip is read with the offset before the change, a doubled one as its first.
    """
    return datetime.combine(day, at.replace(fold=0), zone(zone_name)).astimezone(ZoneInfo("UTC"))


def local_date(now: datetime, zone_name: str) -> date:
    return now.astimezone(zone(zone_name)).date()


def next_weekday(from_day: date, weekday: int) -> date:
    """The first day on or after `from_day` that is that weekday (Monday is 0)."""
    return from_day + timedelta(days=(weekday - from_day.weekday()) % 7)


def next_date(after: datetime, weekday: int, at: time, zone_name: str) -> date:
    """The first local date of that weekday whose moment is strictly after `after`."""
    day = next_weekday(local_date(after, zone_name), weekday)
    return day if instant(day, at, zone_name) > after else day + timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Turns:
    """Where a rhythm stands, in local dates: those it is too late for, the one to do now, the first to come."""

    missed: tuple[date, ...]
    due: date | None
    following: date


def turns(on: date, now: datetime, at: time, zone_name: str, every_weeks: int, *, window: timedelta) -> Turns:
    """A rhythm of every so many weeks, from the planned date on. After a silence at most one date is due: the latest.

    A date's moment is the one that its zone gives it now, whatever it was when it was planned.
    """
    come: list[date] = []
    while instant(on, at, zone_name) <= now:
        come.append(on)
        on += timedelta(weeks=every_weeks)
    due = come.pop() if come and now - instant(come[-1], at, zone_name) <= window else None
    return Turns(tuple(come), due, on)


def play_back_at(due: date, now: datetime, zone_name: str) -> datetime:
    """When to play a commitment back: its day, in the morning.

    If that morning has passed, the end of the same day; if that too has passed, tomorrow morning. In UTC.
    """
    for day, at in ((due, MORNING), (due, END_OF_DAY)):
        moment = instant(day, at, zone_name)
        if moment > now:
            return moment
    return instant(local_date(now, zone_name) + timedelta(days=1), MORNING, zone_name)


def day_in_words(day: date, today: date) -> str:
    """A day as people say it: today, tomorrow, Friday 27 November, with the year if it is not this one's."""
    if day == today:
        return "today"
    if day == today + timedelta(days=1):
        return "tomorrow"
    year = f" {day.year}" if day.year != today.year else ""
    return f"{WEEKDAYS[day.weekday()].title()} {day.day} {MONTHS[day.month - 1]}{year}"
