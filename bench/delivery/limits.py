"""The fake's limits, and who keeps to them. Seconds are the run's own, but for the grace."""

from collections import defaultdict
from dataclasses import dataclass, field

GRACE = 0.25  # seconds of the machine: what was under way when it was asked to wait may still arrive


@dataclass
class Limits:
    """`cap`: messages in one workspace and window of a minute, 0 for any number; `spacing`: seconds a message at one place.

    Slack says "several hundred a minute" and "about one a second, short bursts are allowed": `burst` is how many at once.
    """

    cap: int = 0
    spacing: float = 0.0
    burst: int = 3
    _counts: dict[tuple[str, int], int] = field(default_factory=lambda: defaultdict(int))
    _places: dict[tuple[str, str], float] = field(default_factory=dict)

    def refuses(self, workspace: str, place: str, now: float) -> tuple[str, float]:
        """Why a message may not go now, empty if it may, which counts; and in how many seconds it may."""
        if self.spacing:
            earliest = max(self._places.get((workspace, place), 0.0), now - self.burst * self.spacing)
            if earliest > now:
                return "place", earliest - now
            self._places[workspace, place] = earliest + self.spacing
        if self.cap:
            minute = int(now // 60)
            if self._counts[workspace, minute] >= self.cap:
                return "workspace", (minute + 1) * 60 - now
            self._counts[workspace, minute] += 1
        return "", 0.0


@dataclass
class Rests:
    """Who was asked to wait, per workspace and method, and whether they did."""

    until: dict[tuple[str, str], tuple[float, float]] = field(default_factory=dict)
    early: int = 0
    under_way: int = 0
    asked: int = 0

    def ask(self, workspace: str, method: str, seconds: float, now: float, machine: float) -> None:
        """They are asked to wait that long from now on. `machine` is the machine's clock."""
        self.asked += 1
        known, _ = self.until.get((workspace, method), (0.0, 0.0))
        if known <= now:
            self.until[workspace, method] = (now + seconds, machine)

    def left(self, workspace: str, method: str, now: float, machine: float) -> float:
        """For how long they should still wait, 0 if they may call; a call that comes too early is counted."""
        until, since = self.until.get((workspace, method), (0.0, 0.0))
        if until <= now:
            return 0.0
        if machine > since + GRACE:
            self.early += 1
        else:
            self.under_way += 1
        return until - now
