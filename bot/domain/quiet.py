"""When something may be said that nobody asked for: not at night, and not often in a week.

Answers, and what a person asked for, wait for nothing here. Decided when it is about to be sent, by the zone they are in
then. A moment goes in and comes out in UTC.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from bot.domain import rhythm

FROM, UNTIL = time(20, 0), time(8, 0)  # of their local time
THEIR_OWN_HOUR = timedelta(hours=1)  # around the moment that they chose themselves
PER_WEEK = 3  # to one person, from all their programmes together
OTHERS_PER_WEEK = 2  # so that one is left for the weekly message
LONGEST_WEEK = timedelta(days=8)  # what was said longer ago is in no week of today, in any zone

_WEEK = timedelta(days=7)


def wait_until(
    now: datetime, zone_name: str, *, weekly: bool, chosen_at: datetime | None, said: Sequence[tuple[bool, datetime]]
) -> datetime | None:
    """Until when an unasked message to a person must wait; None if it may be sent now. Ask again at that moment."""
    return budget_until(now, zone_name, weekly, said) or quiet_until(now, zone_name, chosen_at)


def quiet_until(now: datetime, zone_name: str, chosen_at: datetime | None = None) -> datetime | None:
    """The end of the quiet hours they are in, or None. At the hour that somebody chose themselves it is never quiet."""
    if chosen_at and abs(now - chosen_at) <= THEIR_OWN_HOUR:
        return None
    local = now.astimezone(rhythm.zone(zone_name))
    if UNTIL <= local.time() < FROM:
        return None
    day = local.date() + timedelta(days=local.time() >= FROM)
    morning = rhythm.instant(day, UNTIL, zone_name)
    return morning if morning > now else None  # clocks went back over it: the day has begun already


def budget_until(now: datetime, zone_name: str, weekly: bool, said: Sequence[tuple[bool, datetime]]) -> datetime | None:
    """Monday morning, if this week's messages are used up; else None. A week is theirs, from Monday to Sunday.

    `said`: what they were sent unasked, from all their programmes: whether it was a weekly message, and when.
    """
    monday = _monday(now, zone_name)
    this_week = [was_weekly for was_weekly, moment in said if _monday(moment, zone_name) == monday]
    used_up = len(this_week) >= PER_WEEK or (not weekly and this_week.count(False) >= OTHERS_PER_WEEK)
    return rhythm.instant(monday + _WEEK, UNTIL, zone_name) if used_up else None


def _monday(moment: datetime, zone_name: str) -> date:
    day = rhythm.local_date(moment, zone_name)
    return day - timedelta(days=day.weekday())
