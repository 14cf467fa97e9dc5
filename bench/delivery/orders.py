"""What the processes of a run are told: they start, and hear no more than this."""

from dataclasses import dataclass, field

from clock import Clock

LOOKING = ("channels:history", "groups:history", "im:history", "mpim:history")
SCOPES = ("chat:write", "im:write", *LOOKING)


@dataclass(frozen=True)
class FakeOrder:
    """How the fake is to be. Seconds are the run's own, but for `late`, which is the machine's."""

    port: int
    folder: str
    clock: Clock
    seed: int = 0
    faults: float = 0.0  # 1: as often as faults.py says
    late: tuple[float, float] = (1.2, 2.5)  # when what hangs is committed, at the earliest and at the latest
    scopes: tuple[str, ...] = SCOPES
    cap: int = 0
    spacing: float = 0.0
    skew: float = 0.0  # how far its clock is ahead of the bot's
    longest: float = 3600.0  # that it asks to wait when it feels like it


@dataclass(frozen=True)
class Waits:
    """In the machine's seconds, and in the proportions of the real ones: time-out < lease, late commit < quarantine."""

    timeout: float = 1.0
    lease: float = 3.0
    quarantine: float = 6.0
    beat: float = 0.5


@dataclass(frozen=True)
class WorkerOrder:
    """What a worker is to do. `seconds` of the machine after which it ends by itself, whatever happens."""

    database: str
    key: str
    fake: str
    clock: Clock
    seconds: float
    folder: str
    waits: Waits = field(default_factory=Waits)
    paced: bool = True
    per_minute: float = 0.0  # instead of what Slack bears
    guard: str = ""  # the one that is taken away, for a negative control
    profile: bool = False
