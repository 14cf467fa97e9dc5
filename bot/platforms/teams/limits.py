"""How much Teams lets a bot say, so that it never has to refuse.

The windows are Microsoft's own: https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit
"""

import math
from collections import deque
from collections.abc import Iterable, Sequence

PER_CONVERSATION = ((1, 7), (2, 8), (30, 60), (3600, 1800))  # seconds, and how often within any so many seconds
PER_TENANT = ((1, 30),)
_HOUR = max(span for span, _ in PER_CONVERSATION)
_FINEST = 100  # a wait is rounded up to hundredths of a second, so that waiting always gets somewhere


class Limits:
    """What was sent in the last hour, by conversation. Of one that rested for so long, nothing is kept."""

    def __init__(self) -> None:
        self._sent: dict[str, deque[float]] = {}  # the one that was sent to last comes last
        self._all: deque[float] = deque(maxlen=_longest(PER_TENANT))

    def wait(self, conversation: str, now: float) -> float:
        """Seconds until one more may be sent there; 0 is at once, and counts it as sent.

        `now` is in seconds, of a clock that is never put back.
        """
        sent = self._sent.get(conversation, ())
        wait = max(_waits(sent, PER_CONVERSATION, now) + _waits(self._all, PER_TENANT, now), default=0.0)
        if wait > 0:
            return math.ceil(wait * _FINEST) / _FINEST
        self._count(conversation, now)
        return 0

    def __len__(self) -> int:
        """How many conversations are remembered."""
        return len(self._sent)

    def _count(self, conversation: str, now: float) -> None:
        sent = self._sent.pop(conversation, None) or deque(maxlen=_longest(PER_CONVERSATION))
        sent.append(now)
        self._sent[conversation] = sent
        self._all.append(now)
        while self._sent[oldest := next(iter(self._sent))][-1] + _HOUR <= now:
            del self._sent[oldest]


def _waits(sent: Sequence[float], windows: Iterable[tuple[int, int]], now: float) -> list[float]:
    """For each window, how long it stays full."""
    return [sent[-most] + span - now for span, most in windows if len(sent) >= most]


def _longest(windows: Iterable[tuple[int, int]]) -> int:
    return max(most for _, most in windows)
