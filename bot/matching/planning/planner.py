"""Who is introduced to whom in a round, why, and why somebody is not.

Pure: the same people, history and seed give the same round, in whatever order they are given.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import blake2b
from itertools import chain, combinations

import numpy as np

from bot.matching.network import Network
from bot.matching.planning.bridges import bridges
from bot.matching.planning.foresight import FAR_SIGHT, with_most_to_come
from bot.matching.planning.groups import Groups
from bot.matching.planning.likeness import Indices, Likeness
from bot.matching.planning.neighbours import nearest
from bot.matching.planning.pairs import pairs
from bot.matching.planning.weights import FORBIDDEN, REPEAT, Weights

BOUNDARIES = ("organisation", "sector", "place")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who agreed to be introduced. Empty words mean that it is not known."""

    id: str
    organisation: str = ""
    sector: str = ""
    place: str = ""
    hosted: int = 0  # how often they were asked to make the first move
    first: bool = False  # their last introduction did not happen: they are offered first
    away: str = ""  # why they are not to be introduced this time: paused, resting; comes back as it is


@dataclass(frozen=True, slots=True)
class Introduction:
    """An earlier one. `met`: they said that it led to a meeting, so it is a tie."""

    on: float  # a moment, a day, the number of a round: whatever grows
    together: Collection[str]
    met: bool = False


class Why(StrEnum):
    """Why somebody is in no group. It never says who does not want to be introduced to whom."""

    AWAY = "away"
    ALONE = "alone"  # nobody else is there this time
    KNOWS_EVERYBODY = "knows everybody"  # who is there this time
    NOBODY_LEFT = "nobody left"


@dataclass(frozen=True, slots=True)
class LeftOut:
    id: str
    why: Why
    words: str = ""  # of `away`


@dataclass(frozen=True, slots=True)
class Group:
    """People to introduce to each other."""

    ids: tuple[str, ...]
    first_move: str  # whose turn it is to make it
    crosses: tuple[str, ...]  # of organisation, sector, place: where not all are known to be the same
    bridge: bool  # it joins two islands of two and more people
    again: bool  # some have been introduced before: there was nobody new for them
    likeness: float  # of the two least alike


@dataclass(frozen=True, slots=True)
class Round:
    """Everybody is in one group or left out, once. `worth`: the sum of the weights of pairs, a trio's halved."""

    groups: tuple[Group, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    worth: float = 0.0


@dataclass(frozen=True)
class Before:
    """What is known already. Pairs of ids; people who are not in the programme any more do no harm."""

    introduced: Sequence[Introduction] = ()
    known: Collection[tuple[str, str]] = ()  # they said so: they count as tied and are not introduced
    never: Collection[tuple[str, str]] = field(default=(), repr=False)  # private


def plan_round(
    people: Sequence[Person],
    likeness: Likeness,
    before: Before = Before(),
    *,
    size: int = 2,
    bridging: float = 1.0,
    seed: str = "",
) -> Round:
    """Introduce everybody who is there, in groups of `size`, 2 to 4; one pair becomes a trio if the number is odd.

    `likeness` knows people by their place in `people`. `bridging`: 0 is closer to my issue, 2 is wider bridges.
    Nobody in `never` or `known` is introduced, whatever happens. While anybody is new, nobody is repeated; while there
    is another organisation, sector or place, it comes before the same one.
    """
    if not 2 <= size <= 4:  # noqa: PLR2004  a conversation
        raise ValueError("groups have two to four people")
    if len({person.id for person in people}) < len(people):
        raise ValueError("two people have the same id")
    rng = _drawing(seed)
    at = in_order(people, likeness, rng)
    who = [people[place] for place in at]
    left_out = [LeftOut(person.id, Why.AWAY, person.away) for person in people if person.away]
    if len(who) < 2:  # noqa: PLR2004  it takes two
        left_out += [LeftOut(person.id, Why.ALONE) for person in who]
        return Round((), _sorted(left_out))
    network = Network(len(people), ties(people, before))
    weights = weigh(people, likeness, before, network, at, bridging=bridging)
    made = _grouped(weights, network, size, rng)
    left_out += [LeftOut(who[one].id, _why(who, one, before)) for one in made.left]
    drawn = rng.permutation(len(who)).tolist()
    turn = sorted(range(len(who)), key=lambda one: (who[one].hosted, drawn[one]))
    return Round(_described(weights, network, who, made.members, turn), _sorted(left_out), made.worth())


def ties(people: Sequence[Person], before: Before) -> list[tuple[int, int]]:
    """Introductions that led to a meeting, and what people said, as places in `people`: what a `Network` is made of."""
    number = {person.id: place for place, person in enumerate(people)}
    met = (pair for each in before.introduced if each.met for pair in combinations(sorted(set(each.together)), 2))
    return [
        (number[one], number[other]) for one, other in chain(met, before.known) if one in number and other in number
    ]


def weigh(
    people: Sequence[Person], likeness: Likeness, before: Before, network: Network, at: Indices, *, bridging: float
) -> Weights:
    """The weights among those whose places in `people` are `at`."""
    who = [people[place] for place in at]
    special = _special(before, {person.id: here for here, person in enumerate(who)})
    kinds = [[getattr(person, kind) for person in who] for kind in BOUNDARIES]
    first = np.array([person.first for person in who], np.bool_)
    return Weights(likeness, at, kinds, network, special=special, bridges=bridging, first=first)


def _drawing(seed: str) -> np.random.Generator:
    return np.random.default_rng(int.from_bytes(blake2b(seed.encode(), digest_size=8).digest()))


def in_order(people: Sequence[Person], likeness: Likeness, rng: np.random.Generator) -> Indices:
    """Those who are there: by lot, but those with as many texts and the same boundaries together, which is faster."""
    there = sorted(
        (place for place, person in enumerate(people) if not person.away), key=lambda place: people[place].id
    )
    drawn = np.array(there, np.intp)[rng.permutation(len(there))]
    texts = likeness.texts[drawn].tolist()
    kinds = [[getattr(people[place], kind) for kind in BOUNDARIES] for place in drawn]
    order = sorted(range(len(drawn)), key=lambda nth: (-texts[nth], kinds[nth]))
    return drawn[np.array(order, np.intp)]


def _special(before: Before, number: dict[str, int]) -> dict[tuple[int, int], float]:
    """Pairs that are forbidden, or a repeat: the longer ago the sooner again, and soonest if they did not meet."""
    rank = {on: nth for nth, on in enumerate(sorted({each.on for each in before.introduced}), 1)}
    special: dict[tuple[int, int], float] = {}
    for each in before.introduced:
        age = REPEAT * (1 + 0.1 * rank[each.on] / len(rank)) if each.met else REPEAT
        for pair in combinations(sorted(number[one] for one in set(each.together) if one in number), 2):
            special[pair] = min(age, special.get(pair, 0.0))
    for one, other in chain(before.known, before.never):
        if one in number and other in number and one != other:
            special[min(number[one], number[other]), max(number[one], number[other])] = FORBIDDEN
    return special


def _grouped(weights: Weights, network: Network, size: int, rng: np.random.Generator) -> Groups:
    near = nearest(weights, np.arange(weights.people), rng)
    wished = bridges(weights, network, near, rng)
    weights.wish(wished)
    together = pairs(weights, near, rng, wished)
    if size == 2 and len(together) == weights.people // 2 and weights.people <= FAR_SIGHT:  # noqa: PLR2004  a pair
        together = with_most_to_come(weights, together, lambda some: Groups(weights, some, near.who, size).members, rng)
    made = Groups(weights, together, near.who, size)
    made.settle()
    return made


def _why(who: Sequence[Person], one: int, before: Before) -> Why:
    known = {other for pair in before.known if who[one].id in pair for other in pair}
    return Why.KNOWS_EVERYBODY if all(person.id in known for person in who) else Why.NOBODY_LEFT


def _described(
    weights: Weights, network: Network, who: Sequence[Person], groups: Sequence[Sequence[int]], turn: Sequence[int]
) -> tuple[Group, ...]:
    """What there is to say of each group, by the ids of its people. `turn`: who makes the first move before whom."""
    place = {one: nth for nth, one in enumerate(turn)}
    of, one, other = (
        np.array([(nth, *pair) for nth, group in enumerate(groups) for pair in combinations(group, 2)], np.intp)
        .reshape(-1, 3)
        .T
    )
    again, alike = np.zeros(len(groups), np.bool_), np.full(len(groups), np.inf, np.float32)
    np.logical_or.at(again, of, weights.past(one, other) < 0)
    np.minimum.at(alike, of, weights.likeness.between(weights.at[one], weights.at[other]))
    island = network.island[weights.at]
    settled = network.sizes[island] > 1
    return tuple(
        sorted(
            (
                Group(
                    ids=tuple(sorted(who[each].id for each in group)),
                    first_move=who[min(group, key=place.__getitem__)].id,
                    crosses=tuple(kind for kind in BOUNDARIES if crossed([getattr(who[each], kind) for each in group])),
                    bridge=len({int(island[each]) for each in group if settled[each]}) > 1,
                    again=bool(again[nth]),
                    likeness=float(alike[nth]),
                )
                for nth, group in enumerate(groups)
            ),
            key=lambda group: group.ids,
        )
    )


def crossed(names: Sequence[str]) -> bool:
    """Whether these are known to be different, however they are written."""
    return len({" ".join(name.casefold().split()) for name in names} - {""}) > 1


def _sorted(left_out: Iterable[LeftOut]) -> tuple[LeftOut, ...]:
    return tuple(sorted(left_out, key=lambda each: each.id))
