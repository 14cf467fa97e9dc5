"""A few introductions that are meant to join islands, where the weights alone would not.

What joining is worth (+0.5) is less than what a topic that both ticked adds (+0.6): islands of people with one issue
could stay apart for ever. A few pairs a round are enough, and cost hardly any likeness; a bonus for all does not.
"""

import numpy as np

from bot.matching.network import Network
from bot.matching.planning.likeness import Indices
from bot.matching.planning.neighbours import Nearest
from bot.matching.planning.weights import SAME_ORGANISATION, WISHED, Weights

_EACH = 2  # bridges from each island: some introductions lead to no meeting
_SHARE = 0.04  # of all introductions, at most
_ISLAND = 0.04  # of all people: smaller ones join by themselves
_LOOKED_AT = 200  # people of an island, and ten times as many others
_TIRING = 0.02  # for each tie that somebody has already: people who hold many bridges tire (Burt 2004)


def bridges(
    weights: Weights, network: Network, near: Nearest, rng: np.random.Generator
) -> dict[tuple[int, int], float]:
    """Pairs to introduce so that islands join, each with somebody new elsewhere, whom it costs the least likeness."""
    here = np.arange(weights.people)
    sizes = np.bincount(weights.island)
    least = max(2, _ISLAND * weights.people)
    islands = [int(one) for one in np.flatnonzero(sizes >= least)][1:]  # the largest is number 0
    left = max(1, round(_SHARE * weights.bridges * weights.people / 2)) if weights.bridges else 0
    held = _TIRING * network.ties_each[weights.at] + near.worth[:, 0].clip(0) / 2
    taken: set[int] = set()
    wished: dict[tuple[int, int], float] = {}
    for island in islands:
        for _ in range(min(left, round(_EACH * weights.bridges))):
            ours = _some(here[weights.island == island], _LOOKED_AT, taken, rng)
            others = _some(here[weights.island != island], 10 * _LOOKED_AT, taken, rng)
            if not len(ours) or not len(others):
                break
            gains = weights.block(ours, others) - held[ours][:, None] - held[others]
            one, other = np.unravel_index(int(gains.argmax()), gains.shape)
            if gains[one, other] < SAME_ORGANISATION / 2:
                break
            pair = sorted((int(ours[one]), int(others[other])))
            taken.update(pair)
            wished[pair[0], pair[1]] = WISHED
            left -= 1
    return wished


def _some(people: Indices, most: int, taken: set[int], rng: np.random.Generator) -> Indices:
    free = np.array([one for one in people.tolist() if one not in taken], np.intp)
    return np.sort(rng.choice(free, most, replace=False)) if len(free) > most else free
