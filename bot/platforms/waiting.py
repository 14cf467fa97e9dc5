"""What may be asked again, and how long to wait before."""

import math
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

NOT_THERE = 900.0  # seconds; somebody may let us into the channel, or take it out of the archive
AFTER_REFUSAL = 900.0  # seconds; a host may have mended it
AFTER_SILENCE = 5.0  # seconds, where a platform could not be reached
# Somebody between here and the platform, or the platform's own door, did not take the request at all. Any other status
# without a word of the platform's (408, 412, 425, 499, and every 5xx) may come after the message was taken.
TURNED_AWAY = frozenset({400, 401, 403, 404, 405, 407, 411, 413, 414, 421, 431, 451})
_NOT_SAID = 30.0  # seconds, where a platform asks to wait but does not say how long
_LONGEST = 86_400.0  # seconds


def asked_for(retry_after: str, date: str = "") -> float:
    """In seconds, whatever form a Retry-After has: at least a second, at most a day.

    It may name a moment instead; `date` is the answer's own Date, so that our clock does not come into it.
    """
    try:
        seconds = float(retry_after)
    except ValueError:
        until, now = _moment(retry_after), _moment(date)
        seconds = (until - now).total_seconds() if until and now else math.nan
    return min(max(1.0, seconds), _LONGEST) if math.isfinite(seconds) else _NOT_SAID


class Rest:
    """For how long nothing is asked of somebody who refused us, or who could not be reached."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """`clock` is in seconds and is never put back."""
        self._clock = clock
        self._until = -math.inf
        self.no = ""  # the word that we were refused with; empty if nobody refused us

    def refused(self, word: str) -> None:
        self.no, self._until = word, self._clock() + AFTER_REFUSAL

    def silent(self, wait: float = 0) -> None:
        """`wait`, in seconds, is what was asked for."""
        self.no, self._until = "", self._clock() + max(wait, AFTER_SILENCE)

    def end(self) -> None:
        """They answer again."""
        self.no, self._until = "", -math.inf

    def over(self) -> bool:
        return self._clock() >= self._until


def _moment(text: str) -> datetime | None:
    """An HTTP date, in UTC."""
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
