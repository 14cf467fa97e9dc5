"""The most pairs there can be when not everybody may meet everybody: Edmonds' blossoms (1965).

It is what makes the hard promises: nobody is left over, and nobody repeated, while there is any way round it.
"""

from collections import deque
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
NOBODY = -1


def most_pairs(mate: Sequence[int], may: Callable[[int], Bools], first: Sequence[bool]) -> list[int]:
    """As many pairs as there can be, starting from `mate` (−1 for nobody), in which everybody who has one keeps one.

    `may` says with whom somebody may be. Only for somebody who comes `first` another one is left over.
    """
    search = _Search(mate, may)
    for one in sorted(range(len(mate)), key=lambda one: not first[one]):
        if search.mate[one] == NOBODY and not search.augmented(one) and first[one]:
            search.take_the_place_of(next((each for each in search.outer_ones() if not first[each]), one), one)
    return [int(other) for other in search.mate]


class _Search:
    """A tree of alternating paths from somebody who has nobody."""

    def __init__(self, mate: Sequence[int], may: Callable[[int], Bools]) -> None:
        self.mate, self._may = np.array(mate, np.intp), may

    def augmented(self, root: int) -> bool:
        """Find a partner for `root` by letting others change theirs."""
        people = len(self.mate)
        self._base, self._parent = np.arange(people), np.full(people, NOBODY, np.intp)
        self._outer = np.zeros(people, np.bool_)
        self._outer[root] = True
        self._waiting = deque([root])
        while self._waiting:
            one = self._waiting.popleft()
            may = self._may(one)
            new = np.flatnonzero(may & ~self._outer & (self._parent == NOBODY))
            free = new[self.mate[new] == NOBODY]
            if len(free):
                self._parent[free[0]] = one
                self._flip(int(free[0]))
                return True
            new = new[~np.isin(self.mate[new], new) | (new < self.mate[new])]  # of a pair only one: they make a ring
            self._parent[new] = one
            self._outer[self.mate[new]] = True
            self._waiting.extend(self.mate[new].tolist())
            for other in np.flatnonzero(may & self._outer):
                if self._base[other] != self._base[one]:
                    self._contract(one, int(other))
        return False

    def outer_ones(self) -> list[int]:
        """Who could be left over in place of the root."""
        return [int(one) for one in np.flatnonzero(self._outer)]

    def take_the_place_of(self, other: int, root: int) -> None:
        if other != root:
            partner = int(self.mate[other])
            self.mate[other] = NOBODY
            self._flip(partner)

    def _flip(self, end: int) -> None:
        """Part every pair on the path from the root, and join those between."""
        while end != NOBODY:
            before = int(self._parent[end])
            beyond = int(self.mate[before])
            self.mate[end], self.mate[before] = before, end
            end = beyond

    def _contract(self, one: int, other: int) -> None:
        """An odd ring: all on it can be reached either way, and count as one from now on."""
        base = self._meeting_point(one, other)
        ring = np.zeros(len(self.mate), np.bool_)
        for start, child in ((one, other), (other, one)):
            at, below = start, child
            while self._base[at] != base:
                ring[[self._base[at], self._base[self.mate[at]]]] = True
                self._parent[at] = below
                below = int(self.mate[at])
                at = int(self._parent[below])
        inside = ring[self._base]
        self._base[inside] = base
        self._waiting.extend(np.flatnonzero(inside & ~self._outer).tolist())
        self._outer |= inside

    def _meeting_point(self, one: int, other: int) -> int:
        seen = set()
        while True:
            one = int(self._base[one])
            seen.add(one)
            if self.mate[one] == NOBODY:
                break
            one = int(self._parent[self.mate[one]])
        while int(self._base[other]) not in seen:
            other = int(self._parent[self.mate[self._base[other]]])
        return int(self._base[other])
