"""Reading the day out of a commitment: phrases as people write them, and text that nobody would."""

import re
import time
from datetime import date, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.domain.due import Understood, day_alone, understand
from bot.domain.due_words import LOOKALIKES, MONTHS, NUMBERS, PATTERNS, WEEKDAYS

MONDAY = date(2026, 11, 23)
FRIDAY = date(2026, 11, 27)
DAYS = st.dates(date(2020, 1, 1), date(2040, 12, 31))


def on(day: int, month: int, year: int = 2026) -> date:
    return date(year, month, day)


# One plain day

ENDINGS = [
    ("on Friday", FRIDAY),
    ("by Friday", FRIDAY),
    ("Friday", FRIDAY),
    ("Fri", FRIDAY),
    ("on Fri", FRIDAY),
    ("on the Friday", FRIDAY),
    ("due Friday", FRIDAY),
    ("no later than Friday", FRIDAY),
    ("this Friday", FRIDAY),
    ("by this Friday", FRIDAY),
    ("this coming Friday", FRIDAY),
    ("next Friday", on(4, 12)),
    ("on next Friday", on(4, 12)),
    ("Friday week", on(4, 12)),
    ("on Friday week", on(4, 12)),
    ("a week on Friday", on(4, 12)),
    ("a week on Tuesday", on(1, 12)),
    ("week on Tuesday", on(1, 12)),
    ("a week from Tuesday", on(1, 12)),
    ("on Tuesday week", on(1, 12)),
    ("on Tuesday next week", on(1, 12)),
    ("Tuesday of next week", on(1, 12)),
    ("next week on Tuesday", on(1, 12)),
    ("on Thursday this week", on(26, 11)),
    ("on Monday", on(30, 11)),
    ("this Monday", MONDAY),
    ("next Monday", on(30, 11)),
    ("on Weds", on(25, 11)),
    ("on Sunday", on(29, 11)),
    ("before Friday", on(26, 11)),
    ("before tomorrow", MONDAY),
    ("before today", MONDAY),
    ("before 3 December", on(2, 12)),
    ("before next week", FRIDAY),
    ("by 3 December", on(3, 12)),
    ("3 December", on(3, 12)),
    ("by 3rd December", on(3, 12)),
    ("by the 3rd of December", on(3, 12)),
    ("on 3 dec", on(3, 12)),
    ("on 3 Dec.", on(3, 12)),
    ("on 1 Sept", on(1, 9, 2027)),
    ("on the 3rd", on(3, 12)),
    ("by the 27th", FRIDAY),
    ("by the 31st", on(31, 12)),
    ("on Friday 27th", FRIDAY),
    ("on Friday 4th", on(4, 12)),
    ("on Friday 27 November", FRIDAY),
    ("on Friday, 27 November", FRIDAY),
    ("on Friday the 27th of November", FRIDAY),
    ("next Friday 4 December", on(4, 12)),
    ("by Dec 3", on(3, 12)),
    ("Dec 3", on(3, 12)),
    ("December 3rd", on(3, 12)),
    ("December the 3rd", on(3, 12)),
    ("by December 3, 2026", on(3, 12)),
    ("by 3 December 2026", on(3, 12)),
    ("by 25/12", on(25, 12)),
    ("on Friday 25/12", on(25, 12)),
    ("by 25/12/26", on(25, 12)),
    ("25/12/2026", on(25, 12)),
    ("25.12.2026", on(25, 12)),
    ("25-12-2026", on(25, 12)),
    ("2026-12-01", on(1, 12)),
    ("by 2026-12-01", on(1, 12)),
    ("by ٣ December", on(3, 12)),
    ("today", MONDAY),
    ("by close of play", MONDAY),
    ("by the end of the day", MONDAY),
    ("by cop", MONDAY),
    ("tomorrow", on(24, 11)),
    ("by tomorrow", on(24, 11)),
    ("day after tomorrow", on(25, 11)),
    ("the day after tomorrow", on(25, 11)),
    ("next week", on(4, 12)),
    ("by the end of next week", on(4, 12)),
    ("early next week", on(30, 11)),
    ("at the start of next week", on(30, 11)),
    ("this week", FRIDAY),
    ("later this week", FRIDAY),
    ("end of the week", FRIDAY),
    ("by end of week", FRIDAY),
    ("by the end of the week", FRIDAY),
    ("end of the month", on(30, 11)),
    ("by the end of this month", on(30, 11)),
    ("next month", on(31, 12)),
    ("by the end of November", on(30, 11)),
    ("by the end of March", on(31, 3, 2027)),
    ("by the end of Feb 2027", on(28, 2, 2027)),
    ("at the weekend", on(28, 11)),
    ("over the weekend", on(28, 11)),
    ("this weekend", on(28, 11)),
    ("next weekend", on(5, 12)),
    ("before the weekend", FRIDAY),
    ("in two weeks", on(7, 12)),
    ("in two weeks time", on(7, 12)),
    ("in two weeks' time", on(7, 12)),
    ("in two weeks’ time", on(7, 12)),
    ("in the next two weeks", on(7, 12)),
    ("within the week", on(30, 11)),
    ("in a fortnight", on(7, 12)),
    ("in nine days", on(2, 12)),
    ("in 10 days", on(3, 12)),
    ("10 days from now", on(3, 12)),
    ("in a couple of days", on(25, 11)),
    ("in a month", on(23, 12)),
    ("a week today", on(30, 11)),
    ("a week tomorrow", on(1, 12)),
    ("a fortnight today", on(7, 12)),
]


@pytest.mark.parametrize(("ending", "day"), ENDINGS)
def test_a_day_at_the_end_is_lifted_out(ending: str, day: date) -> None:
    """The day is read, and the sentence is left without it."""
    assert understand(f"ring the school nurse {ending}", MONDAY) == Understood("ring the school nurse", (day,))


BEGINNINGS = [
    ("On Friday I will ", FRIDAY, "I will "),
    ("On Friday, ", FRIDAY, ""),
    ("Friday: ", FRIDAY, ""),
    ("Friday - ", FRIDAY, ""),
    ("Friday I will ", FRIDAY, "I will "),
    ("By 3 December ", on(3, 12), ""),
    ("Tomorrow ", on(24, 11), ""),
    ("Next week ", on(4, 12), ""),
    ("Next week on Tuesday ", on(1, 12), ""),
    ("In two weeks ", on(7, 12), ""),
    ("   on Friday,   ", FRIDAY, ""),
]


@pytest.mark.parametrize(("beginning", "day", "kept"), BEGINNINGS)
def test_a_day_at_the_start_is_lifted_out(beginning: str, day: date, kept: str) -> None:
    """The day is read, and what follows is the sentence."""
    read = understand(f"{beginning}ring the school nurse", MONDAY)
    assert read == Understood(f"{kept}ring the school nurse", (day,))


WHOLE = [
    ("ring Kuda on Friday and tell the team", FRIDAY),
    ("talk to the head by Friday about the children", FRIDAY),
    ("the meeting on Friday needs an agenda", FRIDAY),
    ("ring Kuda (on Friday)", FRIDAY),
    ("ring Kuda on Friday 🎉", FRIDAY),
    ("ring Kuda from Friday", FRIDAY),
    ("prepare for Friday", FRIDAY),
    ("plan for next week", on(4, 12)),
    ("the panel is tomorrow", on(24, 11)),
    ("Tomorrow is the panel, so ring Kuda", on(24, 11)),
    ("visit between 3 and 5 December", on(5, 12)),
    ("visit 3-5 December", on(5, 12)),
    ("visit 3/4 December", on(4, 12)),
    ("ring Kuda (on Friday", FRIDAY),
    ("ring Kuda the 3rd of December", on(3, 12)),
    ("visit 3 – 5 December", on(5, 12)),
    ("On Friday at 3 schools I will listen", FRIDAY),
    ("On Friday and after that I will listen", FRIDAY),
]


@pytest.mark.parametrize(("words", "day"), WHOLE)
def test_a_day_that_the_sentence_needs_stays_in_it(words: str, day: date) -> None:
    """The day is read, and not one word is taken out."""
    assert understand(words, MONDAY) == Understood(words, (day,))


PARTS = [
    ("on Friday at 3pm", FRIDAY, "at 3pm"),
    ("on Friday at 3 PM", FRIDAY, "at 3 pm"),
    ("on Friday at 3 p.m.", FRIDAY, "at 3 p.m."),
    ("on Friday at 15:00", FRIDAY, "at 15:00"),
    ("on Friday at 10.30", FRIDAY, "at 10.30"),
    ("on Friday at 3", FRIDAY, "at 3"),
    ("on Friday at 3 o'clock", FRIDAY, "at 3 o'clock"),
    ("Friday 3pm", FRIDAY, "3pm"),
    ("3pm Friday", FRIDAY, "3pm"),
    ("by 5pm on Friday", FRIDAY, "by 5pm"),
    ("before 3pm on Friday", FRIDAY, "before 3pm"),
    ("before Friday at 3pm", FRIDAY, "at 3pm"),
    ("before Friday morning", on(26, 11), ""),
    ("at 10 on Monday", on(30, 11), "at 10"),
    ("at 10 on Monday evening", on(30, 11), "at 10 in the evening"),
    ("Friday morning", FRIDAY, "morning"),
    ("on Friday morning at 10", FRIDAY, "morning at 10"),
    ("on Friday in the afternoon", FRIDAY, "in the afternoon"),
    ("by Friday lunchtime", FRIDAY, "lunchtime"),
    ("on Friday night", FRIDAY, "night"),
    ("first thing tomorrow", on(24, 11), "first thing"),
    ("first thing on Friday", FRIDAY, "first thing"),
    ("tomorrow, first thing", on(24, 11), "first thing"),
    ("last thing on Friday", FRIDAY, "last thing"),
    ("by close of play on Friday", FRIDAY, "by close of play"),
    ("by end of day tomorrow", on(24, 11), "by end of day"),
    ("3 December at 10am", on(3, 12), "at 10am"),
    ("this afternoon", MONDAY, "in the afternoon"),
    ("this lunchtime", MONDAY, "at lunchtime"),
    ("tonight", MONDAY, "in the evening"),
    ("tonight at 8pm", MONDAY, "in the evening at 8pm"),
]


@pytest.mark.parametrize(("ending", "day", "part"), PARTS)
def test_a_time_of_day_is_kept_beside_the_day(ending: str, day: date, part: str) -> None:
    """The time goes with the day, in the writer's words, and out of the sentence."""
    assert understand(f"ring Kuda {ending}", MONDAY) == Understood("ring Kuda", (day,), part)


def test_how_long_is_not_when() -> None:
    """A day's length before a day is part of the sentence, not two days away."""
    assert understand("stay for a day tomorrow", MONDAY) == Understood("stay for a day", (on(24, 11),))


def test_white_space_in_a_time_is_one_space() -> None:
    """However a time was typed, it is kept short."""
    assert understand("ring Kuda on Friday   at \t 3pm", MONDAY).part == "at 3pm"


# Capitals, spaces, signs, other scripts

ODD = [
    ("ring Kuda ON FRIDAY", "ring Kuda"),
    ("ring Kuda on friday!", "ring Kuda"),
    ("RING KUDA BY THE END OF THE WEEK", "RING KUDA"),
    ("ring Kuda on Friday...", "ring Kuda"),
    ("ring Kuda, Friday?", "ring Kuda"),
    ("ring Kuda – Friday", "ring Kuda"),
    ("  ring   Kuda \t on   Friday  ", "ring   Kuda"),
    ("ring Kuda\non\nFriday", "ring Kuda"),
    ("ring Kuda\u00a0on\u00a0Friday", "ring Kuda"),
    ("🎉 ring Kuda on Friday", "🎉 ring Kuda"),
    ("ring 👩‍👩‍👧 on Friday", "ring 👩‍👩‍👧"),
    ("اتصل بكودا on Friday", "اتصل بكودا"),
    ("on Friday اتصل بكودا", "اتصل بكودا"),
    ("\u202bring Kuda\u202c on Friday", "\u202bring Kuda\u202c"),
    ("sit with Zoë on Friday", "sit with Zoë"),
    ("walk 10 miles on Friday", "walk 10 miles"),
    ("say good morning on Friday", "say good morning"),
    ("speak second on Friday", "speak second"),
]


@pytest.mark.parametrize(("words", "kept"), ODD)
def test_however_it_is_typed_the_day_is_read(words: str, kept: str) -> None:
    """Capitals, spaces, signs and scripts around a day change neither the day nor the other words."""
    assert understand(words, MONDAY) == Understood(kept, (FRIDAY,))


# Several days

SEVERAL = [
    ("ring Kuda on Friday or on Monday", [FRIDAY, on(30, 11)]),
    ("ring Kuda on Friday or Monday", [FRIDAY, on(30, 11)]),
    ("ring Kuda Friday or Monday", [FRIDAY, on(30, 11)]),
    ("On Thursday and Friday I will ring Kuda", [on(26, 11), FRIDAY]),
    ("Friday, Saturday and Sunday: rest", [FRIDAY, on(28, 11), on(29, 11)]),
    ("tomorrow ring Kuda, and on 3 December Mo", [on(24, 11), on(3, 12)]),
    ("ring Kuda on Friday, 27 November or by 3 December", [FRIDAY, on(3, 12)]),
]


@pytest.mark.parametrize(("words", "days"), SEVERAL)
def test_of_several_days_the_person_chooses(words: str, days: list[date]) -> None:
    """All of them are offered in the order they were written, none is chosen, and the words stay whole."""
    read = understand(words, MONDAY)
    assert (read.what, read.days, read.day, read.problem) == (words, tuple(days), None, "")


def test_one_day_said_twice_is_one_day() -> None:
    """Friday and its date are the same day: both are lifted out."""
    assert understand("  On Friday, ring Kuda, by 27 November  ", MONDAY) == Understood("ring Kuda", (FRIDAY,))


# Days that cannot be

IMPOSSIBLE = [
    ("by 31 February", "31 February is not a day in the calendar."),
    ("31 February", "31 February is not a day in the calendar."),
    ("by 30 Feb", "30 February is not a day in the calendar."),
    ("by 32 December", "32 December is not a day in the calendar."),
    ("by Dec 32", "32 December is not a day in the calendar."),
    ("by 0 December", "0 December is not a day in the calendar."),
    ("on 31 April", "31 April is not a day in the calendar."),
    ("by 25/13", "25/13 is not a day in the calendar."),
    ("on 2026-13-01", "1/13 is not a day in the calendar."),
    ("on 1 December 0000", "1 December is not a day in the calendar."),
    ("by the 32nd", "No month has a day 32."),
    ("by 29 February", "There is no 29 February in the year to come."),
    ("by 29 February 2027", "29 February is not a day in the calendar."),
    ("by 3 December 2025", "3 December 2025 has already passed."),
    ("by 25/12/25", "25 December 2025 has already passed."),
    ("by 22 November 2026", "22 November 2026 has already passed."),
    ("by the end of March 2026", "The end of March 2026 has already passed."),
    ("by 3 December 2028", "That day is more than a year away."),
    ("in 999 days", "That day is more than a year away."),
    ("in 999 months", "That day is more than a year away."),
    ("by the end of March 9999", "That day is more than a year away."),
    ("by the end of March 0000", "The end of March 0000 has already passed."),
    ("on Thursday 27 November", "27 November 2026 is a Friday, not a Thursday."),
    ("on Mon 4th", "4 December 2026 is a Friday, not a Monday."),
    ("on Friday or by 31 February", "31 February is not a day in the calendar."),
]


@pytest.mark.parametrize(("ending", "problem"), IMPOSSIBLE)
def test_an_impossible_day_is_named_in_a_sentence(ending: str, problem: str) -> None:
    """No day is taken, the words stay whole, and one plain sentence says why."""
    assert understand(f"ring Kuda {ending}", MONDAY) == Understood(f"ring Kuda {ending}", problem=problem)


# No day

NONE = [
    *("", " ", "?", "🎉", "talk to the head"),
    *("march with the carers", "March with the carers", "march with 3 carers", "we march 3 abreast"),
    *("read the May report", "I may 10 times fail", "ask whether 3 may join", "may 3 people come"),
    *("sat down with Kuda", "go where they sat", "sit in the sun", "get wed", "find the second item"),
    *("visit the Sunday school", "write the Friday update", "Friday's meeting", "go to Friday’s meeting"),
    *("call on Friday's chair", "call on Friday-night teams", "the today programme", "write the weekend rota"),
    *("ring Kuda every Friday", "ring Kuda each Friday", "ring Kuda on Fridays", "every other Friday"),
    *("see Kuda as last Friday", "use Good Friday", "rest on Good Friday", "ring after Friday", "after tomorrow"),
    *("the 3 May elections", "plan the 1 May event", "plan the 25 December rota", "each 3 December"),
    *("second thoughts", "one day I will", "some day", "one more week", "this busy week", "I have waited two weeks now"),
    *("tomorrow's meeting: prepare", "next week's agenda", "yesterday", "last week", "last month"),
    *("rate it 5/10", "be there 24/7", "be on 24/7", "cut it by 10", "ask 3 people", "version 3.12", "meet on the 2nd floor"),
    *("by 5pm", "first thing", "at lunchtime", "in 2 years", "in a while", "by Christmas", "room 2026-12-011", "file 5-2026-12-01"),
    *("monthly", "Mondayish", "Wednesbury", "marching", "decide", "augment", "juniper 5", "Maya 3"),
    *("on ſunday", "on frİday", "on frıday", "in 2 dayſ", "by 3 ſep", "in 2 wee\u212as"),
]  # fmt: skip


@pytest.mark.parametrize("words", NONE)
def test_words_that_only_look_like_a_day_are_left_alone(words: str) -> None:
    """No day is taken, nothing is complained of, nothing is changed."""
    assert understand(words, MONDAY) == Understood(words.strip())


# The calendar

CALENDAR = [
    (on(31, 12), "tomorrow", on(1, 1, 2027)),
    (on(31, 12), "on Friday", on(1, 1, 2027)),
    (on(31, 12), "next week", on(8, 1, 2027)),
    (on(31, 12), "by 3 January", on(3, 1, 2027)),
    (on(31, 12), "end of the month", on(31, 12)),
    (on(31, 12), "next month", on(31, 1, 2027)),
    (on(31, 12), "in two months", on(28, 2, 2027)),
    (on(3, 12), "by 3 December", on(3, 12)),
    (on(4, 12), "by 3 December", on(3, 12, 2027)),
    (on(4, 12), "by 3/12", on(3, 12, 2027)),
    (on(10, 1, 2028), "by 29 February", on(29, 2, 2028)),
    (on(1, 12, 2027), "by 29 February", on(29, 2, 2028)),
    (on(28, 2, 2028), "tomorrow", on(29, 2, 2028)),
    (on(31, 1, 2028), "in a month", on(29, 2, 2028)),
    (on(1, 2, 2028), "end of the month", on(29, 2, 2028)),
    (on(29, 2, 2028), "by 29 February", on(29, 2, 2028)),
    (on(31, 1, 2027), "by the 30th", on(30, 3, 2027)),
    (FRIDAY, "on Friday", on(4, 12)),
    (FRIDAY, "this Friday", FRIDAY),
    (FRIDAY, "next Friday", on(4, 12)),
    (FRIDAY, "this week", FRIDAY),
    (FRIDAY, "before Saturday", FRIDAY),
    (on(28, 11), "end of the week", on(4, 12)),
    (on(28, 11), "at the weekend", on(28, 11)),
    (on(28, 11), "by the weekend", on(28, 11)),
    (on(28, 11), "before next week", on(28, 11)),
    (on(29, 11), "at the weekend", on(29, 11)),
    (on(29, 11), "next week", on(4, 12)),
    (on(29, 11), "next Friday", on(4, 12)),
]


@pytest.mark.parametrize(("today", "ending", "day"), CALENDAR)
def test_months_and_years_roll_over(today: date, ending: str, day: date) -> None:
    """Counting goes on into the next month and year, and knows the leap year."""
    assert understand(f"ring Kuda {ending}", today) == Understood("ring Kuda", (day,))


# A day alone

ALONE = [
    *(("Friday", FRIDAY), ("until Friday", FRIDAY), ("3 January", on(3, 1, 2027)), ("till 25/12", on(25, 12))),
    *(("tomorrow", on(24, 11)), ("next week", on(4, 12)), ("the 3rd", on(3, 12)), ("2026-12-01", on(1, 12))),
    *(("2 weeks", on(7, 12)), ("for 2 weeks", on(7, 12)), ("in 2 weeks", on(7, 12)), ("for a fortnight", on(7, 12))),
    *(("a week", on(30, 11)), ("a month", on(23, 12)), ("2 weeks from now", on(7, 12)), ("FRIDAY!", FRIDAY)),
    *(("until the end of the month", on(30, 11)), ("this Friday", FRIDAY), ("until by Friday", FRIDAY)),
]


@pytest.mark.parametrize(("words", "day"), ALONE)
def test_a_day_or_a_span_alone_is_read(words: str, day: date) -> None:
    """After "pause", a day and a span both name the day it ends."""
    assert day_alone(words, MONDAY).day == day


@pytest.mark.parametrize("words", ["", "soon", "Friday or Monday", "the panel on Friday", "when the panel meets"])
def test_more_or_less_than_a_day_alone_is_not_read(words: str) -> None:
    """Anything beside the one day, or no day, is given back as it was."""
    assert day_alone(words, MONDAY) == Understood(words)


@pytest.mark.parametrize("words", ["31 February", "until 31 February", "400 days", "3 December 2025"])
def test_an_impossible_day_alone_is_named(words: str) -> None:
    """The sentence says why, and there is no day."""
    read = day_alone(words, MONDAY)
    assert read.problem
    assert read.days == ()


# Any text

FRAGMENTS = st.sampled_from(
    [ending for ending, _ in ENDINGS]
    + [ending for ending, _, _ in PARTS]
    + [ending for ending, _ in IMPOSSIBLE]
    + [*WEEKDAYS, *MONTHS, *NUMBERS, "the", "and", "or", "at", "3", "31st", "25/12", "2026", "2026-02-30", "week"]
    + ["school", "ring Kuda", "people", "every", "I will", ",", ".", "-", "–", "(", ")", "  ", "\n", "\u200f", "🎉", "ſ", "İ"]
)  # fmt: skip
SENTENCES = st.lists(FRAGMENTS | st.text(max_size=5), max_size=8).map(" ".join)
ANY_TEXT = SENTENCES | st.lists(FRAGMENTS, max_size=6).map("".join) | st.text(max_size=80)
DATE_WORDS = frozenset(
    re.findall(r"\w+", " ".join([*WEEKDAYS, *MONTHS, *NUMBERS]).lower())
    + [name[:3].lower() for name in MONTHS]
    + re.findall(r"\w+", " ".join(pattern.pattern for _, pattern in PATTERNS).lower())
    + ["weeks", "months", "days", "fortnights", "first", "last", "thing", "time", "later", "a", "p", "m", "am", "pm"]
)


def kept_words(text: str) -> list[str]:
    """The words of a text that no pattern has anything to do with."""
    return [word for word in re.findall(r"\w+", text.lower()) if word not in DATE_WORDS and not word[0].isdigit()]


@settings(deadline=None, max_examples=100)
@given(ANY_TEXT, DAYS)
def test_any_text_is_read_without_harm(text: str, today: date) -> None:
    """Whatever is written: no error, no day in the past or too far, no other word lost, and nothing changed without a day."""
    read = understand(text, today)
    assert all(today <= day <= today + timedelta(days=366) for day in read.days)
    assert not (read.problem and read.days)
    assert kept_words(read.what) == kept_words(text)
    assert read.what in text
    if read.day is None:
        assert read.what == text.strip()
        assert read.part == ""


@settings(deadline=None, max_examples=60)
@given(ANY_TEXT, DAYS)
def test_any_day_alone_is_read_without_harm(text: str, today: date) -> None:
    """Whatever stands after "until": no error, and no day in the past."""
    assert all(today <= day for day in day_alone(text, today).days)


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(ENDINGS), st.text(st.characters(categories=("Lu", "Ll", "Lo")), min_size=1, max_size=8), DAYS)
def test_a_sentence_around_a_day_is_kept_to_the_letter(ending: tuple[str, date], word: str, today: date) -> None:
    """Words in any script before a day come back unchanged, on any day of the calendar."""
    assume(word.translate(LOOKALIKES).lower() not in DATE_WORDS)
    read = understand(f"ring {word} team {ending[0]}", today)
    assert read.what in {f"ring {word} team", f"ring {word} team {ending[0]}"}
    assert bool(read.day) == (read.what == f"ring {word} team")


@settings(deadline=None, max_examples=60)
@given(DAYS, st.integers(0, 366))
def test_a_date_written_in_full_is_that_date(today: date, ahead: int) -> None:
    """Every day of the coming year is read back from its ISO form, its British form and its name."""
    day = today + timedelta(days=ahead)
    for form in (f"{day}", f"{day:%d/%m/%Y}", f"{day.day} {day:%B %Y}", f"{day:%A} {day.day} {day:%b %Y}"):
        assert understand(f"ring Kuda by {form}", today) == Understood("ring Kuda", (day,)), form


HOSTILE = [
    *("friday ", "on friday, ", "friday, ", "friday, and ", "on friday at 10 ", "friday 10pm, "),
    *("at 10 ", "in two ", "by the ", "first thing ", "end of the ", "2026-", "1/", "3 ", "3 may ", "by 3 may, "),
    *("next week ", "a couple of ", "the day after ", " ", "\t", "friday" + " " * 60, "on" + " " * 60, "-", "."),
]


@pytest.mark.parametrize("fragment", HOSTILE)
def test_hostile_repetition_ends_soon(fragment: str) -> None:
    """Five thousand characters of a repeated piece are read in well under a second."""
    began = time.perf_counter()
    understand(f"x {(fragment * 5000)[:5000]} x", MONDAY)
    assert time.perf_counter() - began < 2


@pytest.mark.parametrize("start", ["friday", "on friday", "friday,", "at 10", "3", "next", "on friday, and", "end of"])
def test_a_desert_of_spaces_ends_soon(start: str) -> None:
    """Five thousand spaces after a promising start are passed over in well under a second."""
    began = time.perf_counter()
    understand(f"x {start}{' ' * 5000}x", MONDAY)
    assert time.perf_counter() - began < 2
