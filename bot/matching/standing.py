"""Where somebody stands on the network: their island, their ties, their bridges, and the widest step they could take."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from bot.matching.drawing import spanning
from bot.matching.network import Network

_FAR = 3  # steps; who is nearer has a friend in common with them


@dataclass(frozen=True, slots=True)
class Standing:
    """People are positions in the network."""

    island: int  # its size, themselves included
    others: tuple[int, ...]  # the sizes of the other islands, the largest first
    tied: tuple[int, ...]
    within_two: int
    bridges: tuple[int, ...]  # who is at the other end of each bridge of theirs
    widest: int | None  # whom to meet next, if any step would be wide
    steps: int  # how far that one is; 0 if no path leads there


def standing(network: Network, me: int, shunned: Collection[int] = ()) -> Standing:
    """`shunned`: who is not to be named as the widest step, whoever of the two it was that said so."""
    mine = int(network.island[me])
    steps = network.steps_from(me)
    wanted = [one for one in range(network.people) if one != me and one not in shunned]
    widest = _elsewhere(network, mine, wanted)
    if widest is None:
        widest = max((one for one in wanted if steps[one] >= _FAR), key=lambda one: (steps[one], -one), default=None)
    return Standing(
        island=int(network.sizes[mine]),
        others=tuple(int(size) for island, size in enumerate(network.sizes) if island != mine),
        tied=tuple(network.ties_of(me).tolist()),
        within_two=int(((steps > 0) & (steps <= 2)).sum()),  # noqa: PLR2004  as it says
        bridges=tuple(one + other - me for one, other in spanning(network) if me in (one, other)),
        widest=widest,
        steps=max(0, int(steps[widest])) if widest is not None else 0,
    )


def nearest_first(network: Network, me: int) -> list[int]:
    """Everybody: me, then by steps from me, then the other islands, the largest first."""
    steps = network.steps_from(me)
    far = np.where(steps < 0, network.people, steps)
    return [int(one) for one in np.lexsort((np.arange(network.people), network.island, far))]


def widest_bridges(network: Network) -> list[tuple[int, int]]:
    """Those that join the largest parts first, by the smaller of the two."""
    order, above = _walked(network)
    under = [1] * network.people
    for one in reversed(order):
        if above[one] >= 0:
            under[above[one]] += under[one]

    def smaller(tie: tuple[int, int]) -> int:
        below = under[tie[0] if above[tie[0]] == tie[1] else tie[1]]  # a bridge is on every way through the island
        return min(below, int(network.sizes[network.island[tie[0]]]) - below)

    return sorted(spanning(network), key=lambda tie: (-smaller(tie), tie))


def _walked(network: Network) -> tuple[list[int], list[int]]:
    """Everybody in an order in which one comes from another, and from whom; −1 where an island is entered."""
    order: list[int] = []
    above = [-2] * network.people
    for start in range(network.people):
        if above[start] == -2:  # noqa: PLR2004  not seen yet
            above[start] = -1
            waiting = [start]
            while waiting:
                one = waiting.pop()
                order.append(one)
                for other in network.ties_of(one).tolist():
                    if above[other] == -2:  # noqa: PLR2004
                        above[other] = one
                        waiting.append(other)
    return order, above


def _elsewhere(network: Network, mine: int, wanted: Collection[int]) -> int | None:
    """Of the largest other island whoever holds the fewest bridges and then has the fewest ties: who holds many tires."""
    holds = np.bincount(np.array(network.bridges, np.intp).ravel(), minlength=network.people)
    return min(
        (one for one in wanted if network.island[one] != mine),
        key=lambda one: (network.island[one], holds[one], len(network.ties_of(one)), one),
        default=None,
    )
