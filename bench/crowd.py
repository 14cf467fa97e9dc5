"""People who do not exist, made so that comparing them is as hard as comparing real ones.

A statement is a unit vector of 384 numbers, as all-MiniLM-L6-v2 makes them: a part that all share, a part of its issue
and a part of its own, in a space of 48 directions, as wide as such statements spread. 0.20, 0.22 and 0.58 of its square make cosines of
0.20 between issues and 0.42 within one, each ± 0.08, and with four people an issue the nearest neighbour has the same
issue for 0.57 to 0.65 of them: the best recipe measured on statements finds it for 0.61. Everybody has one to three
issues (70 % of them one, 20 % two) of 50, and 60 % tick theirs. Without structure a statement has a part of its own
only, and nobody ticks.

Organisations of about 40 people, each in one of six sectors; a place for about 60 people.

`speaking` gives people real statements instead, one each, of those in bench/data: their likeness is what Balcony itself
makes of them, portraits and ticks. Many say the same there, so what the encoder heard is mixed with noise, three parts to
four: then two who say the same are as alike as two who say nearly the same.
"""

import csv
import json
from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.matching.painters import painter
from bot.matching.planning.likeness import Texts
from bot.matching.planning.planner import Before, Introduction, Person
from bot.matching.statement import BOTH_TICKED, Statement, rows

_DIMENSIONS, _DIRECTIONS = 384, 48
_TOPICS = 73  # in everybody's list: a row of Balcony's has a number for how much of each, and one for each tick
_SHARED, _ISSUE = 0.20, 0.22
_TEXTS = (0.7, 0.2, 0.1)

Matrix = NDArray[np.float32]

_DATA = Path(__file__).parent / "data"
_NOISE = 0.75  # of what the encoder heard


@dataclass(frozen=True)
class Crowd:
    """The people, what they are like, and the number of each one's first issue."""

    people: list[Person]
    likeness: Texts
    issue: NDArray[np.intp]


def crowd(
    number: int,
    seed: int = 0,
    *,
    structure: bool = True,
    issues: int | None = None,
    organisations: int | None = None,
    texts: tuple[float, ...] = _TEXTS,
    ticking: float = 0.6,
) -> Crowd:
    """`texts`: the shares of people with one, two and three issues. `issues`: 50, or one for every four people if that is less."""
    rng = np.random.default_rng(seed)
    issues = issues or min(50, max(2, number // 4))
    count = 1 + rng.choice(len(texts), number, p=texts)
    owner = np.repeat(np.arange(number), count)
    issue = rng.integers(0, issues, len(owner))
    vectors = _vectors(rng, issue, issues, structure=structure)
    ticks = (rng.random(len(owner)) < ticking) & structure
    # A topic that two ticked adds to their product what it adds in bot/matching/statement.py.
    vectors[np.flatnonzero(ticks), _DIMENSIONS + issue[ticks]] = BOTH_TICKED**0.5
    house = rng.integers(0, organisations or max(6, number // 40), number)
    sector = rng.integers(0, 6, int(house.max()) + 1)[house]
    place = rng.integers(0, max(4, number // 60), number)
    people = [
        Person(f"p{one:06}", f"organisation {house[one]}", f"sector {sector[one]}", f"place {place[one]}")
        for one in range(number)
    ]
    return Crowd(people, Texts(vectors, owner, number), issue[np.cumsum(count) - count])


def speaking(number: int, seed: int, *, issues: int, organisations: int, ticking: float) -> Crowd:
    """People with a statement each, on some of the twenty issues of which there are most in bench/data."""
    rng = np.random.default_rng(seed)
    said = sorted(_portraits().items(), key=lambda each: (-len(each[1]), each[0]))[:20]
    chosen = [said[place] for place in rng.choice(len(said), issues, replace=False)]
    count = len(painter().topics.all)
    issue = rng.integers(0, issues, number)
    statements = []
    for one in issue:
        topic, portraits = chosen[one]
        portrait = portraits[rng.integers(len(portraits))].copy()
        heard, noise = portrait[count:], rng.standard_normal(len(portrait) - count).astype(np.float32)
        mixed = heard / max(float(np.linalg.norm(heard)), 1e-9) + _NOISE * noise / np.linalg.norm(noise)
        portrait[count:] = mixed * np.linalg.norm(heard) / np.linalg.norm(mixed)
        statements.append(Statement(portrait, ticked=frozenset({topic} if rng.random() < ticking else ())))
    plain = crowd(number, seed, issues=issues, organisations=organisations, texts=(1.0,), ticking=0)
    likeness = Texts(rows(statements, painter().topics), np.arange(number), number)
    return replace(plain, likeness=likeness, issue=issue)


@cache
def _portraits() -> dict[str, Matrix]:
    """Of all statements in bench/data, by the topic that their issue is."""
    same = json.loads((_DATA / "topics.json").read_text("utf-8"))
    known = {topic.id for topic in painter().topics.all}
    texts: defaultdict[str, list[str]] = defaultdict(list)
    for file in sorted(_DATA.glob("*.csv")):
        with file.open(encoding="utf-8", newline="") as opened:
            for row in csv.DictReader(opened):
                texts[same.get(row["cluster"], row["cluster"])].append(row["text"])
    return {topic: painter().portraits(these) for topic, these in texts.items() if topic in known}


def past(of: Crowd, rounds: int, seed: int = 0, turnout: float = 0.6) -> Before:
    """So many rounds at random, of whose introductions a share led to a meeting."""
    rng = np.random.default_rng(seed)
    made = []
    for nth in range(rounds):
        order = rng.permutation(len(of.people))
        for one, other in zip(order[::2].tolist(), order[1::2].tolist(), strict=False):
            made.append(Introduction(nth, (of.people[one].id, of.people[other].id), bool(rng.random() < turnout)))
    return Before(made)


def _vectors(rng: np.random.Generator, issue: NDArray[np.intp], issues: int, *, structure: bool) -> Matrix:
    wide = np.linalg.qr(rng.standard_normal((_DIMENSIONS, _DIRECTIONS)))[0].astype(np.float32)
    shared, centre = _directions(rng, 1), _directions(rng, issues)
    # The rest is for ticks, as wide as what Balcony compares, or what is measured here would be quicker than life.
    vectors = np.zeros((len(issue), _DIMENSIONS + max(2 * _TOPICS, issues)), np.float32)
    for start in range(0, len(issue), 4096):  # a piece at a time: what is measured is the planner's memory
        some = issue[start : start + 4096]
        mixed = _directions(rng, len(some))
        if structure:
            mixed = (1 - _SHARED - _ISSUE) ** 0.5 * mixed + _SHARED**0.5 * shared + _ISSUE**0.5 * centre[some]
        vectors[start : start + 4096, :_DIMENSIONS] = (mixed / np.linalg.norm(mixed, axis=1, keepdims=True)) @ wide.T
    return vectors


def _directions(rng: np.random.Generator, number: int) -> Matrix:
    drawn = rng.standard_normal((number, _DIRECTIONS), np.float32)
    drawn /= np.linalg.norm(drawn, axis=1, keepdims=True)
    return drawn
