"""From pairs to groups: the odd one joins a pair, and for groups of three or four the best pairs take in the others.

Then two people change places between two groups for as long as that gains. A group is worth the weights of its pairs
divided by one less than its size, so that everybody counts once whatever the size.
"""

from collections.abc import Sequence
from itertools import islice

import numpy as np

from bot.matching.planning.likeness import Floats, Indices
from bot.matching.planning.weights import FORBIDDEN, Weights

_ALL = 300  # people: so many can each be weighed against all
_SOME = 200  # groups that are looked at when none of the likeliest has room
_LEAST = 1e-4
_SWEEPS = 8


class Groups:
    """Who is together. `left` are those for whom there was no place."""

    def __init__(self, weights: Weights, pairs: Sequence[tuple[int, int]], near: Indices, size: int) -> None:
        self._weights, self._near = weights, near
        number = len(pairs) if size == 2 else min(len(pairs), -(-weights.people // size))  # noqa: PLR2004  a pair
        self.members = [list(pair) for pair in self._heaviest(pairs, number)]
        self._sums = self._weights.between(*np.array(self.members, np.intp).reshape(-1, 2).T)
        self._of = np.full(weights.people, -1, np.intp)
        for group, members in enumerate(self.members):
            self._of[members] = group
        self.left: list[int] = np.flatnonzero(self._of < 0).tolist()
        for room in range(3, max(3, size) + 1):  # evenly; the odd one of a round of pairs makes a trio
            self.left = [one for one in self.left if not self._placed(one, room)]

    def _heaviest(self, pairs: Sequence[tuple[int, int]], number: int) -> Sequence[tuple[int, int]]:
        if len(pairs) == number:
            return pairs
        one, other = np.array(pairs, np.intp).T
        order = np.argsort(-self._weights.between(one, other), kind="stable")
        return [pairs[each] for each in order[:number]]

    def _placed(self, one: int, size: int) -> bool:
        """Put somebody into the group that gains most by it, if one has room and nobody in it is forbidden."""
        open_to = self._open(one, size)
        if not open_to:
            return False
        there = np.array([each for group in open_to for each in self.members[group]], np.intp)
        weights = self._weights.between(np.full(len(there), one), there)
        count = np.array([len(self.members[group]) for group in open_to])
        starts = np.cumsum(count) - count
        sums = self._sums[open_to]
        gains = (sums + np.add.reduceat(weights, starts)) / count - sums / (count - 1)
        gains[np.minimum.reduceat(weights, starts) <= FORBIDDEN / 2] = -np.inf
        best = int(gains.argmax())
        if gains[best] == -np.inf:
            return False
        self._sums[open_to[best]] += weights[starts[best] : starts[best] + count[best]].sum()
        self.members[open_to[best]].append(one)
        self._of[one] = open_to[best]
        return True

    def _open(self, one: int, size: int) -> list[int]:
        """Groups with room: all of them, or when there are many those of one's nearest, or any."""
        every = range(len(self.members))
        if self._weights.people > _ALL:
            near = self._near[one]
            likely = sorted(set(self._of[near[near >= 0]].tolist()) - {-1})
            found = [group for group in likely if len(self.members[group]) < size]
            return found or list(islice((group for group in every if len(self.members[group]) < size), _SOME))
        return [group for group in every if len(self.members[group]) < size]

    def settle(self) -> None:
        """Let people change places between groups of three and more and any others, until nothing gains."""
        for _ in range(_SWEEPS):
            large = [one for members in self.members if len(members) > 2 for one in members]  # noqa: PLR2004  pairs are settled
            if not sum(self._exchanged(one) for one in large):
                break

    def _exchanged(self, one: int) -> bool:
        """Whether somebody came in one's place, for the good of both groups."""
        mine = self._of[one]
        rest = np.array([each for each in self.members[mine] if each != one], np.intp)
        others: Indices = np.flatnonzero((self._of >= 0) & (self._of != mine))
        if self._weights.people > _ALL:
            suit = np.unique(self._near[rest])
            others = suit[np.isin(suit, others)]
        if not len(others):
            return False
        gains = self._gains(one, rest, others)
        best = int(gains.argmax())
        if gains[best] <= _LEAST:
            return False
        other, theirs = int(others[best]), self._of[others[best]]
        self.members[mine][self.members[mine].index(one)] = other
        self.members[theirs][self.members[theirs].index(other)] = one
        self._of[[one, other]] = theirs, mine
        return True

    def _gains(self, one: int, rest: Indices, others: Indices) -> Floats:
        """What it would gain if `one` changed places with each of `others`."""
        mates = [[each for each in self.members[self._of[other]] if each != other] for other in others.tolist()]
        count = np.array([len(each) for each in mates])
        flat, starts = np.array([each for some in mates for each in some], np.intp), np.cumsum(count) - count

        def summed(ones: Indices) -> Floats:
            sums: Floats = np.add.reduceat(self._weights.between(ones, flat), starts) / count
            return sums

        there = summed(np.full(len(flat), one)) - summed(np.repeat(others, count))
        come = self._weights.between(np.repeat(others, len(rest)), np.tile(rest, len(others))).reshape(len(others), -1)
        go = self._weights.between(np.full(len(rest), one), rest)
        gains: Floats = there + (come.sum(axis=1) - go.sum()) / len(rest)
        return gains

    def worth(self, *, plain: bool = True) -> float:
        """What all groups are worth together."""
        total = 0.0
        for size in sorted({len(members) for members in self.members}):
            some = np.array([members for members in self.members if len(members) == size], np.intp)
            one, other = np.triu_indices(size, 1)
            weights = self._weights.between(some[:, one].ravel(), some[:, other].ravel(), plain=plain)
            total += float(weights.sum()) / (size - 1)
        return total
