"""For everybody, the people it would be best to introduce them to: of all, or of the likeliest when there are many."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.matching.network import runs
from bot.matching.planning.likeness import Floats, Indices
from bot.matching.planning.lists import lists
from bot.matching.planning.weights import Weights

NEIGHBOURS = 64  # with fewer the greedy start is worse, with more hardly better; half of it where lists are used
ALL_WITH_ALL = 20_000  # people; beyond, lists take over

_SIDE = 2_010  # people who are compared with as many others at a time: fewer are slower, more need more memory
_TIE = np.float32(1e-4)  # far less than any difference that means something


@dataclass(frozen=True, slots=True)
class Nearest:
    """For each of `people`, ascending, others of them and the weights with them; −1 and −∞ fill up.

    The first `count` are those with the highest weights, highest first. Where some people are favoured, as newcomers
    whom no path joins with anybody are, as many follow that would be next if they were not; else everybody's neighbours
    would be the same few. Nobody forbidden is among them, and nobody met before unless that was asked for (`again`).
    """

    people: Indices
    who: NDArray[np.int32]
    worth: Floats
    count: int


def nearest(
    weights: Weights,
    people: Indices,
    rng: np.random.Generator,
    *,
    again: bool = False,
    few: int = ALL_WITH_ALL,
    side: int = _SIDE,
) -> Nearest:
    """Where weights are equal `rng` decides, for each one anew, so that not all have the same neighbours.

    Up to `few` people are compared all with all, `side` with as many others at a time.
    """
    all_with_all = len(people) <= few
    count = min(NEIGHBOURS if all_with_all else NEIGHBOURS // 2, len(people) - 1)
    look = _Look(weights, people, count, again, _Noise(len(people), rng))
    who = np.full((len(people), 2 * count if weights.uneven else count), -1, np.int32)
    worth = np.full(who.shape, -np.inf, np.float32)
    for seen in _among_all(look, side) if all_with_all else _among_alike(look, rng):
        rows, found, sums = seen.rows, *seen.found()
        real = sums > -np.inf
        sums[real] = weights.exact(np.repeat(people[rows], real.sum(axis=1)), found[real], sums[real])
        both = np.hstack([who[rows], found]), np.hstack([worth[rows], sums])
        who[rows], worth[rows] = _best(weights, people[rows], *both, count)
    return Nearest(people, who, worth, count)


class _Noise:
    """What decides between equal sums: one row of numbers, in which everybody starts at another place."""

    def __init__(self, people: int, rng: np.random.Generator) -> None:
        self._noise = rng.random(2 * people, np.float32) * _TIE
        self._shift = rng.integers(0, people + 1, people)

    def on(self, sums: Floats, rows: Indices, columns: Indices) -> Floats:
        noisy = np.empty_like(sums)
        for line, start in enumerate((self._shift[rows] + columns[0]).tolist()):
            np.add(sums[line], self._noise[start : start + len(columns)], out=noisy[line])
        return noisy


@dataclass(frozen=True, slots=True)
class _Look:
    """What is looked for: so many for each of `people`."""

    weights: Weights
    people: Indices
    count: int
    again: bool
    noise: _Noise

    def sums(self, rows: Indices, columns: Indices) -> Floats:
        return self.weights.block(self.people[rows], self.people[columns], again=self.again)


class _Seen:
    """For some people, those with the highest sums among all who came by, and as many of whoever is favoured.

    `rows` and columns are places among the people looked at, ascending.
    """

    def __init__(self, look: _Look, rows: Indices) -> None:
        self.rows, self._look = rows, look
        self._highest = [_Highest(len(rows), look.count) for _ in range(2 if look.weights.uneven else 1)]

    def add(self, columns: Indices, sums: Floats) -> None:
        weights, ones, others = self._look.weights, self._look.people[self.rows], self._look.people[columns]
        noisy = self._look.noise.on(sums, self.rows, columns)
        self._highest[0].add(others, sums, noisy)
        if weights.uneven:
            self._highest[1].add(others, sums, weights.favoured(noisy, ones, others))

    def found(self) -> tuple[NDArray[np.int32], Floats]:
        return np.hstack([each.who for each in self._highest]), np.hstack([each.sums for each in self._highest])


class _Highest:
    """So many people with the highest sums by some order; −1 and −∞ fill up."""

    def __init__(self, people: int, count: int) -> None:
        self.who = np.full((people, count), -1, np.int32)
        self.sums = np.full(self.who.shape, -np.inf, np.float32)
        self._order, self._count = self.sums.copy(), count

    def add(self, others: Indices, sums: Floats, order: Floats) -> None:
        """`order`: what to go by, as many as there are `sums`."""
        found = _highest(order, min(self._count, len(others)), self._order.min(axis=1, keepdims=True))
        new = others[found], np.take_along_axis(sums, found, 1), np.take_along_axis(order, found, 1)
        new[2][found < 0] = -np.inf
        who, sums, order = (np.hstack(both) for both in zip((self.who, self.sums, self._order), new, strict=True))
        kept = _highest(order, self._count)
        for mine, each, nothing in ((self.who, who, -1), (self.sums, sums, -np.inf), (self._order, order, -np.inf)):
            mine[:, : kept.shape[1]] = np.where(kept < 0, nothing, np.take_along_axis(each, kept, 1))


def _among_all(look: _Look, side: int) -> Iterator[_Seen]:
    """Everybody with everybody, in squares: what two people weigh is worked out once for both."""
    pieces = np.array_split(np.arange(len(look.people)), -(-len(look.people) // side))
    seen = [_Seen(look, rows) for rows in pieces]
    for nth, ours in enumerate(seen):
        for theirs in seen[nth:]:
            sums = look.sums(ours.rows, theirs.rows)
            ours.add(theirs.rows, sums)
            if theirs is not ours:
                theirs.add(ours.rows, np.ascontiguousarray(sums.T))
    yield from seen


def _among_alike(look: _Look, rng: np.random.Generator) -> Iterator[_Seen]:
    for rows, columns in lists(look.weights, look.people, rng):
        seen = _Seen(look, rows)
        seen.add(columns, look.sums(rows, columns))
        yield seen


def _highest(sums: Floats, count: int, least: Floats | float = -np.inf) -> Indices:
    """The columns of the highest of each row, and of at least so much; −1 where there are fewer."""
    edge = np.maximum(np.partition(sums, -count, axis=1)[:, -count, None], least)
    high = sums >= np.maximum(edge, np.finfo(np.float32).min)
    row, column = divmod(np.flatnonzero(high), sums.shape[1])  # far faster than to sort the places, or nonzero
    many = np.bincount(row, minlength=len(sums))
    nth = runs(np.zeros_like(many), many)
    few = nth < count  # several may share the last place
    who = np.full((len(sums), min(count, int(many.max()))), -1, np.intp)
    who[row[few], nth[few]] = column[few]
    return who


def _best(weights: Weights, ones: Indices, who: Indices, worth: Floats, count: int) -> tuple[Indices, Floats]:
    """Of all that was found for these people the `count` best, each once; and where some are favoured as many again."""
    order = np.argsort(who, axis=1, kind="stable")
    who, worth = np.take_along_axis(who, order, 1), np.take_along_axis(worth, order, 1)
    worth[:, 1:][who[:, 1:] == who[:, :-1]] = -np.inf
    order = np.argsort(-worth, axis=1, kind="stable")
    who, worth = np.take_along_axis(who, order, 1), np.take_along_axis(worth, order, 1)
    if weights.uneven:
        rest, real = slice(count, None), worth[:, count:] > -np.inf
        level = np.where(real, 0, -np.inf).astype(np.float32)
        level[real] = weights.levelled(np.repeat(ones, real.sum(axis=1)), who[:, rest][real], worth[:, rest][real])
        order = count + np.argsort(-level, axis=1, kind="stable")[:, :count]
        order = np.hstack([np.tile(np.arange(count), (len(who), 1)), order])
        who, worth = np.take_along_axis(who, order, 1), np.take_along_axis(worth, order, 1)
    else:
        who, worth = who[:, :count], worth[:, :count]
    return np.where(worth > -np.inf, who, -1), worth
