"""Pairs of all people, with a sum of weights near the highest there is: greedy first, then chains of exchanges.

Greedy reaches at least half of the highest sum (Pettie & Sanders 2004), about 96 % in practice. Exchanges between two
pairs bring it to 98 %, chains of up to eight pairs, after Lin and Kernighan (1973), to 99 %.
"""

from collections import deque
from collections.abc import Callable, Iterable
from heapq import nlargest
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from bot.matching.planning.fewest import most_pairs
from bot.matching.planning.likeness import Floats, Indices
from bot.matching.planning.neighbours import ALL_WITH_ALL, Nearest, nearest
from bot.matching.planning.weights import FORBIDDEN, REPEAT, Weights

_LINKS = 8  # neighbours of each kind that the chains go along
_TRIED = 8  # chains from one person whose ends are weighed though they are not among the nearest
_FEW = 256  # people among whom every pair is looked at
_AT_A_TIME = 20_000  # possible pairs
_LEAST = 1e-4  # a gain below this means nothing
_RELAXED = REPEAT / 2  # below, a pair is a repeat or forbidden
_WIDTHS = ((2_500, (12, 8, 5, 3, 2, 1, 1)), (5_000, (10, 5, 3, 2, 1)))  # up to so many people: choices at each link
_NARROW = (8, 4, 2)

Chain = tuple[int, ...]


def pairs(
    weights: Weights, near: Nearest, rng: np.random.Generator, wished: Iterable[tuple[int, int]] = ()
) -> list[tuple[int, int]]:
    """Everybody in one pair, but for whom there is nobody, and for one if the number is odd.

    There is no repeat while there is a round of pairs without, and nobody without a pair while there is any way round
    it. `near` is what `nearest` says of everybody; who is `wished` to is together from the beginning.
    """
    chains = Chains(weights, near, greedy(weights, near, rng, wished))
    chains.run()
    if chains.worst() < _RELAXED:
        near = nearest(weights, near.people, rng, again=True)
        chains = Chains(weights, near, _fewest_relaxed(weights, chains.mate)[: weights.people])
        chains.run()
    together = [(one, other) for one, other in enumerate(chains.mate[: weights.people]) if one < other < weights.people]
    allowed = weights.past(*np.array(together, np.intp).reshape(-1, 2).T) > FORBIDDEN / 2
    return [pair for pair, well in zip(together, allowed, strict=True) if well]


def _fewest_relaxed(weights: Weights, mate: list[int]) -> list[int]:
    """The same pairs with as few changes as needed: first nobody forbidden and no repeats, then nobody forbidden."""
    people = weights.people
    everybody = np.arange(people)

    def among(least: float) -> Callable[[int], NDArray[np.bool_]]:
        def may(one: int) -> NDArray[np.bool_]:
            if one == people:  # the place of whoever is left over
                return np.append(np.ones(people, np.bool_), np.zeros(len(mate) - people, np.bool_))[: len(mate)]
            found = np.append(
                weights.past(np.full(people, one), everybody) > least, np.ones(len(mate) - people, np.bool_)
            )
            found[one] = False
            return found

        return may

    first = [*weights.first.tolist(), False][: len(mate)]
    for least in (-1.0, FORBIDDEN / 2):
        fine = among(least)
        mate = [other if other >= 0 and fine(one)[other] else -1 for one, other in enumerate(mate)]
        mate = most_pairs(mate, fine, first)
    left = [one for one, other in enumerate(mate) if other < 0]
    for one, other in zip(left[::2], left[1::2], strict=False):  # they come apart again when the chains have run
        mate[one], mate[other] = other, one
    return mate


def greedy(
    weights: Weights, near: Nearest, rng: np.random.Generator, wished: Iterable[tuple[int, int]] = ()
) -> list[int]:
    """The heaviest pair first, and again among those who are left; −1 for whoever is left in the end."""
    mate, left = np.full(weights.people, -1, np.intp), near.people
    for one, other in wished:
        mate[one], mate[other] = other, one
    while len(left) > _FEW:
        ones, nth = np.nonzero(near.worth > -np.inf)
        _take(mate, left[ones], near.who[ones, nth], near.worth[ones, nth])
        before, left = len(left), left[mate[left] < 0]
        if len(left) == before:  # there is nobody new for any of these
            break
        if len(left) > _FEW:
            near = nearest(weights, left, rng)
    left = left[mate[left] < 0]
    for start in range(0, len(left), _FEW):
        some = left[start : start + _FEW]
        rows, columns = np.triu_indices(len(some), 1)
        _take(mate, some[rows], some[columns], weights.between(some[rows], some[columns]))
    return [int(other) for other in mate]


def _take(mate: Indices, ones: Indices, others: Indices, worth: Floats) -> None:
    """Pair whoever is still free, the heaviest first."""
    order = np.argsort(-worth, kind="stable")
    for start in range(0, len(order), _AT_A_TIME):
        some = order[start : start + _AT_A_TIME]
        some = some[(mate[ones[some]] < 0) & (mate[others[some]] < 0)]  # later on hardly any
        for a, b in zip(ones[some].tolist(), others[some].tolist(), strict=True):
            if mate[a] < 0 and mate[b] < 0:
                mate[a], mate[b] = b, a


class Chains:
    """Exchanges along a chain: a pair is parted, one of them takes somebody out of another pair, and so on.

    In the end whoever was parted last goes to the other of the first pair. With an odd number of people there is one
    more place, `nobody`, whose partner is left over; what that is worth stands in `spare`.
    """

    def __init__(self, weights: Weights, near: Nearest, mate: list[int]) -> None:
        self._weights, self._nobody = weights, weights.people
        self._all, (self._near, self._worth) = near, _chosen(near)
        # Nobody who is not among the nearest weighs more than the last of those. Where lists were looked through, they
        # are not weighed at all: there are fewer nearest, and it would have to be done for every other person.
        last = np.maximum(near.worth[:, near.count - 1], REPEAT)
        self._beyond = [*(last if weights.people <= ALL_WITH_ALL else np.full_like(last, -np.inf)).tolist(), np.inf]
        self._widths = next((widths for people, widths in _WIDTHS if weights.people <= people), _NARROW)
        self._spare = weights.spare(near.worth)
        if weights.people % 2:
            self._make_room()
            lone = next(one for one, other in enumerate(mate) if other in {-1, weights.people})
            mate = [*mate, lone]
            mate[lone] = weights.people
        self.adopt(mate)

    def adopt(self, mate: list[int]) -> None:
        """Go on from these pairs."""
        self.mate, self._paid = mate, [0.0] * len(mate)
        self._pay(list(range(len(mate))), mate)

    def worst(self) -> float:
        """The least that a pair of two people is worth."""
        return min(paid for paid, one in zip(self._paid, self.mate, strict=True) if one != self._nobody)

    def _make_room(self) -> None:
        """One person is with nobody, and others may want to be."""
        wishes = np.argsort(-self._spare, kind="stable")[: len(self._near[0]) + 1]
        for one, value in enumerate(self._spare.tolist()):
            where = sum(weight >= value for weight in self._worth[one])
            self._near[one].insert(where, self._nobody)
            self._worth[one].insert(where, value)
        self._near.append(wishes.tolist())
        self._worth.append(self._spare[wishes].tolist())

    def _pay(self, ones: list[int], others: list[int]) -> None:
        """Note what these pairs are worth."""
        one, other = np.array(ones, np.intp), np.array(others, np.intp)
        real = (one < self._nobody) & (other < self._nobody)
        value = self._spare[np.where(one < self._nobody, one, other)].copy()
        value[real] = self._weights.between(one[real], other[real])
        for a, b, paid in zip(ones, others, value.tolist(), strict=True):
            self._paid[a] = self._paid[b] = paid

    def run(self) -> None:
        """Until no chain from anybody gains anything."""
        waiting, queued = deque(range(self._weights.people)), [True] * len(self.mate)
        while waiting:
            one = waiting.popleft()
            queued[one] = False
            chain = self._best_from(one)
            if chain:
                ones, others = [*chain[1::2]], [*chain[2::2], one]
                for a, b in zip(ones, others, strict=True):
                    self.mate[a], self.mate[b] = b, a
                self._pay(ones, others)
                again = [each for each in chain if not queued[each] and each != self._nobody]
                for each in again:
                    queued[each] = True
                waiting.extend(again)

    def _best_from(self, one: int) -> Chain:
        """The chain that gains most from where one is parted; empty if none gains."""
        known = dict(zip(self._all.who[one].tolist(), self._all.worth[one].tolist(), strict=True))
        known[self._nobody] = float(self._spare[one])
        best: Chain = ()
        gain, unsure = _LEAST, []
        ends: list[tuple[Chain, float]] = [((one, self.mate[one]), -self._paid[one])]
        while ends:
            chain, so_far = ends.pop()
            open_to, last = self._widths[len(chain) // 2 - 1], len(chain) == 2 * len(self._widths)
            for other, weight in zip(self._near[chain[-1]], self._worth[chain[-1]], strict=True):
                if (
                    so_far + weight <= _LEAST or not open_to
                ):  # a chain that gains has a turn from which it never is behind
                    break
                if other in chain:
                    continue
                open_to -= 1
                end = self.mate[other]
                value = so_far + weight - self._paid[other]
                if end in known:
                    if value + known[end] > gain:
                        best, gain = (*chain, other, end), value + known[end]
                elif value + self._beyond[one] > gain:
                    unsure.append(((*chain, other, end), value))
                if not last and value + self._worth[end][0] > _LEAST:
                    ends.append(((*chain, other, end), value))
        return self._surest(one, unsure, gain) or best

    def _surest(self, one: int, unsure: list[tuple[Chain, float]], gain: float) -> Chain:
        """The best of the chains whose ends are not among one's nearest, if it gains more."""
        likeliest = nlargest(_TRIED, unsure, key=itemgetter(1))
        chains = [(chain, value) for chain, value in likeliest if value + self._most(one, chain[-1]) > gain]
        if not chains:
            return ()
        ends = np.array([chain[-1] for chain, _ in chains], np.intp)
        sums = self._weights.between(np.full(len(ends), one), ends) + [value for _, value in chains]
        return chains[int(sums.argmax())][0] if sums.max() > gain else ()

    def _most(self, one: int, end: int) -> float:
        """The most that a pair can be worth of two of whom the second is not among the nearest of the first."""
        if one in self._near[end]:
            return float(self._worth[end][self._near[end].index(one)])
        return float(min(self._beyond[one], self._beyond[end]))


def _chosen(near: Nearest) -> tuple[list[list[int]], list[list[float]]]:
    """As many of the nearest as the chains have use for, best first."""
    ahead, level = np.arange(min(near.count, _LINKS)), np.arange(near.count, near.who.shape[1])[:_LINKS]
    places = np.concatenate([ahead, level])
    who, worth = near.who[:, places], near.worth[:, places]
    order = np.argsort(-worth, axis=1, kind="stable")
    return np.take_along_axis(who, order, 1).tolist(), np.take_along_axis(worth, order, 1).tolist()
