"""How alike what people work on is, for many pairs of people at once.

People are positions in the order in which the planner was given them.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from bot.matching.network import runs

Floats = NDArray[np.float32]
Indices = NDArray[np.integer[Any]]
T = TypeVar("T")


class Likeness(Protocol):
    """What the planner asks of a way of comparing people. 0 is nothing in common, about 1.5 the most there is."""

    @property
    def texts(self) -> Indices:
        """How many texts each person has; a block is cheapest if people with as many stand together, most first."""

    def block(self, rows: Indices, columns: Indices) -> Floats:
        """Every one of `rows` with every one of `columns`: a new array, the caller may write into it."""

    def between(self, ones: Indices, others: Indices) -> Floats:
        """The first of `ones` with the first of `others`, and so on."""

    def sketch(self, people: Indices) -> tuple[Floats, Indices]:
        """Vectors whose dot product says roughly the same, and whose each is, as a place in `people`.

        Only asked for when there are too many people to compare all with all.
        """


class Texts:
    """The most alike of any two texts of two people.

    `vectors` has a row for each text, so made that a dot product is the likeness of two texts (bot/matching/statement.py
    makes such, with what was ticked in them); `owner` says whose it is, of so many `people`, and ascends. Somebody
    without a text is like nobody.
    """

    def __init__(self, vectors: Floats, owner: Indices, people: int) -> None:
        if len(vectors) != len(owner) or np.any(np.diff(owner) < 0):
            raise ValueError("there must be an owner for each vector, in ascending order")
        self._vectors = np.asarray(vectors, np.float32)
        self.texts = np.bincount(owner, minlength=people).astype(np.intp)
        self._first = np.cumsum(self.texts) - self.texts

    def block(self, rows: Indices, columns: Indices) -> Floats:
        alike = np.zeros((len(rows), len(columns)), np.float32)
        for nth, theirs, mine in self._slots(rows):
            for mth, others, yours in self._slots(columns):
                part = mine @ yours.T
                place = (
                    (theirs, others)
                    if isinstance(theirs, slice) or isinstance(others, slice)
                    else np.ix_(theirs, others)
                )
                alike[place] = part if nth == mth == 0 else np.maximum(alike[place], part, out=part)
        return alike

    def between(self, ones: Indices, others: Indices) -> Floats:
        alike = np.zeros(len(ones), np.float32)
        for some in _pieces(np.flatnonzero((self.texts[ones] > 0) & (self.texts[others] > 0))):
            one, other = ones[some], others[some]
            across = self.texts[other]
            many = self.texts[one] * across
            start = np.cumsum(many) - many
            pair = np.repeat(np.arange(len(some)), many)
            nth, mth = divmod(np.arange(len(pair)) - start[pair], across[pair])
            left = self._vectors[self._first[one][pair] + nth]
            right = self._vectors[self._first[other][pair] + mth]
            alike[some] = np.maximum.reduceat(np.einsum("ij,ij->i", left, right), start)
        return alike

    def sketch(self, people: Indices) -> tuple[Floats, Indices]:
        count = self.texts[people]
        whose = np.repeat(np.arange(len(people)), count)
        first = self._first[people]
        return self._vectors[runs(first, first + count)], whose

    def _slots(self, people: Indices) -> Iterator[tuple[int, slice | Indices, Floats]]:
        """First texts, second texts and so on: whose they are, as a slice where that is possible, and the vectors."""
        for nth in range(int(self.texts[people].max(initial=0))):
            whose = np.flatnonzero(self.texts[people] > nth)
            together = whose[-1] == len(whose) - 1
            yield nth, slice(len(whose)) if together else whose, self._vectors[self._first[people[whose]] + nth]


class Table:
    """A likeness that is known for every pair: for programmes small enough to write it all down."""

    def __init__(self, alike: Floats) -> None:
        self._alike = np.asarray(alike, np.float32)
        self.texts = np.ones(len(alike), np.intp)

    @classmethod
    def of(cls, said: Sequence[T], alike: Callable[[T, T], float]) -> "Table":
        """From a function of two; the same both ways, and asked once for each pair."""
        table = np.zeros((len(said), len(said)), np.float32)
        for i, one in enumerate(said):
            for j in range(i):
                table[i, j] = table[j, i] = alike(one, said[j])
        return cls(table)

    def block(self, rows: Indices, columns: Indices) -> Floats:
        block: Floats = self._alike[np.ix_(rows, columns)]
        return block

    def between(self, ones: Indices, others: Indices) -> Floats:
        return self._alike[ones, others]

    def sketch(self, people: Indices) -> tuple[Floats, Indices]:
        return self._alike[people], np.arange(len(people))


def _pieces(positions: Indices, size: int = 2048) -> Iterator[Indices]:
    """A few at a time, so that what is copied for them stays small."""
    for start in range(0, len(positions), size):
        yield positions[start : start + size]
