"""Repair of misspelt words, for matching only."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.matching.encoder import Encoder
from bot.matching.spelling import Spelling
from bot.matching.topics import Topics

COMMON = {
    word: rank for rank, word in enumerate(["the", "of", "and", "house", "horse", "great", "people", "walk", "stop"])
}
SMALL = Spelling({"obesity", "safeguarding", "dementia", "housing"}, COMMON.get)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("obesety", "obesity"),
        ("Dementai", "dementia"),
        ("safegaurdign", "safeguarding"),  # two slips, in a long word
        ("the poeple", "the people"),
        ("houes", "house"),
        ("walking stopped", "walking stopped"),  # endings of words that are known
        ("xyzzy", "xyzzy"),
        ("cat", "cat"),  # too short to tell
        ("OBESETY", "OBESETY"),  # capitals are a name or an acronym
        ("don't", "don't"),
        ("3rd-hous3", "3rd-hous3"),
    ],
)
def test_what_is_repaired(written: str, meant: str) -> None:
    """One slip in a word of four letters or more, two in a long one; what may be right stays."""
    assert SMALL.repaired(written) == meant


def test_what_is_to_be_left_is_left() -> None:
    """Acronyms in small letters are nobody's mistake."""
    assert SMALL.repaired("hous obesety", leave=lambda word: word == "obesety") == "house obesety"


def test_without_english_it_is_careful() -> None:
    """It takes no ordinary word for a misspelt topic."""
    careful = Spelling({"housing", "obesity"})
    assert careful.repaired("a house of mousing obesety") == "a house of housing obesity"
    assert careful.repaired("horse") == "horse"


def test_english_stays_as_it_is(encoder: Encoder, topics: Topics) -> None:
    """Nothing that the topics say is repaired."""
    spelling = Spelling(topics.vocabulary(), encoder.rank)
    for topic in topics.all:
        for said in (topic.label, *topic.says):
            assert spelling.repaired(said, topics.acronym) == said


@given(st.text(max_size=200))
def test_any_text_can_be_repaired_and_only_once(text: str) -> None:
    """Nothing raises, and what is repaired is right."""
    assert SMALL.repaired(SMALL.repaired(text)) == SMALL.repaired(text)
