"""Half-hours of a week: how people write them, and what several share."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import free
from bot.domain.free import Unclear, Week, in_words, read, shared, written
from tests.conftest import london

SLOTS = st.frozensets(st.tuples(st.integers(0, 6), st.integers(0, 47)), max_size=12)


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("Tue 10:00, Thu 14-16", "Tue 10:00, Thu 14:00-16:00"),
        ("tuesday 10.30; THURSDAYS 2pm-4pm", "Tue 10:30, Thu 14:00-16:00"),
        ("mon-fri 8:30", "Mon 08:30, Tue 08:30, Wed 08:30, Thu 08:30, Fri 08:30"),
        ("Mon 9, 11 and 15-16", "Mon 09:00, Mon 11:00, Mon 15:00-16:00"),
        ("Wed at 12pm\nWed 12-12:30", "Wed 12:00"),
        ("Fri 2-4 pm", "Fri 14:00-16:00"),
        ("Fri 10-2pm", "Fri 10:00-14:00"),
        ("Sun 23:30-24", "Sun 23:30"),
        ("fri to mon 9", "Mon 09:00, Fri 09:00, Sat 09:00, Sun 09:00"),
        ("", ""),
        (" , ", ""),
    ],
)
def test_as_people_write_it(words: str, kept: str) -> None:
    """Days and times, in many ways."""
    assert written(read(words)) == kept


@pytest.mark.parametrize(
    "words",
    ["whenever", "Tue", "10:00", "Tue 25", "Tue 10:10", "Tue 16-14", "Tue 13pm", "Tue 24", "<!channel>", "Tue 10 Thu 11", "🍏", "Tue 0pm"],
)  # fmt: skip
def test_what_cannot_be_read(words: str) -> None:
    """A sentence that helps."""
    with pytest.raises(Unclear) as unclear:
        read(words)
    assert str(unclear.value).endswith(".")


@given(SLOTS)
def test_what_is_written_is_read(slots: frozenset[tuple[int, int]]) -> None:
    """The shortest way of writing it says the same."""
    if (6, 47) not in slots:
        assert read(written(slots)) == slots


@given(st.text(max_size=80))
def test_any_text(words: str) -> None:
    """It is read, or it is not; nothing else happens."""
    with suppress(Unclear):
        assert all(0 <= day < 7 and 0 <= half < 48 for day, half in read(words))


def test_shared_in_the_next_seven_days() -> None:
    """From tomorrow on, the same moment for all, whatever their zones; today's weekday is a week ahead."""
    now = london("2026-12-08 09:30")  # a Tuesday
    here, there = Week(read("Thu 14-16, Tue 10"), "Europe/London"), Week(read("Thu 15:30, Tue 11"), "Europe/Paris")
    assert shared([here, there], now) == [london("2026-12-10 14:30"), london("2026-12-15 10:00")]
    assert shared([here, Week(free.Slots(), "Europe/London")], now) == []
    assert shared([], now) == []


def test_when_clocks_change() -> None:
    """Three weeks in March New York is an hour nearer."""
    new_york, london_week = Week(read("Mon 10"), "America/New_York"), Week(read("Mon 14, Mon 15"), "Europe/London")
    assert shared([new_york, london_week], london("2027-03-10 09:00")) == [london("2027-03-15 14:00")]
    assert shared([new_york, london_week], london("2027-04-01 09:00")) == [london("2027-04-05 15:00")]


def test_in_words() -> None:
    """Once where all say the same; on the first of January, too."""
    assert in_words(london("2027-01-01 09:00"), ["Europe/London"]) == "Friday 1 January at 09:00"
    moment = london("2026-12-10 14:30")
    assert in_words(moment, ["Europe/London", "Europe/Lisbon"]) == "Thursday 10 December at 14:30"
    both = in_words(moment, ["Europe/London", "Pacific/Auckland"])
    assert both == "Thursday 10 December at 14:30 (Europe/London) and Friday 11 December at 03:30 (Pacific/Auckland)"
