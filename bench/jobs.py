"""What the load generator is asked to do, and what it reports.

The generator is a process of its own (`load.py`); these are the two JSON
documents that travel between it and the bench.
"""

import json
import subprocess
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

Kind = Literal["closed", "steady", "first"]
LOAD = Path(__file__).with_name("load.py")


@dataclass(frozen=True)
class Job:
    """A bounded piece of load on one port of 127.0.0.1.

    `closed`: each of `clients` sends its next command when the last is answered.
    `steady`: `rate` commands a second are due, answered or not.
    `first`:  one command, tried again every 10 ms, until it is answered.
    Ends after `count` commands or `limit` seconds, whichever comes first.
    """

    kind: Kind
    port: int
    members: list[str]
    first: int
    count: int
    keeps_words: bool
    clients: int = 1
    rate: float = 0
    limit: float = 60


@dataclass
class Result:
    """Times are in milliseconds, of right answers only; `answered_at` is CLOCK_MONOTONIC in seconds.

    `late`: how much later than due the generator itself sent a command, at worst.
    It is part of the steady times, and no fault of the server.
    """

    answered: int = 0
    per_second: float = 0
    p50: float = 0
    p99: float = 0
    p999: float = 0
    max: float = 0
    late: float = 0
    generator_cpu_ms: float = 0
    answered_at: float = 0
    failed: int = 0
    failures: list[str] = field(default_factory=list)


class GeneratorFailed(Exception):
    """The load generator itself broke; nothing is known about the server."""


def run(job: Job) -> Result:
    """Do the job and wait for it."""
    return finish(start(job), job)


def start(job: Job) -> subprocess.Popen[str]:
    """Start the job; returns when the generator is about to send its first command."""
    process = subprocess.Popen([sys.executable, str(LOAD), json.dumps(asdict(job))], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    if process.stdout.readline() != "ready\n":
        process.kill()
        process.wait()
        raise GeneratorFailed("the load generator did not start")
    return process


def finish(process: subprocess.Popen[str], job: Job) -> Result:
    """Wait for a started job; the generator is killed if it outlives its limit by 15 seconds."""
    try:
        output, _ = process.communicate(timeout=job.limit + 15)
    except subprocess.TimeoutExpired as late:
        raise GeneratorFailed("the load generator did not stop by itself") from late
    finally:
        process.kill()
        process.wait()
    if process.returncode != 0:
        raise GeneratorFailed(f"the load generator ended with {process.returncode}")
    return Result(**json.loads(output))
