"""Places and organisations, taken out before texts are compared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.matching.names import without_names

TOPICAL = frozenset({"housing", "first", "police", "primary", "schools"})


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Loneliness in Durham", "Loneliness"),
        ("Loneliness across Stoke-on-Trent and the rest", "Loneliness and the rest"),
        ("Fewer falls in North East Lincolnshire, please", "Fewer falls, please"),
        ("obesity in Primary Schools", "obesity in Primary Schools"),  # capitals that say a topic
        ("Tackling Loneliness Across Durham", "Tackling Loneliness Across Durham"),  # a title
        ("Saltmouth's rough sleepers", "rough sleepers"),  # known
        ("saltmouth", "saltmouth"),  # or nothing would be left
        ("working with Housing", "working with Housing"),  # an organisation of that name, and a word
    ],
)
def test_what_is_taken_out(text: str, left: str) -> None:
    """Known names anywhere, unknown ones after a preposition; never a topic's word."""
    assert without_names(text, ["Saltmouth", "Housing", "A"], TOPICAL) == left


@given(st.text(max_size=200), st.lists(st.text(max_size=10), max_size=4))
def test_any_text_and_any_name(text: str, names: list[str]) -> None:
    """Names can hold anything: brackets, stars, nothing at all."""
    assert without_names(text, names, TOPICAL) or not text
