"""How soon the members are one network, and what that costs in likeness.

    python bench/joining.py [--people 500] [--rounds 12] [--seeds N] [--short] [--check]

500 people in 6 organisations with 5 issues, one each, made by `crowd.py`; only introductions tie them. Side by side: at
random; by likeness alone; with what crossing sectors and places is worth, but no bridges; as Balcony would plan it if
nobody were offered first; and as it does, who offers whoever has not met the last time first. Once with statements alone,
once with everybody having ticked, and once with bare cosines as the encoder alone would make them; once with every
introduction leading to a meeting and once with 60 %, where only meetings are ties: then some meet nobody for many rounds,
and no plan could join them any sooner. When the last of them has is printed beside.

What somebody gets is the likeness of those they are introduced to. Somebody whose words say little is like nobody much,
whoever plans: so beside the worst-off tenth as a share of the mean stands the most that any plan could give that tenth,
each of them with the best twelve of other organisations and no thought of anybody else, and how much of that they get.
With --check it ends with 1 if Balcony misses a target with what it really compares, statements and ticks: one island by
round 5 with less than 2 % of likeness lost, or by round 9 where 60 % meet; nobody repeated; 80 % of the mean for the worst-off
tenth. Where no plan could give those that, they must get 80 % of the most that a plan could; and where somebody had met
nobody at all by the round that is asked for, there must be one island when they have.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from statistics import mean
from typing import Any

import numpy as np
from crowd import Crowd, crowd, speaking
from numpy.typing import NDArray

from bot.matching.network import Network
from bot.matching.planning.planner import Before, Introduction, Person, plan_round, ties

ORGANISATIONS, ISSUES = 6, 5
LOST, ROUND, ROUND_IF_60, WORST_TENTH = 0.02, 5, 9, 0.80

COSINES = "bare cosines, nobody ticked"
SETTINGS: dict[str, Callable[[int, int], Crowd]] = {
    "statements alone": partial(speaking, issues=ISSUES, organisations=ORGANISATIONS, ticking=0),
    "everybody ticked": partial(speaking, issues=ISSUES, organisations=ORGANISATIONS, ticking=1),
    COSINES: partial(crowd, issues=ISSUES, organisations=ORGANISATIONS, texts=(1.0,), ticking=0),
}

Groups = Sequence[tuple[str, ...]]
Rule = Callable[[Crowd, Before, str], Groups]


@dataclass(frozen=True)
class Outcome:
    """Of all rounds of one run. `joined`: the round after which there was one island, or None."""

    likeness: float  # of two people introduced, on average
    same_issue: float
    joined: int | None
    could_join: int | None  # after that round everybody had met somebody
    islands: int
    repeats: int
    worst_tenth: float  # the mean of the tenth of people with the lowest, as a share of everybody's
    could: float  # the same, if each had the best that there are for them
    own_best: float  # the tenth that got least of the best that there are for them: how much of it


def at_random(members: Crowd, _: Before, seed: str) -> Groups:
    order = np.random.default_rng([*seed.encode()]).permutation(len(members.people)).tolist()
    return [(members.people[a].id, members.people[b].id) for a, b in zip(order[::2], order[1::2], strict=False)]


def by_likeness(members: Crowd, before: Before, seed: str) -> Groups:
    """Nothing counts but issues; colleagues and people met before are kept apart as by Balcony."""
    people = [Person(one.id, one.organisation) for one in members.people]
    return [group.ids for group in plan_round(people, members.likeness, before, bridging=0, seed=seed).groups]


def without_bridges(members: Crowd, before: Before, seed: str) -> Groups:
    return [group.ids for group in plan_round(members.people, members.likeness, before, bridging=0, seed=seed).groups]


def nobody_first(members: Crowd, before: Before, seed: str) -> Groups:
    return [group.ids for group in plan_round(members.people, members.likeness, before, seed=seed).groups]


def by_balcony(members: Crowd, before: Before, seed: str) -> Groups:
    """The same, and whoever did not meet the last time is offered first."""
    last = {one: each.met for each in before.introduced for one in each.together}
    people = [replace(one, first=not last.get(one.id, True)) for one in members.people]
    return [group.ids for group in plan_round(people, members.likeness, before, seed=seed).groups]


RULES: dict[str, Rule] = {
    "random": at_random,
    "likeness alone": by_likeness,
    "Balcony, no bridges": without_bridges,
    "Balcony, nobody first": nobody_first,
    "Balcony": by_balcony,
}


def run(members: Crowd, rule: Rule, rounds: int, turnout: float, seed: int) -> Outcome:
    rng = np.random.default_rng(seed)
    number = {person.id: place for place, person in enumerate(members.people)}
    introduced: list[Introduction] = []
    joined, could_join, repeats, seen = None, None, 0, set[frozenset[str]]()
    of: list[list[float]] = [[] for _ in members.people]
    alike: list[float] = []
    same: list[bool] = []
    for nth in range(1, rounds + 1):
        for group in rule(members, Before(introduced), f"{seed} {nth}"):
            introduced.append(Introduction(nth, group, bool(rng.random() < turnout)))
            repeats += frozenset(group) in seen
            seen.add(frozenset(group))
            one, other = np.array([[number[a], number[b]] for a in group for b in group if a < b]).T
            value = float(members.likeness.between(one, other).mean())
            alike.append(value)
            same.append(bool((members.issue[one] == members.issue[other]).all()))
            for each in group:
                of[number[each]].append(value)
        network = Network(len(number), ties(members.people, Before(introduced)))
        if could_join is None and network.ties_each.all():
            could_join = nth
        if joined is None and network.share == 1:
            joined = nth
    got = np.array([mean(values) if values else 0 for values in of])
    best = best_for_each(members, rounds)
    return Outcome(
        mean(alike),
        mean(same),
        joined,
        could_join,
        len(network.sizes),
        repeats,
        worst_tenth(got) / float(got.mean()),
        worst_tenth(best) / float(best.mean()),
        worst_tenth(got / best),
    )


def worst_tenth(of: NDArray[np.floating[Any]]) -> float:
    return float(np.sort(of)[: max(1, len(of) // 10)].mean())


def best_for_each(members: Crowd, rounds: int) -> NDArray[np.floating[Any]]:
    """What each would get from the best few of other organisations, as many as there are rounds."""
    everybody = np.arange(len(members.people))
    house = np.array([person.organisation for person in members.people])
    alike = members.likeness.block(everybody, everybody)
    alike[house[:, None] == house] = 0
    best: NDArray[np.floating[Any]] = np.sort(alike, axis=1)[:, -rounds:].mean(axis=1)
    return best


def row(name: str, runs: Sequence[Outcome], best: Sequence[Outcome]) -> str:
    lost = 1 - mean(one.likeness for one in runs) / mean(one.likeness for one in best)
    joined = ", ".join(str(one.joined) if one.joined else f"never ({one.islands} left)" for one in runs)
    could = ", ".join(str(one.could_join) if one.could_join else "never" for one in runs)
    return (
        f"  {name:22} {lost:9.1%} {mean(one.same_issue for one in runs):11.2f} {mean(one.worst_tenth for one in runs):12.0%}"
        f" {mean(one.could for one in runs):9.0%} {mean(one.own_best for one in runs):9.0%}"
        f" {mean(one.repeats for one in runs):8.0f}   {joined} (at best {could})"
    )


def missed(runs: Sequence[Outcome], best: Sequence[Outcome], turnout: float) -> list[str]:
    latest = ROUND if turnout == 1 else ROUND_IF_60
    lost = 1 - mean(one.likeness for one in runs) / mean(one.likeness for one in best)
    found = []
    if any(one.joined != one.could_join and (one.joined is None or one.joined > latest) for one in runs):
        found.append(f"not one island by round {latest}, though everybody had met somebody")
    if turnout == 1 and lost >= LOST:
        found.append(f"{lost:.1%} of likeness lost")
    if any(one.repeats for one in runs):
        found.append("somebody was repeated")
    if any(one.worst_tenth < WORST_TENTH * (1 if one.could >= WORST_TENTH else one.could) for one in runs):
        found.append(f"the worst-off tenth gets under {WORST_TENTH:.0%} of the mean, or of what it could be")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--seeds", type=int, help="how many crowds, 3 or with --short 1")
    parser.add_argument("--short", action="store_true", help="three plans, and no bare cosines")
    parser.add_argument("--check", action="store_true", help="end with 1 if a target is missed")
    asked = parser.parse_args()
    failures = []
    rules = {name: RULES[name] for name in ("random", "likeness alone", "Balcony")} if asked.short else RULES
    for setting, made in SETTINGS.items():
        if asked.short and setting == COSINES:
            continue
        crowds = [made(asked.people, seed) for seed in range(asked.seeds or (1 if asked.short else 3))]
        for turnout in (1.0, 0.6):
            print(
                f"\n{asked.people} people, {asked.rounds} rounds, {setting}, {turnout:.0%} of introductions lead to a meeting"
            )
            print(
                f"  {'':22} {'like lost':>9} {'same issue':>11} {'worst tenth':>12} {'could be':>9} {'own best':>9} {'repeats':>8}   one island in round"
            )
            runs = {
                name: [run(each, rule, asked.rounds, turnout, seed) for seed, each in enumerate(crowds)]
                for name, rule in rules.items()
            }
            for name, outcomes in runs.items():
                print(row(name, outcomes, runs["likeness alone"]), flush=True)
            if setting != COSINES:
                found = missed(runs["Balcony"], runs["likeness alone"], turnout)
                failures += [f"{setting}, {turnout:.0%}: {why}" for why in found]
    print("\nEvery target is met." if not failures else "\nMissed:\n  " + "\n  ".join(failures))
    return 1 if failures and asked.check else 0


if __name__ == "__main__":
    sys.exit(main())
