"""Why two people are introduced: the issues of theirs that are most alike, and how sure Balcony may sound about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import product

from bot.matching.statement import Statement, rows
from bot.matching.topics import Topics

# Measured where nobody ticked, on each person's three nearest: from LIKELY on 75 of 100 work on the same issue, from
# 0.7 on 94; below, 36.
LIKELY = 0.45


class Sure(Enum):
    """The five ways of saying why two people are introduced; what is said never claims more than they wrote."""

    TICKED = "ticked"  # you both work on X
    MENTION = "mention"  # you both mention X
    MAYBE = "maybe"  # you may both be working on X
    BRIDGE = "bridge"  # a bridge: nobody yet links your group and theirs
    DIFFERENT = "different"  # different issues: a chance to compare notes


@dataclass(frozen=True, slots=True)
class Reason:
    """The pair of statements that are most alike: their places, the topic that joins them, and how to say it."""

    score: float
    one: int
    other: int
    topic: str | None
    sure: Sure


def reason(one: Sequence[Statement], other: Sequence[Statement], topics: Topics, *, linked: bool) -> Reason:
    """For two people. `linked`: there is a path of connections between them. Raises ValueError if one says nothing."""
    if not one or not other:
        raise ValueError("Both people need a statement.")
    scores = rows(one, topics) @ rows(other, topics).T
    pairs = product(range(len(one)), range(len(other)))
    left, right = max(pairs, key=lambda pair: (round(float(scores[pair]), 6), -pair[0], -pair[1]))
    score = float(scores[left, right])
    topic, sure = _said(one[left], other[right], score, topics, linked)
    return Reason(score, left, right, topic, sure)


def _said(one: Statement, other: Statement, score: float, topics: Topics, linked: bool) -> tuple[str | None, Sure]:
    """The topic that joins two statements, and how sure to sound about it."""
    shared = _parts_in_common(one, other, topics)
    if ticked := one.ticked & other.ticked & shared.keys():
        return max(sorted(ticked), key=lambda topic: shared[topic]), Sure.TICKED
    if score >= LIKELY:
        if mentioned := one.mentioned & other.mentioned & shared.keys():
            return max(sorted(mentioned), key=lambda topic: shared[topic]), Sure.MENTION
        return max(shared, key=lambda topic: shared[topic]), Sure.MAYBE
    return None, Sure.DIFFERENT if linked else Sure.BRIDGE


def _parts_in_common(one: Statement, other: Statement, topics: Topics) -> dict[str, float]:
    """For every topic of the list, how much both are about it."""
    count = len(topics.all)
    both = (rows([one], topics)[0] * rows([other], topics)[0])[:count]
    return {topic.id: float(part) for topic, part in zip(topics.all, both, strict=True)}
