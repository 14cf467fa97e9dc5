"""How long to wait before a platform is tried again."""

import math

NOT_THERE = 300.0  # seconds; somebody may let us into the channel
_NOT_SAID = 30.0  # seconds, where a platform asks to wait but does not say how long
_LONGEST = 86_400.0  # seconds


def asked_for(retry_after: str) -> float:
    """In seconds, whatever form a Retry-After has: at least a second, at most a day."""
    try:
        seconds = float(retry_after)
    except ValueError:
        return _NOT_SAID
    return min(max(1.0, seconds), _LONGEST) if math.isfinite(seconds) else _NOT_SAID
