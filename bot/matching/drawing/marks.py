"""How organisations are told apart: by shape and by colour, so that either alone is enough.

Every colour has a contrast of 4.5 to 1 or more with white: a white number can be read on it, and it stands out on paper.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, pi, sin

from bot.domain.text import clean

Corners = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """A shape around 0, 0 about as large as a circle of radius 1; without corners it is a circle."""

    name: str
    colour: str
    corners: Corners = ()
    down: float = 0.0  # how much lower a number in it stands
    hollow: bool = False


def _regular(corners: int, radius: float, turn: float = 0.0) -> Corners:
    """Around the middle, beginning at the top."""
    angles = [2 * pi * nth / corners + turn * pi for nth in range(corners)]
    return tuple((radius * sin(angle), -radius * cos(angle)) for angle in angles)


_CROSS: Corners = (
    (-0.55, -1.1), (0.55, -1.1), (0.55, -0.55), (1.1, -0.55), (1.1, 0.55), (0.55, 0.55),
    (0.55, 1.1), (-0.55, 1.1), (-0.55, 0.55), (-1.1, 0.55), (-1.1, -0.55), (-0.55, -0.55),
)  # fmt: skip

MARKS = (
    Mark("circle", "#0b5fa5"),
    Mark("square", "#a83c00", _regular(4, 1.28, 0.25)),
    Mark("diamond", "#00664b", _regular(4, 1.36)),
    Mark("triangle", "#7a3e8f", _regular(3, 1.75), 0.3),
    Mark("hexagon", "#333333", _regular(6, 1.16, 1 / 6)),
    Mark("triangle pointing down", "#0e6f86", _regular(3, 1.75, 1.0), -0.3),
    Mark("cross", "#a3195b", _CROSS),
    Mark("pentagon", "#6d4c00", _regular(5, 1.24)),
)
OTHERS = Mark("ring", "#4a4f57", hollow=True)
OTHERS_ARE = "Other organisations"
_NOT_IN_XML = {0xFFFE: None, 0xFFFF: None}


@dataclass(frozen=True, slots=True)
class Key:
    """What a mark stands for."""

    mark: Mark
    words: str


def shown(words: str) -> str:
    """The words on one line, without what cannot be in XML."""
    return clean(" ".join(words.split())).translate(_NOT_IN_XML)


def marks_of(organisations: Sequence[str]) -> tuple[list[Mark], list[Key]]:
    """The mark of each person, given everybody's organisation, and what the marks mean, those of most people first.

    However it is written, it is the same organisation. Beyond eight there is one mark for all others, and for none.
    """
    same = [" ".join(name.casefold().split()) for name in organisations]
    written = {key: name for key, name in zip(reversed(same), reversed(organisations), strict=True) if key}
    ranked = sorted(written, key=lambda key: (-Counter(same)[key], key)) if written else []
    chosen = dict(zip(ranked, MARKS, strict=False))
    keys = [Key(mark, shown(written[name])) for name, mark in chosen.items()]
    if any(name not in chosen for name in same):
        keys.append(Key(OTHERS, OTHERS_ARE if chosen else "People"))
    return [chosen.get(name, OTHERS) for name in same], keys
