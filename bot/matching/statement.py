"""An issue as numbers, and many of them as rows whose products say how alike they are."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bot.matching.minilm import Array
from bot.matching.recipe import MOST
from bot.matching.topics import Topics

BOTH_TICKED = 0.6  # what a topic that both ticked adds


@dataclass(frozen=True, slots=True, eq=False)
class Statement:
    """An issue: its portrait, the topics that its words mention, and those that its author ticked for it."""

    portrait: Array
    mentioned: frozenset[str] = frozenset()
    ticked: frozenset[str] = frozenset()


def packed(portrait: Array) -> bytes:
    """A portrait to be stored: float16, little-endian. What that leaves out is a thousandth of what means something."""
    return portrait.astype("<f2").tobytes()


def stored(portrait: bytes, mentioned: frozenset[str], ticked: frozenset[str]) -> Statement:
    """What `packed` made, with what belongs to it."""
    return Statement(np.frombuffer(portrait, "<f2").astype(np.float32), mentioned, ticked)


def rows(statements: Sequence[Statement], topics: Topics) -> Array:
    """A row for each statement: the product of two rows is how alike they are, 0 for not at all, about 1 for very.

    Two people with several statements are as alike as their best pair. What was ticked takes the place of what was
    guessed; each topic that both ticked adds up to BOTH_TICKED, less the more somebody ticked.
    """
    places = {topic.id: place for place, topic in enumerate(topics.all)}
    found = np.zeros((len(statements), len(statements[0].portrait) + len(places) if statements else 0), np.float32)
    for row, statement in zip(found, statements, strict=True):
        row[: len(statement.portrait)] = statement.portrait
        # A topic that has left the list since it was ticked no longer counts.
        ticked = [places[topic] for topic in sorted(statement.ticked) if topic in places]
        if ticked:
            heard = statement.portrait[len(places) :]
            row[: len(places)] = 0
            row[ticked] = np.sqrt(MOST / len(ticked))
            row[len(places) : len(statement.portrait)] = heard * np.sqrt(1 - MOST) / max(np.linalg.norm(heard), 1e-9)
            row[[len(statement.portrait) + place for place in ticked]] = np.sqrt(BOTH_TICKED / len(ticked))
    return found
