"""Where somebody stands: checked by taking ties away one by one, on networks of all kinds."""

import numpy as np
import pytest

from bot.matching.drawing import spanning
from bot.matching.network import Network
from bot.matching.standing import nearest_first, standing, widest_bridges


def some(seed: int) -> tuple[Network, list[tuple[int, int]]]:
    """A network of up to thirty people, sparse enough to have bridges."""
    rng = np.random.default_rng(seed)
    people = int(rng.integers(1, 31))
    drawn = {tuple(sorted(rng.integers(0, people, 2).tolist())) for _ in range(int(people * 1.1))}
    ties = sorted((one, other) for one, other in drawn if one != other)
    return Network(people, ties), ties


@pytest.mark.parametrize("seed", range(30))
def test_bridges_by_what_they_join(seed: int) -> None:
    """Those without which the smaller part would be largest come first."""
    network, ties = some(seed)

    def smaller(tie: tuple[int, int]) -> int:
        without = Network(network.people, [other for other in ties if other != tie])
        return min(int((without.steps_from(end) >= 0).sum()) for end in tie)

    found = widest_bridges(network)
    assert sorted(found) == sorted(spanning(network))
    assert all(smaller(tie) > 1 for tie in found)
    assert [smaller(tie) for tie in found] == sorted((smaller(tie) for tie in found), reverse=True)


@pytest.mark.parametrize("seed", range(30))
def test_near_ones_first(seed: int) -> None:
    """Everybody once; me, then by steps, then by island."""
    network, _ = some(seed)
    order, steps = nearest_first(network, 0), network.steps_from(0)
    assert sorted(order) == list(range(network.people))
    assert order[0] == 0
    far = [int(steps[one]) if steps[one] >= 0 else 99 for one in order]
    assert far == sorted(far)
    elsewhere = [int(network.island[one]) for one in order if steps[one] < 0]
    assert elsewhere == sorted(elsewhere)


@pytest.mark.parametrize("seed", range(30))
def test_what_it_says_of_me_is_so(seed: int) -> None:
    """Ties, island and bridges agree with the network; the widest step leads to the largest other island, or far away."""
    network, _ = some(seed)
    mine = standing(network, 0)
    place = network.place(0)
    assert (mine.island, len(mine.tied), mine.within_two) == (place.island, place.ties, place.within_two)
    assert sum(mine.others) + mine.island == network.people
    assert set(mine.bridges) <= set(mine.tied)
    if mine.widest is None:
        assert len(network.sizes) == 1
        assert place.furthest < 3
    elif mine.others:
        assert mine.steps == 0
        assert network.sizes[network.island[mine.widest]] == mine.others[0]
    else:
        assert mine.steps == place.furthest >= 3


def test_who_is_shunned_is_not_named() -> None:
    """Nor is anybody else named for it than the next best; nobody, if there is nobody else."""
    network = Network(5, [(0, 1), (2, 3)])
    assert [standing(network, 0, shunned).widest for shunned in ([], [2], [2, 3], [2, 3, 4])] == [2, 3, 4, None]
