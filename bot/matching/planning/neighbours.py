"""For everybody, the people it would be best to introduce them to: of all, or of the likeliest when there are many."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.matching.planning.likeness import Floats, Indices
from bot.matching.planning.weights import NO_PATH, Weights

NEIGHBOURS = 64  # with fewer the greedy start is worse, with more hardly better; half of it where lists are used
ALL_WITH_ALL = 20_000  # people; beyond, lists take over

_CELLS = 3_000_000  # of a block: 12 MB
_TIE = np.float32(1e-4)  # far less than any difference that means something
_PROBED = 12  # lists that are looked through for the people of one
_ISLANDS = 64  # so many are told apart when lists are chosen
_ASIDE = 4096  # people whose vectors are copied at a time

Tasks = Iterator[tuple[Indices, Indices]]


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
    weights: Weights, people: Indices, rng: np.random.Generator, *, again: bool = False, few: int = ALL_WITH_ALL
) -> Nearest:
    """Where weights are equal `rng` decides, for each one anew, so that not all have the same neighbours.

    Up to `few` people are compared all with all.
    """
    noise = rng.random(2 * len(people), np.float32) * _TIE
    shift = rng.integers(0, len(people) + 1, len(people))
    all_with_all = len(people) <= few
    count = min(NEIGHBOURS if all_with_all else NEIGHBOURS // 2, len(people) - 1)
    who = np.full((len(people), 2 * count if weights.uneven else count), -1, np.int32)
    worth = np.full(who.shape, -np.inf, np.float32)
    for rows, columns in _all(len(people)) if all_with_all else _lists(weights, people, rng):
        sums = weights.block(people[rows], people[columns], again=again)
        for line, start in enumerate(shift[rows]):
            sums[line] += noise[start : start + len(columns)]
        found = _highest(sums, min(count, len(columns)))
        if weights.uneven:
            favoured = weights.favoured(sums, people[rows], people[columns])
            found = np.hstack([found, _highest(favoured, min(count, len(columns)))])
        value = np.take_along_axis(sums, found, 1) - noise[shift[rows][:, None] + found]
        value[found < 0] = -np.inf
        real = value > -np.inf
        found = np.where(real, people[columns[found]], -1)
        value[real] = weights.exact(np.repeat(people[rows], real.sum(axis=1)), found[real], value[real])
        both = np.hstack([who[rows], found]), np.hstack([worth[rows], value])
        who[rows], worth[rows] = _best(weights, people[rows], *both, count)
    return Nearest(people, who, worth, count)


def _all(people: int) -> Tasks:
    """Everybody with everybody, in blocks that stay in the cache."""
    columns, step = np.arange(people), max(1, min(512, _CELLS // people))
    for start in range(0, people, step):
        yield columns[start : start + step], columns


def _lists(weights: Weights, people: Indices, rng: np.random.Generator) -> Tasks:
    """Everybody with those on the lists of people like them, and of those that no path joins with them yet."""
    centres = _centres(weights, people, rng)
    on = _listed(weights, people, centres)
    members = [np.unique(whose) for whose in on]
    overlap = _overlap(weights, people, members)
    alike = centres @ centres.T + np.float32(NO_PATH * weights.bridges) * (1 - overlap)
    np.fill_diagonal(alike, np.inf)
    probed = np.argsort(-alike, axis=1, kind="stable")[:, :_PROBED]
    for rows, lists in zip(members, probed, strict=True):
        columns = np.unique(np.concatenate([members[one] for one in lists]))
        step = max(1, _CELLS // max(1, len(columns)))
        for start in range(0, len(rows), step):
            yield rows[start : start + step], columns


def _centres(weights: Weights, people: Indices, rng: np.random.Generator) -> Floats:
    """Means of groups of alike texts, by k-means on a sample."""
    sample = np.sort(rng.choice(len(people), min(len(people), 12_000), replace=False))
    vectors, _ = weights.likeness.sketch(weights.at[people[sample]])
    number = min(len(vectors), int(1.5 * len(people) ** 0.5))
    centres = vectors[rng.choice(len(vectors), number, replace=False)]
    for _ in range(6):
        group = _closest(vectors, centres)
        size = np.bincount(group, minlength=number)
        sums = np.zeros_like(centres)
        np.add.at(sums, group, vectors)
        centres = np.where(size[:, None] > 0, sums / np.maximum(size, 1)[:, None], centres)
    return centres


def _listed(weights: Weights, people: Indices, centres: Floats) -> list[Indices]:
    """The people of each list: somebody is on one for each of their texts."""
    whose, group = [], []
    for start in range(0, len(people), _ASIDE):
        vectors, owner = weights.likeness.sketch(weights.at[people[start : start + _ASIDE]])
        whose.append(owner + start)
        group.append(_closest(vectors, centres))
    together = np.concatenate(group)
    order = np.argsort(together, kind="stable")
    return np.split(np.concatenate(whose)[order], np.cumsum(np.bincount(together, minlength=len(centres)))[:-1])


def _closest(vectors: Floats, centres: Floats) -> Indices:
    """The centre that each is nearest to."""
    half = (centres * centres).sum(axis=1) / 2
    pieces = [vectors[start : start + _ASIDE] @ centres.T - half for start in range(0, len(vectors), _ASIDE)]
    return np.concatenate([piece.argmax(axis=1) for piece in pieces])


def _overlap(weights: Weights, people: Indices, members: list[Indices]) -> Floats:
    """How likely one of each of two lists are on the same island."""
    share = np.zeros((len(members), _ISLANDS), np.float32)
    for one, rows in enumerate(members):
        island = weights.island[people[rows]]
        share[one] = np.bincount(island[island < _ISLANDS], minlength=_ISLANDS) / max(1, len(rows))
    return share @ share.T


def _highest(sums: Floats, count: int) -> Indices:
    """The columns of the highest of each row; −1 where there are fewer."""
    edge = np.maximum(np.partition(sums, -count, axis=1)[:, -count, None], np.finfo(np.float32).min)
    row, column = np.nonzero(sums >= edge)  # far faster than to sort the places as well
    nth = np.arange(len(row)) - np.searchsorted(row, row)
    few = nth < count  # several may share the last place
    who = np.full((len(sums), count), -1, np.intp)
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
