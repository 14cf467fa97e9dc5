"""Notices that this machine's clock is wrong, from what a platform signed with the right time in it.

A wrong clock looks like a wrong secret: everything is refused. So whoever looks is told which of the two it is.
"""

import logging
import time
from collections import deque
from collections.abc import Callable

ALLOWED = 300  # seconds between a signature and our clock, either way: Slack's rule, and Microsoft's
_NOTICED = 60  # seconds
_SET = 30  # seconds; by how much a clock jumps that was set, or slept
_SEEN = 3  # of the latest; one copy of an old request says nothing
_log = logging.getLogger(__name__)


class Skew:
    """How far our clock is from a platform's, by the latest things it signed. `who` is its name, for the sentence."""

    def __init__(
        self, who: str, *, wall: Callable[[], float] = time.time, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        """Both clocks in seconds: `wall` since 1970, `monotonic` never set by anybody."""
        self._who = who
        self._wall, self._monotonic = wall, monotonic
        self._ahead: deque[float] = deque(maxlen=_SEEN)
        self._apart = 0.0
        self._said = ""

    def saw(self, signed_at: float) -> bool:
        """Something that they certainly signed, at that moment by their clock; False if that is too far from ours."""
        if self._was_set():
            self._ahead.clear()
        self._apart = self._wall() - self._monotonic()
        ahead = self._wall() - signed_at
        self._ahead.append(ahead)
        if (said := self.state()) != self._said:
            _log.log(logging.WARNING if said else logging.INFO, "the clock: %s", said or "it is right again")
            self._said = said
        return abs(ahead) <= ALLOWED

    def saw_valid(self, since: float, until: float) -> None:
        """Something that they signed holds from then to then, and we have just heard it."""
        self.saw(min(max(since, self._wall()), until))

    def state(self) -> str:
        """Empty if our clock is right or nothing is known; else a plain sentence, that begins with ok while all works."""
        if not self._ahead or self._was_set():
            return ""
        ahead = min(self._ahead, key=abs)
        if abs(ahead) <= _NOTICED:
            return ""
        about = f"the clock of this server is about {_minutes(abs(ahead))} {'fast' if ahead > 0 else 'slow'}"
        if abs(ahead) <= ALLOWED:
            return f"ok, but {about}: set it right, for from 5 minutes on I must refuse what {self._who} sends."
        return f"{about[0].upper()}{about[1:]}, so I must refuse what {self._who} signs. Set it right; the signing is not at fault."

    def _was_set(self) -> bool:
        """What was known then says nothing of a clock that was set since, or slept."""
        return abs(self._wall() - self._monotonic() - self._apart) > _SET


def _minutes(seconds: float) -> str:
    minutes = round(seconds / 60)
    return "1 minute" if minutes == 1 else f"{minutes} minutes"
