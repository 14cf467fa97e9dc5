"""Pairs for a round, and one trio if the number is odd.

Nobody meets the same person again until they have met everyone; then the longest ago comes first. Among what that
leaves, a different organisation comes before the same one, and then the more alike issue.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

SAME_ORGANISATION = -10.0
_WORK = 1200  # person-orders to look at: many for a small group, where it matters, one for a large one
_FAR_SIGHT = 16  # up to so many people, later rounds are thought of as well
_STEPS = 4000  # of looking for a round without repeats, before one is allowed

Group = tuple[str, ...]
Pair = frozenset[str]


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who wants to be introduced."""

    id: str
    issue: str
    organisation: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """The groups of a round, and who is left over because there is nobody else."""

    groups: tuple[Group, ...]
    left_over: tuple[str, ...] = ()


def plan(
    people: Sequence[Candidate], history: Sequence[tuple[datetime, Pair]], alike: Callable[[str, str], float], seed: str
) -> Plan:
    """Who meets whom. `history` is every earlier introduction, first to last; `alike` gives 0 to 1."""
    if len(people) < 2:  # noqa: PLR2004  it takes two
        return Plan((), tuple(person.id for person in people))
    met = _last_met(people, history)
    score = _scores(people, alike)
    order = random.Random(seed)  # the same round planned twice is the same
    ids = sorted(person.id for person in people)
    best: tuple[tuple[int, int, float], list[Group]] | None = None
    weighed: set[frozenset[Pair]] = set()  # many orders end in the same groups; weighing them is the dear part
    for _ in range(max(1, min(60, _WORK // len(ids)))):
        order.shuffle(ids)
        groups = _improved(_one_round(list(ids), met, score), met, score)
        these = frozenset(map(frozenset, groups))
        if these in weighed:
            continue
        weighed.add(these)
        worth = _worth(groups, ids, met, score)
        if best is None or worth > best[0]:
            best = (worth, groups)
    assert best is not None  # noqa: S101  it looked at one order at least
    return Plan(tuple(sorted(best[1])))


def _last_met(people: Sequence[Candidate], history: Sequence[tuple[datetime, frozenset[str]]]) -> dict[Pair, int]:
    """For pairs among these people who have met: when, as a rank, 1 the longest ago."""
    here = {person.id for person in people}
    met: dict[Pair, int] = {}
    for rank, (_, together) in enumerate(history, 1):
        for one, other in combinations(sorted(together & here), 2):
            met[frozenset((one, other))] = rank
    return met


def _scores(people: Sequence[Candidate], alike: Callable[[str, str], float]) -> dict[Pair, float]:
    return {
        frozenset((one.id, other.id)): alike(one.issue, other.issue)
        + (
            SAME_ORGANISATION
            if one.organisation and one.organisation.casefold() == other.organisation.casefold()
            else 0.0
        )
        for one, other in combinations(people, 2)
    }


def _one_round(ids: list[str], met: Mapping[Pair, int], score: Mapping[Pair, float]) -> list[Group]:
    """Pairs without a repeat where there are any; the odd one joins the pair that suits best."""
    odd = ids.pop() if len(ids) % 2 else None
    pairs = _without_repeats(ids, met, score) or _greedy(ids, met, score)
    if odd is None:
        return pairs
    joined = max(pairs, key=lambda pair: sum(_merit(odd, one, met, score) for one in pair))
    return [pair if pair != joined else (*pair, odd) for pair in pairs]


def _without_repeats(ids: Sequence[str], met: Mapping[Pair, int], score: Mapping[Pair, float]) -> list[Group] | None:
    """Pairs of people who have not met, by looking ahead; None if there are none, or too hard to find."""
    new = {one: {other for other in ids if other != one and frozenset((one, other)) not in met} for one in ids}
    steps = 0

    def search(left: list[str]) -> list[Group] | None:
        nonlocal steps
        if not left:
            return []
        steps += 1
        if steps > _STEPS:
            return None
        # Whoever has the fewest left to meet goes first: it is there that a round gets stuck.
        hardest = min(left, key=lambda one: len(new[one].intersection(left)))
        choices = [other for other in left if other in new[hardest]]
        for other in sorted(choices, key=lambda other: -score[frozenset((hardest, other))]):
            rest = search([one for one in left if one not in {hardest, other}])
            if rest is not None:
                return [(hardest, other), *rest]
        return None

    return search(list(ids))


def _greedy(ids: Sequence[str], met: Mapping[Pair, int], score: Mapping[Pair, float]) -> list[Group]:
    left: set[str] = set(ids)
    pairs: list[Group] = []
    for one, other in sorted(combinations(ids, 2), key=lambda pair: -_merit(pair[0], pair[1], met, score)):
        if one in left and other in left:
            pairs.append((one, other))
            left -= {one, other}
    return pairs


def _merit(one: str, other: str, met: Mapping[Pair, int], score: Mapping[Pair, float]) -> float:
    """How good it is that these two meet: a repeat is worse than anything, a late one worse than an early one."""
    pair = frozenset((one, other))
    repeat = -1000.0 - met[pair] if pair in met else 0.0
    return score[pair] + repeat


def _improved(groups: list[Group], met: Mapping[Pair, int], score: Mapping[Pair, float]) -> list[Group]:
    """Exchange two people between two groups for as long as it makes the round better."""
    better = True
    while better:
        better = False
        for a, b in combinations(range(len(groups)), 2):
            exchange = _exchange(groups[a], groups[b], met, score)
            if exchange:
                groups[a], groups[b] = exchange
                better = True
    return groups


def _exchange(
    one: Group, other: Group, met: Mapping[Pair, int], score: Mapping[Pair, float]
) -> tuple[Group, Group] | None:
    now = _value(one, met, score) + _value(other, met, score)
    for i, j in ((i, j) for i in range(len(one)) for j in range(len(other))):
        new = (*one[:i], other[j], *one[i + 1 :]), (*other[:j], one[i], *other[j + 1 :])
        if _value(new[0], met, score) + _value(new[1], met, score) > now + 1e-9:
            return new
    return None


def _value(group: Group, met: Mapping[Pair, int], score: Mapping[Pair, float]) -> float:
    return sum(_merit(one, other, met, score) for one, other in combinations(group, 2))


def _worth(
    groups: Sequence[Group], ids: Sequence[str], met: Mapping[Pair, int], score: Mapping[Pair, float]
) -> tuple[int, int, float]:
    """Fewer repeats first; then as many later rounds without any as can be; then how well the pairs suit."""
    together = [frozenset(pair) for group in groups for pair in combinations(group, 2)]
    repeats = sum(pair in met for pair in together)
    later = _rounds_left(sorted(ids), {**met, **dict.fromkeys(together, 0)}, score) if len(ids) <= _FAR_SIGHT else 0
    return (-repeats, later, sum(_value(group, met, score) for group in groups))


def _rounds_left(ids: Sequence[str], met: dict[Pair, int], score: Mapping[Pair, float]) -> int:
    """How many more whole rounds of new pairs there are, taking the first that is found each time."""
    everyone, rounds = ids[: len(ids) // 2 * 2], 0
    while pairs := _without_repeats(everyone, met, score):
        met.update((frozenset(pair), 0) for pair in pairs)
        rounds += 1
    return rounds
