"""The most pairs there can be."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.matching.planning.fewest import most_pairs

Edges = set[tuple[int, int]]


def most(left: frozenset[int], edges: Edges) -> int:
    """By looking at them all."""
    if not left:
        return 0
    one = min(left)
    rest = left - {one}
    return max([most(rest, edges), *(1 + most(rest - {two}, edges) for two in rest if (one, two) in edges)])


@settings(deadline=None, max_examples=200)
@given(
    count=st.integers(1, 9),
    drawn=st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), max_size=16),
    first=st.lists(st.booleans(), min_size=9, max_size=9),
)
def test_there_are_no_more(count: int, drawn: list[tuple[int, int]], first: list[bool]) -> None:
    """As many as there can be, only of people who may, also from a start that is in the way; nobody first is left
    over in whose place another could be.
    """
    may = np.zeros((count, count), np.bool_)
    start = [-1] * count
    for one, other in ((one % count, other % count) for one, other in drawn):
        if one != other:
            may[one, other] = may[other, one] = True
            if start[one] < 0 and start[other] < 0:
                start[one], start[other] = other, one
    edges = {(min(pair), max(pair)) for pair in np.argwhere(may).tolist()}
    mate = most_pairs(start, lambda one: may[one], first[:count])
    pairs = {(one, other) for one, other in enumerate(mate) if one < other}
    assert pairs <= edges
    assert all(mate[other] == one for one, other in pairs)
    assert len(pairs) == most(frozenset(range(count)), edges)
    served = frozenset(one for one in range(count) if mate[one] >= 0 or not first[one])
    for one in (one for one in range(count) if one not in served):
        for other in (other for other in range(count) if not first[other]):
            kept = frozenset(each for each in range(count) if each != other and (mate[each] >= 0 or each == one))
            assert mate[other] < 0 or 2 * most(kept, edges) < len(kept)
