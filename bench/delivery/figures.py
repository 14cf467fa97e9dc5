"""What every run says of itself, and the figures that several of them have."""

import math
import os
import platform
import pstats
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from io import StringIO
from pathlib import Path

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Goal:
    """A figure with the line it must not cross. `met` None: it is said, and not judged."""

    what: str
    said: str
    met: bool | None = None


@dataclass(frozen=True)
class Cpu:
    """In milliseconds, since the beginning of each process."""

    workers: float
    database: float
    fake: float


def costs(before: Cpu, after: Cpu, number: int) -> list[Goal]:
    """For each of so many messages."""
    return [
        Goal("CPU of the workers, ms a message", f"{(after.workers - before.workers) / number:.3f}"),
        Goal("CPU of the database's own processes, ms a message", f"{(after.database - before.database) / number:.3f}"),
        Goal("CPU of the fake, ms a message", f"{(after.fake - before.fake) / number:.3f}"),
    ]


def profile(folder: Path) -> str:
    """What all workers did with their time, the longest first: in itself, and with what was called."""
    text = StringIO()
    stats = pstats.Stats(*(str(path) for path in folder.glob("worker-*.profile")), stream=text).strip_dirs()
    stats.sort_stats("tottime").print_stats(45)
    stats.sort_stats("cumulative").print_stats(70)
    return text.getvalue()


def told(goals: Iterable[Goal]) -> bool:
    """Print them; False if one was missed."""
    goals = list(goals)
    words = {True: "met", False: "MISSED", None: ""}
    for goal in goals:
        print(f"  {goal.what:<58} {goal.said:>24}  {words[goal.met]}".rstrip())
    return all(goal.met is not False for goal in goals)


def heading(command: str, seed: int, *parts: str) -> None:
    """What was run, on what, and how to run it again."""
    versions = f"Python {platform.python_version()}, slack_sdk {version('slack_sdk')}, aiohttp {version('aiohttp')}"
    load = " ".join(f"{one:.2f}" for one in os.getloadavg())
    print(f"\n{command}: seed {seed}, {', '.join(parts)}", flush=True)
    print(f"  commit {_commit()}; {versions}; {os.cpu_count()} cores, load before {load}", flush=True)


def percentile(values: Iterable[float], share: float) -> float:
    """Nearest rank; 0 of nothing."""
    ordered = sorted(values)
    return ordered[math.ceil(share * len(ordered)) - 1] if ordered else 0.0


def median(values: Sequence[float]) -> float:
    return percentile(values, 0.5)


def _commit() -> str:
    asked = ("git", "-C", str(HERE), "describe", "--always", "--dirty")
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"
