"""The clock of a run: the same in each of its processes, and as fast as the run wants it."""

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime

# A Tuesday morning in London, far from the quiet hours on both sides: whatever the machine's clock says, messages may go.
START = datetime(2026, 11, 24, 8, 5, tzinfo=UTC).timestamp()


@dataclass(frozen=True)
class Clock:
    """It showed START when the machine's monotonic clock showed `began`, and runs `factor` times as fast since."""

    began: float
    factor: float = 1.0

    def __call__(self) -> datetime:
        return datetime.fromtimestamp(self.seconds(), UTC)

    def seconds(self) -> float:
        """Since 1970, in the run's own time."""
        return START + (time.monotonic() - self.began) * self.factor

    async def sleep(self, seconds: float) -> None:
        """That long in the run's own time."""
        await asyncio.sleep(seconds / self.factor)


def starting_now(factor: float = 1.0) -> Clock:
    return Clock(time.monotonic(), factor)
