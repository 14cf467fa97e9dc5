"""When something may be said that nobody asked for."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.quiet import FROM, LONGEST_WEEK, UNTIL, budget_until, quiet_until, wait_until
from bot.domain.rhythm import instant, local_date
from tests.zones import tz_database, write_zone

LONDON = "Europe/London"
ZONES = st.sampled_from(
    [
        *("UTC", LONDON, "Asia/Beirut", "Asia/Kathmandu", "Australia/Lord_Howe", "America/St_Johns", "America/Nuuk"),
        *("Africa/Cairo", "Asia/Gaza", "Antarctica/Troll", "Antarctica/Casey", "Pacific/Kiritimati", "Pacific/Apia"),
        *("Pacific/Chatham", "America/Havana", "America/Santiago", "Africa/Casablanca", "America/Scoresbysund"),
    ]
)
MOMENTS = st.datetimes(datetime(2009, 1, 1), datetime(2036, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
SAID = st.lists(st.tuples(st.booleans(), st.timedeltas(timedelta(0), timedelta(days=9))), max_size=6)


def local(text: str, zone_name: str = LONDON, *, fold: int = 0) -> datetime:
    """A moment like "2026-11-26 20:00" on that zone's clocks."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone_name), fold=fold).astimezone(UTC)


# The quiet hours

EVENINGS = [
    ("2026-11-26 19:59:59", None),
    ("2026-11-26 20:00", "2026-11-27 08:00"),
    ("2026-11-26 23:59", "2026-11-27 08:00"),
    ("2026-11-27 00:00", "2026-11-27 08:00"),
    ("2026-11-27 07:59:59", "2026-11-27 08:00"),
    ("2026-11-27 08:00", None),
    ("2026-11-27 13:00", None),
    ("2026-12-31 22:00", "2027-01-01 08:00"),
]


@pytest.mark.parametrize(("now", "until"), EVENINGS)
def test_from_eight_to_eight_it_is_quiet(now: str, until: str | None) -> None:
    """Eight in the evening is quiet already, eight in the morning is not any more; the answer is in UTC."""
    answer = quiet_until(local(now), LONDON)
    assert answer == (local(until) if until else None)
    assert answer is None or answer.utcoffset() == timedelta(0)


CHANGES = [
    (LONDON, "2026-03-28 22:00", "2026-03-29 08:00", 9),  # the night has an hour less
    (LONDON, "2026-10-24 22:00", "2026-10-25 08:00", 11),  # and an hour more
    ("Asia/Beirut", "2026-03-28 23:59", "2026-03-29 08:00", 7 + 1 / 60),  # midnight is skipped
    ("America/Havana", "2026-11-01 00:30", "2026-11-01 08:00", 8.5),  # half past midnight comes twice: the first
    ("Antarctica/Troll", "2026-03-28 20:00", "2026-03-29 08:00", 10),  # two hours less
    ("Australia/Lord_Howe", "2026-10-03 22:00", "2026-10-04 08:00", 9.5),  # half an hour less
    ("America/Nuuk", "2026-03-28 22:30", "2026-03-29 08:00", 8.5),  # the hour before midnight is skipped
    ("Pacific/Apia", "2011-12-29 21:00", "2011-12-31 08:00", 11),  # the 30th never was
]


@pytest.mark.parametrize(("zone_name", "now", "until", "hours"), CHANGES)
def test_a_night_in_which_clocks_change_ends_at_eight(zone_name: str, now: str, until: str, hours: float) -> None:
    """Eight on the clocks as they are then, however long the night was."""
    answer = quiet_until(local(now, zone_name), zone_name)
    assert answer == local(until, zone_name)
    assert answer - local(now, zone_name) == timedelta(hours=hours)


def test_the_second_of_a_doubled_hour_is_as_quiet_as_the_first() -> None:
    """Half past one comes twice in London on 25 October 2026."""
    for fold in (0, 1):
        assert quiet_until(local("2026-10-25 01:30", fold=fold), LONDON) == local("2026-10-25 08:00")


def test_a_morning_that_comes_twice_is_not_waited_for_again(tmp_path: Path) -> None:
    """Where the clocks go back from 08:30 to 07:30, the day has begun: no wait ends before it began."""
    write_zone(tmp_path, "Test/Morning", "STD0DST-1,J100/6,J200/8:30")
    with tz_database(tmp_path):
        for moment, wall, until in (("05:30", "06:30", "07:00"), ("07:15", "08:15", None), ("07:45", "07:45", None)):
            now = datetime.fromisoformat(f"2026-07-19 {moment}+00:00")
            assert f"{now.astimezone(ZoneInfo('Test/Morning')):%H:%M}" == wall
            assert quiet_until(now, "Test/Morning") == (now.replace(hour=7, minute=0) if until else None)


def test_it_is_their_own_zone_that_counts() -> None:
    """One moment: afternoon in London, night in Auckland, nearly morning in Honolulu."""
    now = local("2026-11-26 17:30")
    assert quiet_until(now, LONDON) is None
    assert quiet_until(now, "Pacific/Auckland") == local("2026-11-27 08:00", "Pacific/Auckland")
    assert quiet_until(now, "Pacific/Honolulu") == now + timedelta(minutes=30)


@pytest.mark.parametrize(("late", "waits"), [(0, False), (60, False), (61, True), (-60, False), (-61, True)])
def test_the_hour_they_chose_is_never_quiet(late: int, waits: bool) -> None:
    """Who chose half past ten in the evening gets it then; an hour later is still that, a minute more is not."""
    chosen = local("2026-11-26 22:30")
    now = chosen + timedelta(minutes=late)
    assert quiet_until(now, LONDON, chosen) == (local("2026-11-27 08:00") if waits else None)


def test_a_moment_they_chose_for_another_day_does_not_count() -> None:
    """A weekly message of yesterday evening, found this evening, waits for the morning."""
    now = local("2026-11-26 22:30")
    assert quiet_until(now, LONDON, now - timedelta(days=1)) == local("2026-11-27 08:00")


@settings(deadline=None, max_examples=300)
@given(MOMENTS, ZONES)
def test_whoever_waits_is_heard_by_day(now: datetime, zone_name: str) -> None:
    """At the end of the wait it is day there; nobody waits by day; and no wait is longer than a night may be."""
    until = quiet_until(now, zone_name)
    wall = now.astimezone(ZoneInfo(zone_name)).time()
    if until is None:
        assert UNTIL <= wall < FROM
        return
    assert not UNTIL <= wall < FROM
    assert now < until <= now + timedelta(hours=15)
    assert quiet_until(until, zone_name) is None
    assert until.astimezone(ZoneInfo(zone_name)).time() >= UNTIL


# The budget of a week

WEEKLY, OTHER = True, False
MONDAY = "2026-11-23"


def thursday(*kinds: bool) -> list[tuple[bool, datetime]]:
    return [(kind, local("2026-11-26 16:00")) for kind in kinds]


BUDGETS = [
    ((), WEEKLY, False),
    ((), OTHER, False),
    ((OTHER,), OTHER, False),
    ((OTHER, OTHER), OTHER, True),  # the third is kept
    ((OTHER, OTHER), WEEKLY, False),  # for this
    ((OTHER, OTHER, WEEKLY), WEEKLY, True),
    ((OTHER, OTHER, WEEKLY), OTHER, True),
    ((WEEKLY,), OTHER, False),
    ((WEEKLY, OTHER), OTHER, False),
    ((WEEKLY, WEEKLY), OTHER, False),  # of two programmes
    ((WEEKLY, WEEKLY, OTHER), OTHER, True),
    ((WEEKLY, WEEKLY), WEEKLY, False),
    ((WEEKLY, WEEKLY, WEEKLY), WEEKLY, True),
    ((WEEKLY, WEEKLY, WEEKLY), OTHER, True),
    ((OTHER, OTHER, OTHER, OTHER), WEEKLY, True),  # of a time when the rule was another
]


@pytest.mark.parametrize(("said", "kind", "waits"), BUDGETS)
def test_three_in_a_week_of_which_one_is_the_weekly_message(said: tuple[bool, ...], kind: bool, waits: bool) -> None:
    """Two of other kinds at most, three in all; what is more waits for Monday, eight in the morning."""
    until = budget_until(local("2026-11-27 12:00"), LONDON, kind, thursday(*said))
    assert until == (local("2026-11-30 08:00") if waits else None)


WEEKS = [
    ("2026-11-22 23:59:59", False),  # Sunday of the week before
    ("2026-11-23 00:00", True),
    ("2026-11-29 23:59:59", True),
    ("2026-11-30 00:00", False),  # after a step of the clock
]


@pytest.mark.parametrize(("moment", "counts"), WEEKS)
def test_a_week_is_from_monday_to_monday(moment: str, counts: bool) -> None:
    """Their own Monday at midnight is the line."""
    said = [(OTHER, local(moment))] * 2
    assert (budget_until(local("2026-11-26 12:00"), LONDON, OTHER, said) is not None) == counts


def test_a_week_is_the_week_where_they_are() -> None:
    """Sunday noon in London is Monday in Kiritimati, and a new week; in Honolulu it is still Sunday for a day."""
    now = local("2026-11-29 12:00")
    said = [(OTHER, now - timedelta(hours=3))] * 2
    assert budget_until(now, LONDON, OTHER, said) == local("2026-11-30 08:00")
    assert budget_until(now, "Pacific/Kiritimati", OTHER, said) is None
    assert budget_until(now, "Pacific/Honolulu", OTHER, said) == local("2026-11-30 08:00", "Pacific/Honolulu")


MONDAYS = [
    (LONDON, "2026-10-21 12:00", "2026-10-26 08:00"),  # the clocks went back on Sunday
    (LONDON, "2026-03-25 12:00", "2026-03-30 08:00"),
    ("Asia/Amman", "2014-03-27 12:00", "2014-03-31 08:00"),
    ("America/Asuncion", "2017-09-27 12:00", "2017-10-02 08:00"),  # Sunday's midnight was skipped
    ("Pacific/Apia", "2011-12-28 12:00", "2012-01-02 08:00"),  # a week of six days
]


@pytest.mark.parametrize(("zone_name", "now", "until"), MONDAYS)
def test_monday_morning_is_eight_also_when_clocks_changed(zone_name: str, now: str, until: str) -> None:
    """On the clocks as they are then."""
    moment = local(now, zone_name)
    assert budget_until(moment, zone_name, OTHER, [(OTHER, moment)] * 2) == local(until, zone_name)


def test_a_monday_without_a_midnight_is_a_monday() -> None:
    """Tehran skipped the midnight of Monday 22 March 2010: the week begins at one, and what was said then is in it."""
    tehran = "Asia/Tehran"
    first = instant(date(2010, 3, 22), time(0, 0), tehran)
    assert budget_until(first, tehran, OTHER, [(OTHER, first - timedelta(seconds=1))] * 2) is None
    assert budget_until(first, tehran, OTHER, [(OTHER, first)] * 2) == local("2010-03-29 08:00", tehran)


@settings(deadline=None, max_examples=300)
@given(MOMENTS, ZONES, SAID, st.booleans())
def test_the_wait_ends_in_a_new_week_and_by_day(
    now: datetime, zone_name: str, ago: list[tuple[bool, timedelta]], weekly: bool
) -> None:
    """Then it may be said, with nothing more in between; and what is older than the longest week never counts."""
    said = [(kind, now - span) for kind, span in ago]
    until = budget_until(now, zone_name, weekly, said)
    recent = [(kind, moment) for kind, moment in said if moment > now - LONGEST_WEEK]
    assert until == budget_until(now, zone_name, weekly, recent)
    if until is None:
        return
    assert until > now
    assert local_date(until, zone_name).weekday() == 0
    assert wait_until(until, zone_name, weekly=weekly, chosen_at=None, said=said) is None


@settings(deadline=None, max_examples=60)
@given(MOMENTS, ZONES, st.lists(st.tuples(st.booleans(), st.timedeltas(timedelta(0), timedelta(days=2))), max_size=40))
def test_nobody_is_ever_sent_more(now: datetime, zone_name: str, wishes: list[tuple[bool, timedelta]]) -> None:
    """However much is to be said: three a week, two of other kinds, all by day, and each comes at last."""
    said: list[tuple[bool, datetime]] = []
    for weekly, pause in wishes:
        now += pause
        while until := wait_until(now, zone_name, weekly=weekly, chosen_at=None, said=said):
            assert until > now
            now = until
        said.append((weekly, now))
    assert len(said) == len(wishes)
    assert all(quiet_until(moment, zone_name) is None for _, moment in said)
    for kinds in _by_week(said, zone_name):
        assert len(kinds) <= 3
        assert kinds.count(OTHER) <= 2


def _by_week(said: list[tuple[bool, datetime]], zone_name: str) -> list[list[bool]]:
    weeks: list[list[bool]] = [[]]
    for (_, earlier), (kind, moment) in pairwise([(WEEKLY, said[0][1]), *said] if said else []):
        days = local_date(moment, zone_name) - local_date(earlier, zone_name)
        if days.days > local_date(moment, zone_name).weekday():
            weeks.append([])
        weeks[-1].append(kind)
    return weeks


# Both

BOTH = [
    ("2026-11-26 15:00", 0, None),
    ("2026-11-26 21:00", 0, "2026-11-27 08:00"),
    ("2026-11-26 15:00", 2, "2026-11-30 08:00"),
    ("2026-11-26 21:00", 2, "2026-11-30 08:00"),
]


@pytest.mark.parametrize(("now", "said", "until"), BOTH)
def test_both_are_kept(now: str, said: int, until: str | None) -> None:
    """By night until the morning, over the budget until Monday."""
    answer = wait_until(local(now), LONDON, weekly=False, chosen_at=None, said=thursday(*[OTHER] * said))
    assert answer == (local(until) if until else None)


def test_the_hour_they_chose_does_not_break_the_budget() -> None:
    """Their fourth message this week waits for Monday morning, also at its own hour."""
    chosen = local("2026-11-26 22:30")
    said = thursday(OTHER, OTHER, WEEKLY)
    assert wait_until(chosen, LONDON, weekly=True, chosen_at=chosen, said=said) == local("2026-11-30 08:00")
    assert wait_until(chosen, LONDON, weekly=True, chosen_at=chosen, said=said[:2]) is None
