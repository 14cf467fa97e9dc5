"""How well neighbours are found: hit@1, recall@3, nDCG@5 and MAP, with intervals."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
DEPTH = 5
_SAMPLES = 2000


@dataclass(frozen=True)
class Quality:
    """One row for each statement that has another of its issue: hit@1, recall@3, nDCG@5, average precision."""

    each: Matrix

    def mean(self) -> list[float]:
        return [float(value) for value in self.each.mean(axis=0)]

    def interval(self, column: int) -> tuple[float, float]:
        """95 %, by drawing statements anew."""
        draw = np.random.default_rng(0).integers(0, len(self.each), (_SAMPLES, len(self.each)))
        low, high = np.percentile(self.each[draw, column].mean(axis=1), [2.5, 97.5])
        return float(low), float(high)


def quality(alike: Matrix, clusters: Sequence[str], related: Collection[frozenset[str]] = ()) -> Quality:
    """Of a matrix of likeness. With related issues nDCG is graded: 2 for the same, 1 for related."""
    names = np.array(clusters)
    same = names[:, None] == names[None, :]
    grades = same * (2.0 if related else 1.0)
    for pair in related:
        one, other = sorted(pair)
        grades[np.ix_(names == one, names == other)] = grades[np.ix_(names == other, names == one)] = 1.0
    others = alike.astype(float).copy()
    np.fill_diagonal(others, -np.inf)
    rows = [_of_one(others[i], same[i], grades[i]) for i in range(len(names)) if same[i].sum() > 1]
    return Quality(np.array(rows))


def _of_one(alike: Matrix, same: NDArray[np.bool_], grades: Matrix) -> tuple[float, float, float, float]:
    order = np.argsort(-alike, kind="stable")[:-1]  # the last is the statement itself
    found, total = same[order], same.sum() - 1
    discount = 1 / np.log2(np.arange(2, DEPTH + 2))
    best = np.sort(grades[order])[::-1][:DEPTH]
    gained = (grades[order][:DEPTH] * discount[: len(best)]).sum() / (best * discount[: len(best)]).sum()
    precision = np.cumsum(found) / np.arange(1, len(found) + 1)
    return (
        float(found[0]),
        float(found[:3].sum() / min(3, total)),
        float(gained),
        float((precision * found).sum() / total),
    )
