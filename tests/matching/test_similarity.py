"""How alike two issues are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.matching import similarity

ISSUES = st.lists(
    st.sampled_from(["childhood", "obesity", "obese", "Durham", "housing", "houses", "the", "of", "we", "", "é", "صحة"])
    | st.text(max_size=6),
    max_size=8,
).map(" ".join)


@given(ISSUES, ISSUES)
def test_it_is_a_share_and_has_no_direction(one: str, other: str) -> None:
    """From 0 to 1, whatever is written, and the same from both sides."""
    assert 0.0 <= similarity(one, other) <= 1.0
    assert similarity(one, other) == similarity(other, one)


@given(ISSUES)
def test_the_same_issue_is_wholly_alike(issue: str) -> None:
    """1 for the same words, or 0 where they say nothing at all."""
    assert similarity(issue, issue) == similarity(issue, f" {issue} ") == similarity(issue, f"the {issue}, and us")
    assert similarity(issue, issue) in {0.0, 1.0}


@pytest.mark.parametrize(
    "issue", ["childhood obesity in Durham", "x", "السمنة لدى الأطفال", "Gordewdra plentyndod", "Łódź", "儿童肥胖"]
)
def test_an_issue_in_any_script_is_like_itself(issue: str) -> None:
    """Every script counts, not only plain English letters; a single letter is no word."""
    assert similarity(issue, issue) == (1.0 if len(issue) > 1 else 0.0)


ALIKE = [
    ("childhood obesity", "rural housing", 0.0),
    ("", "", 0.0),
    ("", "housing", 0.0),
    ("we work with the people", "we work with the people", 0.0),
    ("the people across our work", "their people and our work", 0.0),
    ("childhood obesity", "Obesity, CHILDHOOD!", 1.0),
    ("childhood obesity", "childhood poverty", 1 / 3),
    ("housing, damp housing", "damp housing", 1.0),
    ("rural transport", "rural transport and loneliness", 2 / 3),
    ("school exclusions", "excluded from school", 1 / 3),
    ("meeting families", "family meetings", 1.0),
    ("case studies", "case study", 1.0),
    ("caf\u00e9 debts", "cafe\u0301 debt", 1.0),
]


@pytest.mark.parametrize(("one", "other", "share"), ALIKE)
def test_it_is_the_share_of_telling_words(one: str, other: str, share: float) -> None:
    """Common words, capitals, order, repetition and endings do not count; telling words do, each once."""
    assert similarity(one, other) == pytest.approx(share)
