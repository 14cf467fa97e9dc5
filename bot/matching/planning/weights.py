"""What an introduction of two people is worth: their likeness, the boundaries it crosses, and what it joins.

The numbers were measured, docs/why.md says on what: `issue + 0.10 other sector + 0.05 other place + bridge term`,
and −10 for the same organisation. People are positions among those who are there this time.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bot.matching.network import FAR, Near, Network, runs
from bot.matching.planning.likeness import Floats, Indices, Likeness

OTHER_SECTOR = 0.10
OTHER_PLACE = 0.05
NO_PATH = 0.5
SAME_ORGANISATION = -10.0
MET_BEFORE = -20.0
FIRST_OFFERED = 0.1  # so much more their likeness counts while a round is planned

# While planning, a repeat weighs more than all that a chain of exchanges could gain elsewhere by it, and what is
# forbidden more than any repeats: what may be relaxed is relaxed in the order in which the members were promised.
REPEAT = -200.0  # and up to 20 more, the longer ago the less
FORBIDDEN = -4000.0
WISHED = 3.0  # more than any likeness: these stay together

Numbers = NDArray[np.int32]

_BY_STEPS = np.float32(0.2) * np.clip((np.arange(FAR + 1, dtype=np.float32) - 2) / 4, 0, 0.75)


class Weights:
    """Every pair's weight, worked out when it is asked for: a table of all pairs would not fit for 100,000 people."""

    def __init__(
        self,
        likeness: Likeness,
        at: Indices,
        kinds: Sequence[Sequence[str]],
        network: Network,
        *,
        special: dict[tuple[int, int], float],
        bridges: float = 1.0,
        first: NDArray[np.bool_] | None = None,
    ) -> None:
        """`at`: where each person is in the likeness and the network. `kinds`: organisations, sectors, places.

        `special`: `FORBIDDEN` or `REPEAT` for pairs that are. `bridges` multiplies what joining is worth.
        """
        self.first = np.zeros(len(at), np.bool_) if first is None else first
        self.likeness, self.at, self.people = likeness, at, len(at)
        self.island, self.bridges = _by_size(network.island[at]), np.float32(bridges)
        organisation, sector, place = (_numbered(kind) for kind in kinds)
        self._kinds = (
            ("organisation", SAME_ORGANISATION, organisation),
            ("sector", OTHER_SECTOR, sector),
            ("place", OTHER_PLACE, place),
        )
        self.uneven = bool(self.first.any() or (bridges and network.tied and len(network.sizes) > 1))
        self._near = Near(network) if bridges and network.tied else None
        self._special = special
        self._index()

    def wish(self, wished: dict[tuple[int, int], float]) -> None:
        """From now on these pairs, who are new to each other, weigh `WISHED` more."""
        self._special = {**self._special, **wished}
        self._index()

    def _index(self) -> None:
        special = self._special
        both = np.array([pair for one, other in special for pair in ((one, other), (other, one))], np.intp).reshape(
            -1, 2
        )
        keys = both[:, 0] * self.people + both[:, 1]
        order = np.argsort(keys)
        self._keys, self._extra = keys[order], np.repeat(np.array(list(special.values()), np.float32), 2)[order]

    def between(self, ones: Indices, others: Indices, *, plain: bool = False) -> Floats:
        """The weight of each pair. `plain`: as the reference page has it, the same for everybody."""
        sums = self.likeness.between(self.at[ones], self.at[others])
        for kind, weight, of in self._kinds:
            sums += _term(kind, weight, of[ones], of[others])
        sums = sums + self._joining(ones, others) if plain else self.exact(ones, others, sums)
        extra = self.past(ones, others)
        sums += extra.clip(MET_BEFORE, 0) if plain else extra
        out = extra <= FORBIDDEN / 2
        sums[out] = FORBIDDEN * (
            1 + self.first[ones[out]] + self.first[others[out]]
        )  # nobody who is first is left over
        return sums

    def past(self, ones: Indices, others: Indices) -> Floats:
        """0 for most; below for people who have met before or may not meet, above for who is wished to."""
        keys = ones * self.people + others
        where = np.minimum(np.searchsorted(self._keys, keys), max(0, len(self._keys) - 1))
        if not len(self._keys):
            return np.zeros(len(keys), np.float32)
        return np.where(self._keys[where] == keys, self._extra[where], np.float32(0))

    def block(self, rows: Indices, columns: Indices, *, again: bool = False) -> Floats:
        """All of `rows` with all of `columns`, which ascend, but for what favours some people over the others.

        −∞ for one with oneself and for whoever may not meet, and if not `again` for pairs who have met before.
        """
        sums = self.likeness.block(self.at[rows], self.at[columns])
        self._add_lines(sums, rows, columns)
        start, end = np.searchsorted(self._keys, [rows * self.people, (rows + 1) * self.people])
        listed = runs(start, end)
        row = np.concatenate([np.repeat(np.arange(len(rows)), end - start), np.arange(len(rows))])
        other = np.concatenate([self._keys[listed] % max(1, self.people), rows])
        extra = np.append(self._extra[listed], np.full(len(rows), -np.inf, np.float32))
        extra[(extra <= FORBIDDEN / 2) | (not again)] = -np.inf
        where = np.minimum(np.searchsorted(columns, other), len(columns) - 1)
        here = columns[where] == other
        sums[row[here], where[here]] += extra[here]
        return sums

    def favoured(self, sums: Floats, rows: Indices, columns: Indices) -> Floats:
        """What `block` said, with what joining islands adds and for whoever is offered first: written into `sums`.

        People on one island count as far apart here: that is the most it can be, and `exact` knows better.
        """
        joins = {
            one: self.bridges * np.where(self.island[columns] == one, _BY_STEPS[FAR], np.float32(NO_PATH))
            for one in set(self.island[rows].tolist())
        }
        first = 1 + np.float32(FIRST_OFFERED) * self.first[columns]
        for line, one in enumerate(rows.tolist()):
            sums[line] += joins[int(self.island[one])]
            sums[line] *= np.float32(1 + FIRST_OFFERED) if self.first[one] else first
        return sums

    def levelled(self, ones: Indices, others: Indices, sums: Floats) -> Floats:
        """What the weights of these pairs would be if nobody were favoured."""
        first = self.first[ones] | self.first[others]
        apart = self.island[ones] != self.island[others]
        level: Floats = sums / (1 + np.float32(FIRST_OFFERED) * first) - apart * np.float32(self.bridges * NO_PATH)
        return level

    def exact(self, ones: Indices, others: Indices, sums: Floats) -> Floats:
        """What `block` said of these pairs, with all that it left out."""
        sums = sums + self._joining(ones, others)
        sums[self.first[ones] | self.first[others]] *= np.float32(1 + FIRST_OFFERED)
        return sums

    def spare(self, nearest: Floats) -> Floats:
        """What it may be worth to make each one the third of a trio, from the weights of their nearest.

        That trio would be worth half of its three pairs, and one pair is lost. Whoever is offered first is not spared.
        """
        third = nearest[:, min(2, nearest.shape[1] - 1)] / 2
        spare = np.where(third > -np.inf, third, np.float32(0))
        return spare - self.first

    def _add_lines(self, sums: Floats, rows: Indices, columns: Indices) -> None:
        """Add what boundaries are worth; many share an organisation or a place, so a line of each is worked out once."""
        lines: dict[tuple[str, int], Floats] = {}
        there = [of[columns] for _, _, of in self._kinds]
        for row, mine in enumerate(np.stack([of[rows] for _, _, of in self._kinds], axis=1).tolist()):
            for (kind, weight, _), of, one in zip(self._kinds, there, mine, strict=True):
                if (kind, one) not in lines:
                    lines[kind, one] = _term(kind, weight, one, of)
                sums[row] += lines[kind, one]

    def _joining(self, ones: Indices, others: Indices) -> Floats:
        """The bridge term, with the steps that are really between people on one island."""
        apart = self.island[ones] != self.island[others]
        if self._near is None:
            return self.bridges * np.where(apart, np.float32(NO_PATH), _BY_STEPS[FAR])
        worth = np.full(len(ones), NO_PATH, np.float32)
        together = np.flatnonzero(~apart)
        worth[together] = _BY_STEPS[self._near.steps(self.at[ones[together]], self.at[others[together]])]
        return self.bridges * worth


def _by_size(island: Indices) -> Numbers:
    """Islands numbered anew by how many of them are here and then by who comes first, whatever they were called."""
    _, first, member, size = np.unique(island, return_index=True, return_inverse=True, return_counts=True)
    rank = np.empty(len(size), np.int32)
    rank[np.lexsort((first, -size))] = np.arange(len(size), dtype=np.int32)
    return rank[member]


def _numbered(names: Sequence[str]) -> Numbers:
    """A number for each name, however it is written; −1 for none: two who left it empty have nothing in common."""
    plain = [" ".join(name.casefold().split()) for name in names]
    number = {name: place for place, name in enumerate(sorted(set(plain) - {""}))}
    return np.array([number.get(name, -1) for name in plain], np.int32)


def _term(kind: str, weight: float, one: Numbers | int, other: Numbers) -> Floats:
    """What one kind of boundary adds. Unknown is neither the same as anything nor another."""
    counts = other == one if kind == "organisation" else other != one
    adds: Floats = np.float32(weight) * (counts & (other >= 0) & (np.asarray(one) >= 0))
    return adds
