"""For small programmes: of several good rounds the one after which the most rounds without a repeat are left.

Six people can meet each other in five rounds; but after two well-meant ones there may be no third without a repeat.
"""

from collections.abc import Callable, Sequence

import numpy as np

from bot.matching.planning.likeness import Floats
from bot.matching.planning.weights import REPEAT, Weights

FAR_SIGHT = 16  # people; with more, rounds run out only after most have met most
_TRIES = 60
_STEPS = 2000  # of looking for one round

Pairs = list[tuple[int, int]]
Together = Sequence[Sequence[int]]


def with_most_to_come(
    weights: Weights, base: Pairs, grouped: Callable[[Pairs], Together], rng: np.random.Generator
) -> Pairs:
    """`base`, or other pairs of the same people that leave more to come, and of those the best.

    `grouped` says what groups the pairs become: the odd one joins one of them.
    """
    people = np.arange(weights.people)
    sums = weights.between(np.repeat(people, len(people)), np.tile(people, len(people))).reshape(len(people), -1)
    new = _masks(sums, [])
    everybody = [one for pair in base for one in pair]
    best, best_merit, weighed = base, _merit(sums, grouped(base)), {frozenset(base)}
    for nth in range(_TRIES):
        among = everybody if len(everybody) == len(people) else [*rng.permutation(len(people))[:-1].tolist()]
        wishes = sums + rng.normal(0, 0.02 * nth, sums.shape)  # further and further from the best
        order = np.argsort(-wishes, axis=1).tolist()
        pairs = without_repeats(sum(1 << one for one in among), new, order)
        if pairs is None:
            continue
        pairs = sorted(_improved(pairs, sums) if nth % 2 else pairs)
        if frozenset(pairs) in weighed:
            continue
        weighed.add(frozenset(pairs))
        merit = _merit(sums, grouped(pairs))
        if merit > best_merit:
            best, best_merit = pairs, merit
    return best


def without_repeats(among: int, new: Sequence[int], order: Sequence[Sequence[int]]) -> Pairs | None:
    """Everybody `among` in a pair of two who are new to each other; None if there is none, or it is too hard to find.

    Sets of people are the bits of a number. `order` says whom each would like best.
    """
    steps = 0

    def search(left: int) -> Pairs | None:
        nonlocal steps
        if not left:
            return []
        steps += 1
        if steps > _STEPS:
            return None
        # Whoever has the fewest left to meet goes first: it is there that a round gets stuck.
        hardest = min(_bits(left), key=lambda one: (new[one] & left).bit_count())
        for other in order[hardest]:
            if new[hardest] & left & (1 << other):
                rest = search(left & ~(1 << hardest) & ~(1 << other))
                if rest is not None:
                    return [(min(hardest, other), max(hardest, other)), *rest]
        return None

    return search(among)


def _masks(sums: Floats, together: Together) -> list[int]:
    """With whom each could still be introduced as somebody new, after these groups."""
    new = [
        sum(1 << int(other) for other in np.flatnonzero(row > REPEAT / 2)) & ~(1 << one) for one, row in enumerate(sums)
    ]
    for members in together:
        for one in members:
            for other in members:
                new[one] &= ~(1 << other)
    return new


def _merit(sums: Floats, together: Together) -> tuple[int, int, float]:
    """Fewest repeats first; then as many later rounds without any as can be; then how well the groups suit."""
    met = [(one, other) for members in together for one in members for other in members if one < other]
    repeats = sum(sums[one, other] < REPEAT / 2 for one, other in met)
    new, rounds, order = _masks(sums, together), 0, [list(range(len(sums)))] * len(sums)
    everyone = (1 << len(sums) // 2 * 2) - 1
    while pairs := without_repeats(everyone, new, order):
        rounds += 1
        for one, other in pairs:
            new[one] &= ~(1 << other)
            new[other] &= ~(1 << one)
    worth = sum(
        float(sums[np.ix_(members, members)].sum() - sums[members, members].sum()) / (len(members) - 1)
        for members in together
    )
    return -repeats, rounds, worth


def _improved(pairs: Pairs, sums: Floats) -> Pairs:
    """Exchange two people between two pairs for as long as it makes the round better."""
    better = True
    while better:
        better = False
        for i in range(len(pairs)):
            for j in range(i):
                (a, b), (c, d) = pairs[i], pairs[j]
                now, crossed, straight = sums[a, b] + sums[c, d], sums[a, c] + sums[b, d], sums[a, d] + sums[b, c]
                if max(crossed, straight) > now + 1e-6:
                    changed = ((a, c), (b, d)) if crossed >= straight else ((a, d), (b, c))
                    pairs[i], pairs[j] = ((min(pair), max(pair)) for pair in changed)
                    better = True
    return pairs


def _bits(number: int) -> list[int]:
    return [bit for bit in range(number.bit_length()) if number >> bit & 1]
