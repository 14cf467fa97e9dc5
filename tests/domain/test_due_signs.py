"""The quick signs of a day never hide one."""

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.due_words import PATTERNS, SIGNS

FRAGMENTS = (
    "ring the nurse", "on", "by", "before", "this", "next", "friday", "Tues", "sat", "week", "weekend", "month", "fortnight", "3", "31st",
    "of", "the", "december", "Sept", "25/12", "2026-12-01", "in", "two", "days", "weeks", "from now", "today", "tomorrow", "tonight", "end of",
    "morning", "at 3pm", "first thing", "a week on", "within the", "5.12.2026", "close of play", "cob", ",", "-", "early",
)  # fmt: skip


@given(st.lists(st.sampled_from(FRAGMENTS), max_size=8).map(" ".join).map(str.lower))
def test_every_pattern_that_fits_shows_its_sign(words: str) -> None:
    """Whatever a pattern finds, the sign of its kind is there."""
    for kind, pattern in PATTERNS:
        if pattern.search(words):
            assert SIGNS[kind].search(words), kind


def test_every_kind_has_a_sign() -> None:
    """No kind of pattern is left out."""
    assert {kind for kind, _ in PATTERNS} == set(SIGNS)
