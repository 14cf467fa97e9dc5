"""When things happen: local days and hours of a person or a programme, as instants.

Everything that recurs is computed from a local date, so a local day happens once, also when clocks change.
"""

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


def next_weekly(after: datetime, weekday: int, at: time, zone_name: str) -> datetime:
    """The first of that weekday and time, in that zone, strictly after `after`. In UTC."""
    day = next_weekday(local_date(after, zone_name), weekday)
    moment = instant(day, at, zone_name)
    return moment if moment > after else instant(day + timedelta(days=7), at, zone_name)


def later_weekly(planned: datetime, now: datetime, at: time, zone_name: str, every_weeks: int) -> datetime:
    """The next in a rhythm of every so many weeks, counted from the one that was planned, after now. In UTC."""
    day = local_date(planned, zone_name)
    if instant(day, at, zone_name) != planned == instant(day - timedelta(days=1), at, zone_name):
        day -= timedelta(days=1)  # the clocks skipped that hour, and midnight with it: the weekday stays what it was
    while True:
        day += timedelta(weeks=every_weeks)
        moment = instant(day, at, zone_name)
        if moment > now:
            return moment


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
