"""Lists of people who are alike, among whom to look when there are too many to compare all with all."""

from collections.abc import Iterator

import numpy as np

from bot.matching.planning.likeness import Floats, Indices
from bot.matching.planning.weights import NO_PATH, Weights

_CELLS = 3_000_000  # of a block: 12 MB
_PROBED = 12  # lists that are looked through for the people of one
_ISLANDS = 64  # so many are told apart when lists are chosen
_ASIDE = 4096  # people whose vectors are copied at a time


def lists(weights: Weights, people: Indices, rng: np.random.Generator) -> Iterator[tuple[Indices, Indices]]:
    """Everybody with those on the lists of people like them, and of those that no path joins with them yet.

    Both as places in `people`, ascending. Somebody with several texts comes several times.
    """
    centres = _centres(weights, people, rng)
    on = _listed(weights, people, centres)
    members = [np.unique(whose) for whose in on]
    overlap = _overlap(weights, people, members)
    near = centres @ centres.T + np.float32(NO_PATH * weights.bridges) * (1 - overlap)
    np.fill_diagonal(near, np.inf)
    probed = np.argsort(-near, axis=1, kind="stable")[:, :_PROBED]
    for rows, chosen in zip(members, probed, strict=True):
        columns = np.unique(np.concatenate([members[one] for one in chosen]))
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
        order = np.argsort(group, kind="stable")
        some, start = np.unique(group[order], return_index=True)
        size = np.diff(start, append=len(group))
        centres[some] = np.add.reduceat(vectors[order], start) / size[:, None]
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
