"""Islands, steps, bridges, and whose next introduction joins the most."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.matching.network import FAR, Near, Network

# Two triangles with a tie between them, a pair, and somebody alone.
TIES = [(0, 1), (1, 2), (2, 0), (2, 3), (3, 4), (4, 5), (5, 3), (6, 7)]
NETWORK = Network(9, TIES)


def test_islands_are_numbered_by_their_size() -> None:
    """The largest is 0, and somebody alone is an island."""
    assert NETWORK.island.tolist() == [0, 0, 0, 0, 0, 0, 1, 1, 2]
    assert NETWORK.sizes.tolist() == [6, 2, 1]
    assert NETWORK.share == 6 / 9


def test_nobody_is_no_network() -> None:
    """Without people there are no islands, and nothing fails."""
    empty = Network(0, [])
    assert (empty.share, empty.mean_steps(), empty.bridges, empty.joiners()) == (0.0, 0.0, [], [])


def test_steps_end_where_the_path_does() -> None:
    """−1 is no path, or none that is short enough."""
    assert NETWORK.steps_from(0).tolist() == [0, 1, 1, 2, 3, 3, -1, -1, -1]
    assert NETWORK.steps_from(0, limit=2).tolist() == [0, 1, 1, 2, -1, -1, -1, -1, -1]


def test_a_bridge_alone_holds_an_island_together() -> None:
    """The tie between the triangles is one, and so is the only tie of a pair."""
    assert NETWORK.bridges == [(2, 3), (6, 7)]


def test_a_place_in_it() -> None:
    """What somebody sees of themselves."""
    place = NETWORK.place(2)
    assert (place.island, place.ties, place.within_two, place.bridges, place.furthest) == (6, 3, 5, 1, 2)


def test_one_from_each_island_joins_the_most() -> None:
    """The largest islands first; of each whoever holds no bridge; towards the largest other one."""
    joiners = NETWORK.joiners()
    assert [(one.who, one.to, one.pairs) for one in joiners] == [(0, 6, 12), (6, 0, 12), (8, 0, 6)]
    assert [one.who for one in NETWORK.joiners(willing=[3, 7])] == [3, 7]


def test_on_one_island_it_is_whoever_is_furthest_away() -> None:
    """The two ends of a line."""
    joiners = Network(5, [(0, 1), (1, 2), (2, 3), (3, 4)]).joiners()
    assert {(one.who, one.to) for one in joiners[:2]} == {(0, 4), (4, 0)}
    assert all(one.pairs == 0 for one in joiners)


def test_organisations_that_would_join_the_most() -> None:
    """By an introduction to an island where none of their people is."""
    of = ["NHS", "NHS", "NHS", "council", "council", "NHS", "school", "school", "charity"]
    found = NETWORK.joining_organisations(of)
    assert [(name, one.pairs) for name, one in found] == [("school", 12), ("NHS", 12), ("council", 12)]
    assert found[0][1].who in {6, 7}


@settings(deadline=None, max_examples=60)
@given(
    count=st.integers(1, 12),
    ties=st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=20),
)
def test_it_agrees_with_counting_steps(count: int, ties: list[tuple[int, int]]) -> None:
    """Same island if there is a path; `Near` counts to four as `steps_from` does; a bridge is what parts an island."""
    ties = [(one % count, other % count) for one, other in ties]
    network = Network(count, ties)
    everybody = np.arange(count)
    near = Near(network)
    for one in range(count):
        steps = network.steps_from(one)
        assert ((steps >= 0) == (network.island == network.island[one])).all()
        assert (near.steps(np.full(count, one), everybody) == np.where((steps < 0) | (steps > FAR), FAR, steps)).all()
    real = {(min(tie), max(tie)) for tie in ties if tie[0] != tie[1]}
    parting = [tie for tie in sorted(real) if len(Network(count, [*(real - {tie})]).sizes) > len(network.sizes)]
    assert network.bridges == parting
