"""What goes wrong with a call to the fake, drawn from a seed.

The draw depends on the seed, on what the call is about and on how often that was tried: not on the order in which calls
happen to arrive, so that a run that is replayed meets the same faults.
"""

from collections import Counter
from dataclasses import dataclass, field
from hashlib import blake2b

REFUSED, BEFORE, AFTER, RESET_BEFORE, RESET_AFTER, HANG = (
    "429", "500 before", "500 after", "reset before", "reset after", "hang",
)  # fmt: skip
UNCLEAR = {BEFORE, AFTER, RESET_BEFORE, RESET_AFTER, HANG}  # the caller cannot know whether there was a commit

# Shares of all calls. A hang gives no answer, and commits after the caller has given up.
SAYING = ((REFUSED, 0.03), (BEFORE, 0.02), (AFTER, 0.02), (RESET_BEFORE, 0.02), (RESET_AFTER, 0.02), (HANG, 0.01))
ASKING = ((REFUSED, 0.03), (BEFORE, 0.02), (RESET_BEFORE, 0.02), (HANG, 0.01))

# The forms that a Retry-After has; empty is no header at all.
FORMS = (("1", 0.45), ("1.5", 0.3), ("30", 0.08), ("", 0.08), ("soon", 0.08), ("3600", 0.01))
_RANGE = 2**32


@dataclass
class Faults:
    """Of one run. `scale` 0 is none at all, 1 as often as the tables above say."""

    seed: int
    scale: float = 1.0
    tried: Counter[str] = field(default_factory=Counter)

    def draw(self, table: tuple[tuple[str, float], ...], about: str) -> tuple[str, float]:
        """The fault that this call meets, empty for none; and a number below 1 for what else is left to chance."""
        if not self.scale:
            return "", 0.0
        self.tried[about] += 1
        drawn = blake2b(f"{self.seed}|{about}|{self.tried[about]}".encode(), digest_size=8).digest()
        chance = int.from_bytes(drawn[:4], "big") / _RANGE / self.scale
        return chosen(table, chance), int.from_bytes(drawn[4:], "big") / _RANGE


def chosen(table: tuple[tuple[str, float], ...], chance: float) -> str:
    """The name into whose share the chance falls; empty beyond them all."""
    for name, share in table:
        if chance < share:
            return name
        chance -= share
    return ""


def seconds_of(form: str) -> float:
    """How long a Retry-After asks to wait; 0 where it does not say."""
    try:
        return float(form)
    except ValueError:
        return 0.0
