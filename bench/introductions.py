"""What a round is worth, and what planning it costs: Balcony beside chance, greedy choice and the exact answer.

    python bench/introductions.py [--sizes 101 1001 10001 100001] [--check]

Worth is the sum of the weights of pairs, a trio's halved, as a share of a bound that no round can exceed: half of what
the best assignment is worth, in which everybody chooses somebody and is chosen once, not necessarily each other. Three
crowds of `crowd.py`: like statements, before a first round; the same with three rounds behind them, at random, 60 % of
which led to a meeting (with more than 2,000 the bound takes people on one island as far apart: more than can be had); and
without structure. `exact` is rustworkx on the graph of the 20 nearest, with one person left over if the number is odd;
at 10,001 it needs a minute and is asked for by --exact. The bound needs scipy, and is not worked out beyond 10,001.

Every figure is of a process of its own with one thread: CPU seconds of planning, without making up the people, how many of
them went beyond the search for neighbours, and the peak of its memory in all. From 10,001 people on, what goes beyond must
grow no faster than n log n, give or take a tenth as clocks do; below, more is looked at for each of them. With --check it
ends with 1 if Balcony misses a target.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from math import log
from typing import Any, TypeVar

import numpy as np
from crowd import Crowd, crowd, past

from bot.matching.network import Network
from bot.matching.planning import pairs, planner
from bot.matching.planning.neighbours import nearest
from bot.matching.planning.planner import Before, plan_round
from bot.matching.planning.weights import Weights

T = TypeVar("T")

SHARE = 0.985
MANY = 10_000
LIMITS = {10_001: (5.0, 250.0), 100_001: (60.0, 1000.0)}  # CPU seconds and megabytes
CROWDS = {"statements, first round": (True, 0), "statements, fourth round": (True, 3), "no structure": (False, 0)}
COUNTED = 2_000  # people up to whom the bound takes the steps between any two as they are
WHOLE = 12_000  # people up to whom everybody's weight with everybody fits


@dataclass(frozen=True)
class Figure:
    worth: float
    seconds: float
    beyond: float  # of these, without the search for neighbours
    megabytes: float


def made(name: str, number: int) -> tuple[Crowd, Before]:
    structure, rounds = CROWDS[name]
    members = crowd(number, 1, structure=structure)
    return members, past(members, rounds)


def bridging(before: Before) -> float:
    """Before a first round no path joins anybody: the same +0.5 for all pairs would only make every share look better."""
    return float(bool(before.introduced))


def balcony(members: Crowd, before: Before) -> float:
    return plan_round(members.people, members.likeness, before, bridging=bridging(before), seed="bench").worth


def chance(members: Crowd, before: Before) -> float:
    """What the well-known products do: anybody with anybody from another organisation whom they have not met."""
    weights, rng = weighed(members, before), np.random.default_rng(0)
    order = rng.permutation(weights.people)
    drawn = order[: len(order) // 2 * 2].reshape(-1, 2)
    for _ in range(20):
        bad = np.flatnonzero(weights.between(*drawn.T, plain=True) < -1)
        again = rng.choice(len(drawn), len(bad), replace=False)
        for one, other in zip(bad, again, strict=True):
            drawn[one, 1], drawn[other, 1] = drawn[other, 1], drawn[one, 1]
    return float(weights.between(*drawn.T, plain=True).sum())


def greedy(members: Crowd, before: Before) -> float:
    """The heaviest pair first, without a second look."""
    weights, rng = weighed(members, before), np.random.default_rng(0)
    near = nearest(weights, np.arange(weights.people), rng)
    mate = np.array(pairs.greedy(weights, near, rng))
    one = np.flatnonzero(mate > np.arange(len(mate)))
    return float(weights.between(one, mate[one], plain=True).sum())


def exact(members: Crowd, before: Before) -> float:
    import rustworkx  # noqa: PLC0415  only where it is asked for

    weights = weighed(members, before)
    near = nearest(weights, np.arange(weights.people), np.random.default_rng(0))
    graph = rustworkx.PyGraph(multigraph=False)
    graph.add_nodes_from(range(weights.people))
    one, nth = np.nonzero(near.worth[:, :20] > 0)
    other, worth = near.who[one, nth], near.worth[one, nth]
    graph.add_edges_from(list(zip(one.tolist(), other.tolist(), (worth * 1e6).astype(int).tolist(), strict=True)))
    found = np.array(list(rustworkx.max_weight_matching(graph, max_cardinality=True, weight_fn=lambda weight: weight)))
    return float(weights.between(*found.T, plain=True).sum())


def bound(members: Crowd, before: Before) -> float:
    from scipy.optimize import linear_sum_assignment  # noqa: PLC0415  the same

    weights = weighed(members, before)
    people = np.arange(weights.people)
    table = np.empty((len(people), len(people)))
    for start in range(0, len(people), 500):
        rows = people[start : start + 500]
        if len(people) <= COUNTED:
            ones, others = np.repeat(rows, len(people)), np.tile(people, len(rows))
            table[rows] = weights.between(ones, others, plain=True).reshape(len(rows), -1)
        else:
            table[rows] = weights.favoured(weights.block(rows, people), rows, people)
    table[~np.isfinite(table)] = -1000
    np.fill_diagonal(table, -1000)
    one, other = linear_sum_assignment(table, maximize=True)
    return float(table[one, other].sum()) / 2


METHODS: dict[str, Callable[[Crowd, Before], float]] = {
    "chance": chance,
    "greedy": greedy,
    "exact": exact,
    "Balcony": balcony,
    "bound": bound,
}


def weighed(members: Crowd, before: Before) -> Weights:
    network = Network(len(members.people), planner.ties(members.people, before))
    at = planner.in_order(members.people, members.likeness, np.random.default_rng(0))
    return planner.weigh(members.people, members.likeness, before, network, at, bridging=bridging(before))


class Stopwatch:
    """CPU seconds of what it is put around."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def around(self, work: Callable[..., T]) -> Callable[..., T]:
        def timed(*arguments: Any, **named: Any) -> T:
            start = time.process_time()
            try:
                return work(*arguments, **named)
            finally:
                self.seconds += time.process_time() - start

        return timed


def measured(name: str, number: int, method: str) -> None:
    """In the child: one figure, as JSON."""
    members, before = made(name, number)
    whole, search = Stopwatch(), Stopwatch()
    timed = search.around(nearest)
    for module in (planner, pairs, sys.modules[__name__]):
        vars(module)["nearest"] = timed
    worth = whole.around(METHODS[method])(members, before)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(asdict(Figure(worth, whole.seconds, whole.seconds - search.seconds, peak))))


def figure(name: str, number: int, method: str) -> Figure:
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    command = [sys.executable, __file__, "--child", name, str(number), method]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env={**os.environ, **threads})
    return Figure(**json.loads(done.stdout))


def compared(name: str, number: int, beyond: dict[tuple[str, int], float], *, with_exact: bool) -> list[str]:
    """Print one crowd's lines, and note what goes beyond the search; the answers are the targets missed."""
    print(f"\n{number:,} people, {name}")
    most = figure(name, number, "bound").worth if number <= WHOLE else None
    failures = []
    for method in METHODS:
        if method == "bound" or (method == "exact" and not (number <= WHOLE // 5 or (with_exact and number <= WHOLE))):
            continue
        found = figure(name, number, method)
        share = f"{found.worth / most:7.2%}" if most else f"{found.worth / number:7.4f} a person"
        spent = f"{found.seconds:7.2f} CPU s, {found.beyond:5.2f} beyond the search"
        print(f"  {method:8} {share}   {spent}   {found.megabytes:6.0f} MB", flush=True)
        if method == "Balcony":
            beyond[name, number] = found.beyond
            seconds, megabytes = LIMITS.get(number, (np.inf, np.inf))
            if most and found.worth < SHARE * most:
                failures.append(f"{number:,}, {name}: {found.worth / most:.2%} of the bound")
            if found.seconds > seconds or found.megabytes > megabytes:
                failures.append(f"{number:,}, {name}: {found.seconds:.1f} CPU s, {found.megabytes:.0f} MB")
    return failures


def grown(name: str, beyond: dict[int, float]) -> list[str]:
    """How much more goes beyond the search for the most people than for the fewest, beside n log n."""
    if len(beyond) < 2:
        return []
    few, many = min(beyond), max(beyond)
    times, allowed = beyond[many] / beyond[few], many * log(many) / (few * log(few))
    print(
        f"From {few:,} to {many:,} people, {name}: {times:.1f} times beyond the search; n log n is {allowed:.1f} times"
    )
    return [] if times <= 1.1 * allowed else [f"{name}: {times:.1f} times beyond the search"]


def main(arguments: Sequence[str]) -> int:
    if arguments[:1] == ["--child"]:
        measured(arguments[1], int(arguments[2]), arguments[3])
        return 0
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[101, 1_001, 10_001, 100_001])
    parser.add_argument("--exact", action="store_true", help="the exact answer at 10,001 too")
    parser.add_argument("--check", action="store_true", help="end with 1 if a target is missed")
    asked = parser.parse_args(arguments)
    beyond: dict[tuple[str, int], float] = {}
    failures = [
        why
        for number in asked.sizes
        for name in CROWDS
        for why in compared(name, number, beyond, with_exact=asked.exact)
    ]
    print()
    failures += [why for name in CROWDS for why in grown(name, {n: beyond[name, n] for n in asked.sizes if n >= MANY})]
    print("\nEvery target is met." if not failures else "\nMissed:\n  " + "\n  ".join(failures))
    return 1 if failures and asked.check else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
