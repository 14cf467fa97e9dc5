"""Local days and hours as instants, also where clocks change."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.rhythm import (
    Turns,
    UnknownZone,
    day_in_words,
    instant,
    local_date,
    next_date,
    next_weekday,
    play_back_at,
    turns,
    zone,
)
from tests.zones import tz_database, write_zone

LONDON = "Europe/London"
NINE = time(9, 0)
FRIDAY, SUNDAY = 4, 6
ZONES = st.sampled_from(
    [
        *("UTC", LONDON, "Asia/Beirut", "Asia/Kathmandu", "Australia/Lord_Howe", "America/St_Johns", "America/Nuuk"),
        *(
            "Africa/Cairo",
            "Asia/Tehran",
            "Pacific/Kiritimati",
            "Pacific/Chatham",
            "America/Havana",
            "Africa/Casablanca",
        ),
    ]
)
DAYS = st.dates(date(2015, 1, 1), date(2035, 12, 31))
TIMES = st.times(timezones=st.none()).map(lambda at: at.replace(second=0, microsecond=0))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# An instant

INSTANTS = [
    (date(2026, 1, 15), NINE, LONDON, "2026-01-15 09:00"),
    (date(2026, 7, 15), NINE, LONDON, "2026-07-15 08:00"),
    (date(2026, 3, 29), time(0, 59), LONDON, "2026-03-29 00:59"),
    (date(2026, 3, 29), time(1, 30), LONDON, "2026-03-29 01:30"),  # the clocks skip it: 02:30 on the new clock
    (date(2026, 3, 29), time(2, 0), LONDON, "2026-03-29 01:00"),
    (date(2026, 10, 25), time(1, 30), LONDON, "2026-10-25 00:30"),  # it comes twice: the first
    (date(2026, 10, 25), time(2, 0), LONDON, "2026-10-25 02:00"),
    (date(2026, 10, 4), time(2, 15), "Australia/Lord_Howe", "2026-10-03 15:45"),  # half an hour is skipped
    (date(2026, 4, 5), time(1, 45), "Australia/Lord_Howe", "2026-04-04 14:45"),  # half an hour comes twice
    (date(2026, 3, 29), time(0, 30), "Asia/Beirut", "2026-03-28 22:30"),  # the day begins at one
    (date(2011, 12, 29), NINE, "Pacific/Apia", "2011-12-29 19:00"),
    (date(2011, 12, 31), NINE, "Pacific/Apia", "2011-12-30 19:00"),
    (date(2026, 11, 23), NINE, "Asia/Kathmandu", "2026-11-23 03:15"),
]


@pytest.mark.parametrize(("day", "at", "zone_name", "moment"), INSTANTS)
def test_a_local_time_is_an_instant(day: date, at: time, zone_name: str, moment: str) -> None:
    """A skipped time is read with the offset before the change, a doubled one as its first; the answer is in UTC."""
    assert instant(day, at, zone_name) == utc(moment)
    assert instant(day, at, zone_name).utcoffset() == timedelta(0)


def test_a_skipped_day_is_the_next_one() -> None:
    """Samoa had no 30 December 2011: its morning is that of the 31st."""
    assert instant(date(2011, 12, 30), NINE, "Pacific/Apia") == instant(date(2011, 12, 31), NINE, "Pacific/Apia")


@settings(deadline=None)
@given(DAYS, ZONES)
def test_an_instant_at_noon_is_on_its_local_day(day: date, zone_name: str) -> None:
    """There and back again is the same day, in every zone."""
    assert local_date(instant(day, time(12, 0), zone_name), zone_name) == day


def test_the_local_date_is_the_zones_own() -> None:
    """One instant is three dates."""
    now = utc("2026-11-23 10:30")
    assert local_date(now, "Pacific/Kiritimati") == date(2026, 11, 24)
    assert local_date(now, LONDON) == date(2026, 11, 23)
    assert local_date(now, "Pacific/Pago_Pago") == date(2026, 11, 22)


NO_ZONES = ["", ".", "Nowhere", "Europe", "europe/london", "Europe/London ", "../etc/passwd", "/etc/passwd", "a\x00b"]


@pytest.mark.parametrize("name", [*NO_ZONES, "\ud800", "x" * 5000, "🎉"])
def test_an_unknown_zone_is_named(name: str) -> None:
    """Whatever stands there, the one error comes out, with what was asked for."""
    with pytest.raises(UnknownZone) as refused:
        zone(name)
    assert str(refused.value) == name


# Every week


def test_the_first_day_on_or_after() -> None:
    """A day counts as itself, and the day after it as six days away."""
    friday = date(2026, 11, 27)
    assert next_weekday(friday, FRIDAY) == friday
    assert next_weekday(friday + timedelta(days=1), FRIDAY) == friday + timedelta(days=7)
    assert next_weekday(friday - timedelta(days=1), FRIDAY) == friday


def test_the_next_date_is_strictly_after() -> None:
    """At the very minute it is next week's; a second before, it is this one."""
    friday = date(2026, 11, 27)
    planned = utc("2026-11-27 09:00")
    assert next_date(planned - timedelta(seconds=1), FRIDAY, NINE, LONDON) == friday
    assert next_date(planned, FRIDAY, NINE, LONDON) == friday + timedelta(days=7)


def test_a_doubled_hour_comes_once() -> None:
    """Half past one on 25 October 2026 is not planned again an hour later."""
    half_past_one = time(1, 30)
    day = next_date(utc("2026-10-24 12:00"), SUNDAY, half_past_one, LONDON)
    assert day == date(2026, 10, 25)
    for later in ("2026-10-25 00:30", "2026-10-25 01:29"):
        assert next_date(utc(later), SUNDAY, half_past_one, LONDON) == date(2026, 11, 1)
        assert stand(day, later, half_past_one) == Turns((), day, date(2026, 11, 1))


def test_a_skipped_hour_still_comes() -> None:
    """The week of the change is not left out."""
    half_past_one = time(1, 30)
    day = next_date(utc("2026-03-28 12:00"), SUNDAY, half_past_one, LONDON)
    assert day == date(2026, 3, 29)
    assert stand(day, "2026-03-29 01:29", half_past_one).due is None
    assert stand(day, "2026-03-29 01:30", half_past_one) == Turns((), day, date(2026, 4, 5))


def test_a_skipped_day_still_has_its_week() -> None:
    """Fridays in Samoa go on after the one that never was."""
    moment = utc("2011-12-23 19:00")
    seen = []
    for _ in range(3):
        day = next_date(moment, FRIDAY, NINE, "Pacific/Apia")
        moment = instant(day, NINE, "Pacific/Apia")
        seen.append((day, moment))
    assert seen == [
        (date(2011, 12, 30), utc("2011-12-30 19:00")),
        (date(2012, 1, 6), utc("2012-01-05 19:00")),
        (date(2012, 1, 13), utc("2012-01-12 19:00")),
    ]


# Where a rhythm stands

DAY = timedelta(days=1)


def stand(on: date, now: str, at: time = NINE, zone_name: str = LONDON, every: int = 1) -> Turns:
    return turns(on, utc(now), at, zone_name, every, window=DAY)


STANDS = [
    ("2026-11-27 08:59:59", [], None, 27),
    ("2026-11-27 09:00", [], 27, 34),
    ("2026-11-28 09:00", [], 27, 34),  # a day late, and still in time
    ("2026-11-28 09:01", [27], None, 34),
    ("2026-12-04 08:59", [27], None, 34),
    ("2026-12-04 09:00", [27], 34, 41),  # of two, the latest
    ("2026-12-05 09:01", [27, 34], None, 41),
    ("2026-12-20 00:00", [27, 34, 41, 48], None, 55),
]


@pytest.mark.parametrize(("now", "missed", "due", "following"), STANDS)
def test_one_is_due_at_most_and_what_is_too_late_is_named(
    now: str, missed: list[int], due: int | None, following: int
) -> None:
    """Within the window it is due, once; every other date that has come is named as missed."""
    day = {number: date(2026, 11, 1) + timedelta(days=number - 1) for number in (27, 34, 41, 48, 55)}
    expected = Turns(tuple(day[one] for one in missed), day[due] if due else None, day[following])
    assert stand(day[27], now) == expected


def test_a_date_stays_when_clocks_are_set_anew(tmp_path: Path) -> None:
    """Planned for Monday at midnight while summer time was law: without it, that moment is still Sunday."""
    monday = date(2027, 6, 7)
    planned = instant(monday, time(0, 0), LONDON)
    write_zone(tmp_path, LONDON, "GMT0", utc("2027-05-01 00:00"))
    with tz_database(tmp_path):
        assert local_date(planned, LONDON) == monday - DAY
        assert turns(monday, planned, time(0, 0), LONDON, 1, window=DAY) == Turns((), None, monday)
        an_hour_later = planned + timedelta(hours=1)
        assert turns(monday, an_hour_later, time(0, 0), LONDON, 1, window=DAY).due == monday


@settings(deadline=None, max_examples=60)
@given(DAYS, TIMES, ZONES)
def test_each_local_date_comes_once(day: date, at: time, zone_name: str) -> None:
    """Week after week for a year and more, each date of that weekday is due once, at a moment of its own."""
    on, moments, seen = day, [instant(day, at, zone_name)], []
    for _ in range(60):
        now = turns(on, moments[-1], at, zone_name, 1, window=DAY)
        assert now.missed == ()
        assert now.following == next_date(moments[-1], day.weekday(), at, zone_name)
        seen.append(now.due)
        on = now.following
        moments.append(instant(on, at, zone_name))
    assert seen == [day + timedelta(weeks=week) for week in range(60)]
    assert moments == sorted(set(moments))


@settings(deadline=None, max_examples=60)
@given(DAYS, TIMES, ZONES, st.integers(1, 26), st.timedeltas(timedelta(days=-3), timedelta(days=300)))
def test_a_rhythm_of_several_weeks_is_kept_after_a_silence(
    day: date, at: time, zone_name: str, every: int, silence: timedelta
) -> None:
    """However long nothing ran, no date is lost: each is missed or due, and the first in the future follows."""
    now = instant(day, at, zone_name) + silence
    stands = turns(day, now, at, zone_name, every, window=DAY)
    come = [*stands.missed, *([stands.due] if stands.due else [])]
    assert [*come, stands.following] == [day + timedelta(weeks=every * turn) for turn in range(len(come) + 1)]
    assert all(now - instant(one, at, zone_name) > DAY for one in stands.missed)
    assert stands.due is None or timedelta(0) <= now - instant(stands.due, at, zone_name) <= DAY
    assert instant(stands.following, at, zone_name) > now


def test_a_midnight_that_the_clocks_skip_does_not_move_the_weekday() -> None:
    """Nuuk went from 23:00 on Saturday to midnight; a rhythm of Saturdays at 23:30 stays one."""
    saturday = date(2024, 3, 30)
    planned = instant(saturday, time(23, 30), "America/Nuuk")
    assert local_date(planned, "America/Nuuk") == date(2024, 3, 31)
    now = turns(saturday, planned, time(23, 30), "America/Nuuk", 1, window=DAY)
    assert now == Turns((), saturday, date(2024, 4, 6))


# A commitment comes back

PLAYED = [
    (date(2026, 11, 27), "2026-11-23 12:00", "2026-11-27 09:00"),
    (date(2026, 11, 23), "2026-11-23 08:59", "2026-11-23 09:00"),
    (date(2026, 11, 23), "2026-11-23 09:00", "2026-11-23 16:30"),
    (date(2026, 11, 23), "2026-11-23 16:29", "2026-11-23 16:30"),
    (date(2026, 11, 23), "2026-11-23 16:30", "2026-11-24 09:00"),
    (date(2026, 11, 23), "2026-11-23 23:59", "2026-11-24 09:00"),
    (date(2026, 11, 2), "2026-11-23 12:00", "2026-11-24 09:00"),
    (date(2026, 7, 1), "2026-06-30 12:00", "2026-07-01 08:00"),
]


@pytest.mark.parametrize(("due", "now", "moment"), PLAYED)
def test_a_commitment_comes_back_in_the_morning_of_its_day(due: date, now: str, moment: str) -> None:
    """In the morning; if that has passed, at the end of the day; if that has passed, tomorrow morning."""
    assert play_back_at(due, utc(now), LONDON) == utc(moment)


@settings(deadline=None)
@given(DAYS, st.datetimes(datetime(2015, 1, 1), datetime(2035, 12, 31), timezones=st.just(UTC)), ZONES)  # noqa: DTZ001
def test_it_always_comes_back_later(due: date, now: datetime, zone_name: str) -> None:
    """Never now and never in the past; on its day, or if that is over, tomorrow."""
    moment = play_back_at(due, now, zone_name)
    assert moment > now
    assert local_date(moment, zone_name) in {due, local_date(now, zone_name) + timedelta(days=1)}


def test_now_may_be_told_in_any_zone() -> None:
    """Only the instant counts, not the clock it is read from."""
    now = datetime(2026, 11, 23, 21, 0, tzinfo=timezone(timedelta(hours=12)))
    assert play_back_at(date(2026, 11, 23), now, LONDON) == utc("2026-11-23 16:30")
    assert next_date(now, 0, NINE, LONDON) == date(2026, 11, 30)


# A day in words

WORDS = [
    (date(2026, 11, 23), "today"),
    (date(2026, 11, 24), "tomorrow"),
    (date(2026, 11, 27), "Friday 27 November"),
    (date(2026, 11, 22), "Sunday 22 November"),
    (date(2026, 12, 1), "Tuesday 1 December"),
    (date(2027, 1, 3), "Sunday 3 January 2027"),
    (date(2025, 12, 31), "Wednesday 31 December 2025"),
]


@pytest.mark.parametrize(("day", "words"), WORDS)
def test_a_day_is_said_as_people_say_it(day: date, words: str) -> None:
    """Today, tomorrow, then the day of the week and the date; the year only if it is another."""
    assert day_in_words(day, date(2026, 11, 23)) == words


def test_tomorrow_may_be_next_year() -> None:
    """On New Year's Eve it is still tomorrow."""
    assert day_in_words(date(2027, 1, 1), date(2026, 12, 31)) == "tomorrow"


def test_a_doubled_time_is_the_first_of_the_two() -> None:
    """However the time of day that is asked for was made."""
    doubled = date(2026, 10, 25), time(1, 30, fold=1)
    assert instant(*doubled, "Europe/London") == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
