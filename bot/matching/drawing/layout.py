"""Where everybody stands on the map: islands apart from each other, and near each other who is tied.

Of each island the distances on the paper are made as like the steps between its people as can be: stress majorization,
de Leeuw 1977, for graphs Gansner, Koren & North 2004. It begins where everybody's id puts them, and the result is turned
as they stood there, so that one person more moves the others little.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.matching.network import Indices, Network

Points = NDArray[np.floating[Any]]

_ROUNDS = 60
_PUSHES = 60
_ROOM = 0.8  # between two people at least, where a tie is 1 long
_GAP = 1.5  # between two islands
_ALONE = 1.3  # between people without a tie
_ASPECT = 1.5  # width to height


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everybody stands, and how much paper that takes; a tie is about 1 long, and the corner is 0, 0."""

    at: Points
    width: float
    height: float


def lay_out(network: Network, ids: Sequence[str]) -> Layout:
    """Everybody's place, by the network's own numbers; `ids` say who they are."""
    if not network.people:
        return Layout(np.zeros((0, 2)), 0, 0)
    groups = [np.flatnonzero(network.island == island) for island in range(len(network.sizes))]
    tied = [group for group in groups if len(group) > 1]
    alone = [int(group[0]) for group in groups if len(group) == 1]
    blocks = [(group, _island(network, group, ids)) for group in sorted(tied, key=lambda each: _first(each, ids))]
    wide = _width([at for _, at in blocks], len(alone))
    if alone:
        rows = np.array(sorted(alone, key=ids.__getitem__))
        blocks.append((rows, _grid(len(rows), wide)))
    return _side_by_side(network.people, blocks, wide)


def _first(group: Indices, ids: Sequence[str]) -> tuple[int, str]:
    return -len(group), min(ids[one] for one in group)


# --- one island ----------------------------------------------------------------------------------


def _island(network: Network, group: Indices, ids: Sequence[str]) -> Points:
    """Its people's places, in the order of `group`."""
    begin = np.array([_begins(ids[one]) for one in group]) * len(group) ** 0.5 * (_ASPECT, 1)
    steps = np.array([network.steps_from(int(one))[group] for one in group], np.float64)
    return _turned_as(begin, _spread(_majorized(begin, steps)))


def _begins(who: str) -> tuple[float, float]:
    """A place in the square from −1 to 1, always the same for the same person."""
    drawn = blake2b(who.encode(errors="surrogatepass"), digest_size=8).digest()
    return int.from_bytes(drawn[:4]) / 2**31 - 1, int.from_bytes(drawn[4:]) / 2**31 - 1


def _majorized(at: Points, steps: Points) -> Points:
    """Places whose distances are as like these as can be; the far ones may differ more."""
    people = len(at)
    weight = np.where(steps > 0, 1 / np.maximum(steps, 1) ** 2, 0)
    target = weight * steps
    middle = np.linalg.inv(np.diag(weight.sum(axis=1)) - weight + 1 / people) - 1 / people
    for _ in range(_ROUNDS):
        apart = np.maximum(_distances(at), 1e-9)
        pull = -target / apart
        np.fill_diagonal(pull, 0)
        np.fill_diagonal(pull, -pull.sum(axis=1))
        at = middle @ (pull @ at)
    return at


def _distances(at: Points) -> Points:
    square = (at**2).sum(axis=1)
    found: Points = np.sqrt(np.maximum(square[:, None] + square[None, :] - 2 * at @ at.T, 0))
    return found


def _spread(at: Points) -> Points:
    """The same, so wide and so pushed that nobody stands on anybody's toes."""
    apart = _distances(at)
    np.fill_diagonal(apart, np.inf)
    near = float(np.quantile(apart.min(axis=1), 0.25))
    at = at * max(1.0, min(1.4, _ROOM / max(near, 1e-9)))
    for _ in range(_PUSHES):
        away = at[:, None, :] - at[None, :, :]
        apart = np.sqrt((away**2).sum(axis=2))
        np.fill_diagonal(apart, np.inf)
        if apart.min() >= _ROOM:
            break
        push = np.where(apart < _ROOM, (_ROOM - apart) / 2, 0) / np.maximum(apart, 1e-9)
        at = at + (away * push[:, :, None]).sum(axis=1) * 0.7
    return at


def _turned_as(begin: Points, at: Points) -> Points:
    """Turned, and mirrored if need be, so that everybody is as near as can be to where they began."""
    at = at - at.mean(axis=0)
    left, _, right = np.linalg.svd(at.T @ (begin - begin.mean(axis=0)))
    turned: Points = at @ (left @ right)
    return turned


# --- all of them ---------------------------------------------------------------------------------


def _width(blocks: Sequence[Points], alone: int) -> float:
    sizes = [(np.ptp(at, axis=0) + _GAP).tolist() for at in blocks]
    area = sum(across * down for across, down in sizes) + alone * _ALONE**2
    widest = max((across for across, _ in sizes), default=0.0)
    return max(widest, float((area * _ASPECT) ** 0.5))


def _grid(number: int, wide: float) -> Points:
    """Rows of people, from the upper left."""
    in_a_row = max(1, int(wide / _ALONE))
    nth = np.arange(number)
    return np.stack([nth % in_a_row, nth // in_a_row], axis=1) * _ALONE


def _side_by_side(people: int, blocks: Sequence[tuple[Indices, Points]], wide: float) -> Layout:
    """One island after the other where it reaches down the least, as far left as can be."""
    at = np.zeros((people, 2))
    skyline = [(0.0, 0.0)]  # from this x on it is free from this y on
    for who, places in blocks:
        across, down = (float(side) + _GAP for side in np.ptp(places, axis=0))
        y, x = min(
            (max(low for left, low in _under(skyline, start, across)), start)
            for start, _ in skyline
            if start + across <= wide * 1.001 or not start
        )
        after = _under(skyline, x, across)[-1][1]
        skyline = sorted(
            [each for each in skyline if not x <= each[0] < x + across] + [(x, y + down), (x + across, after)]
        )
        at[who] = places - places.min(axis=0) + (x + _GAP / 2, y + _GAP / 2)
    taken = at.max(axis=0) + _GAP / 2
    return Layout(at, float(taken[0]), float(taken[1]))


def _under(skyline: Sequence[tuple[float, float]], start: float, across: float) -> list[tuple[float, float]]:
    """The pieces of the skyline that something so wide would stand under."""
    first = max(nth for nth, (left, _) in enumerate(skyline) if left <= start)
    return [skyline[first], *(each for each in skyline[first + 1 :] if each[0] < start + across - 1e-6)]
