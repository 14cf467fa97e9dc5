"""Thursday, 16:00: how long it takes until everybody has their message, by the pace of each workspace and of the workers.

A simulation, event by event: a workspace bears one message each fifth of a second and may catch up a tenth of a second,
as storage/lanes.py has it; all workers together send so many a second; who has waited longest goes next.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heapreplace

from storage.lanes import CATCH_UP


@dataclass(frozen=True)
class Window:
    """Seconds after which so much is out."""

    half: float
    most: float  # 95 of 100
    last: float


def fan_out(sizes: Sequence[int], per_second: float, per_minute: float = 300) -> Window:
    """Everything is due at once. `sizes`: messages in each workspace."""
    apart = 60 / per_minute
    waiting = [(0.0, number, size) for number, size in enumerate(sizes) if size]
    heapify(waiting)
    free, out = 0.0, list[float]()
    while waiting:
        ready, number, left = waiting[0]
        start = max(ready, free)
        free = start + 1 / per_second
        out.append(free)
        if left > 1:
            heapreplace(waiting, (max(ready, start - CATCH_UP.total_seconds()) + apart, number, left - 1))
        else:
            heappop(waiting)
    return Window(out[len(out) // 2], out[len(out) * 95 // 100], out[-1])


def single_beside(size: int, others: int, per_second: float, per_minute: float = 300) -> float:
    """The longest that one message in each of so many workspaces waits beside a fan-out in another one; in seconds."""
    apart = 60 / per_minute
    waiting = [(0.0, -1, size), *((60.0 * (number + 1) / others, number, 1) for number in range(others))]
    heapify(waiting)
    free, longest = 0.0, 0.0
    while waiting:
        ready, number, left = waiting[0]
        start = max(ready, free)
        free = start + 1 / per_second
        if number >= 0:
            longest = max(longest, free - ready)
        if left > 1:
            heapreplace(waiting, (max(ready, start - CATCH_UP.total_seconds()) + apart, number, left - 1))
        else:
            heappop(waiting)
    return longest
