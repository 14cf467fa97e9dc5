"""Who is connected with whom: islands, steps apart, bridges, and whose next introduction would join the most.

A tie is an introduction that led to a meeting, or what people said of whom they know. People are positions, 0 to n − 1.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

Indices = NDArray[np.integer[Any]]
Pairs = Sequence[tuple[int, int]] | Indices

FAR = 5  # steps: everything from here on weighs the same
_SOURCES = 64  # from so many people the average of the steps is taken, evenly spread


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody stands in the network."""

    island: int  # its size, themselves included
    ties: int
    within_two: int  # people they could reach by one introduction from somebody they know
    bridges: int  # ties of theirs without which the island would fall apart
    furthest: int  # steps to whoever is furthest on the island


@dataclass(frozen=True, slots=True)
class Joiner:
    """Somebody, or an organisation, whose next introduction could join `pairs` pairs of people that no path joins."""

    who: int
    to: int  # somebody of their own choice on the largest other island, or the furthest on their own
    pairs: int


class Network:
    """The ties among `people` people, as they are now."""

    def __init__(self, people: int, ties: Pairs) -> None:
        both = np.asarray(ties, np.intp).reshape(-1, 2)
        both = both[both[:, 0] != both[:, 1]]
        keys = np.unique(np.concatenate([both[:, 0] * people + both[:, 1], both[:, 1] * people + both[:, 0]]))
        self.people = people
        self._from, self._to = (keys // max(1, people), keys % max(1, people))
        self._start = np.searchsorted(self._from, np.arange(people + 1))

    @cached_property
    def island(self) -> Indices:
        """The number of everybody's island; 0 is the largest, and somebody without a tie is one of their own."""
        label = np.arange(self.people)
        while True:
            lowest = label.copy()
            np.minimum.at(lowest, label[self._from], label[self._to])
            while not np.array_equal(lowest, lowest[lowest]):
                lowest = lowest[lowest]
            if np.array_equal(lowest[label], label):
                break
            label = lowest[label]
        _, member, size = np.unique(label, return_inverse=True, return_counts=True)
        rank = np.empty(len(size), np.intp)
        rank[np.argsort(-size, kind="stable")] = np.arange(len(size))
        return rank[member]

    @cached_property
    def sizes(self) -> Indices:
        """How many people each island has, the largest first."""
        return np.bincount(self.island)

    @property
    def tied(self) -> bool:
        """Whether there is any tie at all."""
        return len(self._to) > 0

    @property
    def share(self) -> float:
        """How many of all people are on the largest island, from 0 to 1; 1 means the system is connected to itself."""
        return float(self.sizes[0] / self.people) if self.people else 0.0

    @property
    def ties_each(self) -> Indices:
        """How many ties everybody has."""
        return np.diff(self._start)

    def ties_of(self, one: int) -> Indices:
        return self._to[self._start[one] : self._start[one + 1]]

    def steps_from(self, one: int, limit: int | None = None) -> Indices:
        """Steps from one to everybody; −1 where there is no path, or none of at most `limit` steps."""
        steps = np.full(self.people, -1, np.intp)
        steps[one] = 0
        edge, far = np.array([one]), 0
        while len(edge) and (limit is None or far < limit):
            far += 1
            reached = self._to[runs(self._start[edge], self._start[edge + 1])]
            edge = np.unique(reached[steps[reached] < 0])
            steps[edge] = far
        return steps

    def mean_steps(self) -> float:
        """How far apart two people are on average where a path joins them, from a sample of 64; 0 if none does."""
        sources = {int(one) for one in np.linspace(0, self.people - 1, _SOURCES)} if self.people else set[int]()
        found = [steps[steps > 0] for steps in (self.steps_from(one) for one in sorted(sources))]
        together = np.concatenate(found) if found else np.empty(0)
        return float(together.mean()) if len(together) else 0.0

    @cached_property
    def bridges(self) -> list[tuple[int, int]]:
        """Ties that alone hold an island together: without one of them it would be two."""
        found, low, order = [], [0] * self.people, [0] * self.people
        clock = 0
        for root in range(self.people):
            if order[root]:
                continue
            clock += 1
            order[root] = low[root] = clock
            path = [(root, -1, iter(self.ties_of(root).tolist()))]
            while path:
                one, came_from, ties = path[-1]
                for other in ties:
                    if not order[other]:
                        clock += 1
                        order[other] = low[other] = clock
                        path.append((other, one, iter(self.ties_of(other).tolist())))
                        break
                    if other != came_from:
                        low[one] = min(low[one], order[other])
                else:
                    path.pop()
                    if path:
                        low[came_from] = min(low[came_from], low[one])
                        if low[one] > order[came_from]:
                            found.append((min(one, came_from), max(one, came_from)))
        return sorted(found)

    def place(self, one: int) -> Place:
        steps = self.steps_from(one)
        return Place(
            island=int((steps >= 0).sum()),
            ties=len(self.ties_of(one)),
            within_two=int(((steps > 0) & (steps <= 2)).sum()),  # noqa: PLR2004  as it says
            bridges=sum(one in tie for tie in self.bridges),
            furthest=int(steps.max()),
        )

    def joiners(self, willing: Iterable[int] | None = None, most: int = 3) -> list[Joiner]:
        """The people whose next introduction would join the most, one from each island while there are several.

        Of an island it is whoever holds the fewest bridges and then has the fewest ties: people who hold many tire.
        On a single island it is whoever is furthest from somebody, and `pairs` is 0.
        """
        able = np.unique(np.fromiter(range(self.people) if willing is None else willing, np.intp))
        if not len(able):
            return []
        holds = np.bincount(np.array(self.bridges, np.intp).ravel(), minlength=self.people)
        rested = able[np.lexsort((able, np.diff(self._start)[able], holds[able], self.island[able]))]
        islands, where = np.unique(self.island[rested], return_index=True)
        if len(islands) == 1:
            return self._furthest(rested, most)
        chosen, size = rested[where], self.sizes[islands]
        best = [1 if nth == 0 else 0 for nth in range(len(islands))]
        found = [Joiner(int(chosen[i]), int(chosen[to]), int(size[i] * size[to])) for i, to in enumerate(best)]
        return sorted(found, key=lambda joiner: (-joiner.pairs, joiner.who))[:most]

    def joining_organisations(
        self, group: Sequence[str], willing: Iterable[int] | None = None
    ) -> list[tuple[str, Joiner]]:
        """The same for organisations, given everybody's: the three whose best person would join the most.

        Among equals those with the fewest ties to the outside for each of their people come first.
        """
        able = list(range(self.people)) if willing is None else sorted(willing)
        outward = dict.fromkeys(group, 0)
        for one, other in zip(self._from.tolist(), self._to.tolist(), strict=True):
            outward[group[one]] += group[one] != group[other]
        theirs: dict[str, list[int]] = {}
        for one in able:
            theirs.setdefault(group[one], []).append(one)
        people, ordered, found = Counter(group), sorted(able, key=lambda one: (self.island[one], one)), []
        for name in sorted(theirs.keys() - {""}):
            reached = {int(self.island[one]) for one in theirs[name]}
            other = next((one for one in ordered if int(self.island[one]) not in reached), None)
            joins = (self._join(one, other) for one in theirs[name])
            best = max(joins, key=lambda joiner: (joiner.pairs, -joiner.who))
            found.append((outward[name] / people[name], name, best))
        found.sort(key=lambda each: (-each[2].pairs, each[0], each[1]))
        return [(name, best) for _, name, best in found[:3]]

    def _join(self, one: int, other: int | None) -> Joiner:
        """What it does to introduce one to somebody where their organisation has nobody; to themselves if it is everywhere."""
        if other is None:
            return Joiner(one, one, 0)
        return Joiner(one, other, int(self.sizes[self.island[one]] * self.sizes[self.island[other]]))

    def _furthest(self, able: Indices, most: int) -> list[Joiner]:
        """On one island, looking from at most 64 people."""
        found = []
        for one in able[:_SOURCES].tolist():
            steps = self.steps_from(one)[able]
            to = int(able[np.argmax(steps)])
            if to != one:
                found.append((-int(steps.max()), -float(steps.mean()), one, to))
        return [Joiner(one, to, 0) for _, _, one, to in sorted(found)[:most]]


class Near:
    """Who is within two steps of whom, so that up to four steps between two people are found where they overlap."""

    def __init__(self, network: Network) -> None:
        people, one, two = network.people, network._from, network._to  # noqa: SLF001  the same file
        start = network._start  # noqa: SLF001
        further = runs(start[two], start[two + 1])
        second = np.repeat(one, start[two + 1] - start[two]) * people + network._to[further]  # noqa: SLF001
        itself = np.arange(people) * (people + 1)
        keys = np.concatenate([itself, one * people + two, second])
        far = np.repeat(np.array([0, 1, 2], np.int8), [len(itself), len(one), len(second)])
        keys, nearest = np.unique(keys, return_index=True)  # the first is the shortest
        self._people, self._far = people, far[nearest]
        self._who = (keys % max(1, people)).astype(np.int32)
        self._start = np.searchsorted(keys, np.arange(people + 1) * people)

    def steps(self, ones: Indices, others: Indices) -> NDArray[np.int8]:
        """Steps between each pair up to four, and `FAR` for anything more, or no path."""
        found = np.full(len(ones), FAR, np.int8)
        order = np.argsort(ones, kind="stable")
        for start in range(0, len(order), 4096):
            some = order[start : start + 4096]
            sources, row = np.unique(ones[some], return_inverse=True)
            for first in range(0, len(sources), 256):
                these = some[(row >= first) & (row < first + 256)]
                found[these] = self._overlap(sources[first : first + 256], ones[these], others[these])
        return found

    def _overlap(self, sources: Indices, ones: Indices, others: Indices) -> NDArray[np.int8]:
        marks = np.full((len(sources), self._people), FAR, np.int8)
        around = runs(self._start[sources], self._start[sources + 1])
        count = self._start[sources + 1] - self._start[sources]
        marks[np.repeat(np.arange(len(sources)), count), self._who[around]] = self._far[around]
        theirs = runs(self._start[others], self._start[others + 1])
        count = self._start[others + 1] - self._start[others]
        row = np.repeat(np.searchsorted(sources, ones), count)
        through = marks[row, self._who[theirs]] + self._far[theirs]
        shortest: NDArray[np.int8] = np.minimum.reduceat(through, np.cumsum(count) - count).clip(max=FAR)
        return shortest


def runs(starts: Indices, ends: Indices) -> Indices:
    """All numbers from each start up to each end, one run after another."""
    count = ends - starts
    before = np.cumsum(count) - count
    numbers: Indices = np.arange(int(count.sum())) + np.repeat(starts - before, count)
    return numbers
