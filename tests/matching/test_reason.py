"""How alike two people are, and how sure Balcony may sound."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.matching.portrait import Painter
from bot.matching.reason import Sure, reason
from bot.matching.statement import BOTH_TICKED, Statement, rows

SAID = st.text(max_size=60) | st.sampled_from(["damp flats", "memory clinics and mould", "our MASH"])
TICKS = st.frozensets(st.sampled_from(["housing", "dementia", "gone from the list"]))


def said(painter: Painter, text: str, *ticked: str) -> Statement:
    return Statement(painter.portraits([text])[0], painter.mentioned(text), frozenset(ticked))


def how(painter: Painter, one: Statement, other: Statement, *, linked: bool = False) -> tuple[str | None, Sure]:
    found = reason([one], [other], painter.topics, linked=linked)
    return found.topic, found.sure


def test_the_five_ways(painter: Painter) -> None:
    """Both ticked it; both mention it; they may be at it; nobody links them yet; or they are linked already."""
    damp, mould = said(painter, "damp and mould"), said(painter, "tenants with mouldy flats")
    assert how(painter, damp, mould) == ("housing", Sure.MENTION)
    ticked = said(painter, "anything", "housing"), said(painter, "at all", "housing", "food")
    assert how(painter, *ticked) == ("housing", Sure.TICKED)
    assert how(painter, damp, ticked[0]) == ("housing", Sure.MAYBE)
    walks = said(painter, "cycle lanes and pavements")
    assert how(painter, damp, walks) == (None, Sure.BRIDGE)
    assert how(painter, damp, walks, linked=True) == (None, Sure.DIFFERENT)


def test_people_are_as_alike_as_their_best_pair(painter: Painter) -> None:
    """With two issues each, it is the two that suit; and it says which."""
    one = [said(painter, "memory clinics"), said(painter, "damp flats")]
    other = [said(painter, "rotten landlords and mould"), said(painter, "cycle lanes")]
    found = reason(one, other, painter.topics, linked=False)
    assert (found.one, found.other, found.topic) == (1, 0, "housing")
    assert found.score == pytest.approx(reason(one[1:], other[:1], painter.topics, linked=False).score)


def test_a_tick_is_worth_more_than_words(painter: Painter) -> None:
    """It takes the place of the guess; both ticked adds 0.6, less for those who tick everything."""
    one, other = said(painter, "our estate", "housing"), said(painter, "something else", "housing")
    unticked = said(painter, "something else")
    everything = said(painter, "something else", *(topic.id for topic in painter.topics.all))
    both, half, spread = (
        reason([one], [those], painter.topics, linked=False).score for those in (other, unticked, everything)
    )
    assert both > BOTH_TICKED + 0.8
    assert both > spread > half


def test_nobody_is_compared_with_nothing(painter: Painter) -> None:
    """Both must have said something; what has no words is like nothing."""
    with pytest.raises(ValueError, match="need a statement"):
        reason([], [said(painter, "damp")], painter.topics, linked=False)
    nothing = reason([said(painter, "🙂")], [said(painter, "damp")], painter.topics, linked=False)
    assert (nothing.score, nothing.sure) == (0, Sure.BRIDGE)


@settings(max_examples=30, deadline=None)
@given(st.tuples(SAID, TICKS), st.tuples(SAID, TICKS), st.booleans())
def test_it_has_no_direction_and_asserts_nothing(
    plain_painter: Painter, one: tuple[str, frozenset[str]], other: tuple[str, frozenset[str]], linked: bool
) -> None:
    """The same from both sides; what both are said to work on, both ticked; what both mention, both named."""
    pair = said(plain_painter, one[0], *one[1]), said(plain_painter, other[0], *other[1])
    topics = plain_painter.topics
    found = reason([pair[0]], [pair[1]], topics, linked=linked)
    back = reason([pair[1]], [pair[0]], topics, linked=linked)
    assert (found.topic, found.sure) == (back.topic, back.sure)
    assert found.score == pytest.approx(back.score)
    assert -1.01 < found.score < 1.01 + BOTH_TICKED
    if found.sure is Sure.TICKED:
        assert found.topic in one[1] & other[1]
    if found.sure is Sure.MENTION:
        assert found.topic in pair[0].mentioned & pair[1].mentioned
    assert (found.topic is None) == (found.sure in {Sure.BRIDGE, Sure.DIFFERENT})


def test_rows_are_for_many_at_once(painter: Painter) -> None:
    """Their products are the scores."""
    these = [said(painter, "damp", "housing"), said(painter, "mould"), said(painter, "walks", "walking", "housing")]
    every = rows(these, painter.topics)
    table = every @ every.T
    for i, one in enumerate(these):
        for j, other in enumerate(these):
            if i != j:
                assert table[i, j] == pytest.approx(reason([one], [other], painter.topics, linked=True).score, abs=1e-5)
    assert rows([], painter.topics).shape[0] == 0
    assert np.isfinite(every).all()
