"""Servers in processes of their own: started, measured from outside, stopped."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Launch:
    """How to start one server. `keeps_words`: its answer repeats what the member wrote."""

    name: str
    command: list[str]
    environment: dict[str, str]
    keeps_words: bool = False


@dataclass(frozen=True)
class Server:
    """A running server; `started` is CLOCK_MONOTONIC in seconds, just before its process began."""

    launch: Launch
    port: int
    pid: int
    started: float

    def cpu_ms(self) -> float:
        """CPU used so far, user and system, its children's included; in steps of 10 ms."""
        return sum(cpu_ticks(pid) for pid in family(self.pid)) * 1000 / TICKS_PER_SECOND

    def peak_mib(self) -> float:
        """The most memory ever resident, its children's added."""
        return sum(peak_kib(pid) for pid in family(self.pid)) / 1024


@contextmanager
def running(launch: Launch, logs: Path, port: int | None = None) -> Iterator[Server]:
    """The server until the block ends. It may not listen yet; what it prints goes to `logs`."""
    port = port or free_port()
    environment = {**launch.environment, "PORT": str(port)}
    with log_of(launch, logs).open("ab") as log:
        started = time.monotonic()
        process = subprocess.Popen(
            launch.command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
    try:
        yield Server(launch, port, process.pid, started)
    finally:
        stop(process)


def log_of(launch: Launch, logs: Path) -> Path:
    return logs / f"{launch.name.replace(' ', '-')}.log"


def last_lines(log: Path, count: int = 12) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-count:]) if log.exists() else ""


def stop(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def wait_for_port(port: int, seconds: float = 10) -> None:
    """Raises TimeoutError when nothing listens in time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise TimeoutError(f"nothing listens on port {port}")


def family(pid: int) -> list[int]:
    """The process and its living descendants."""
    children = [
        int(child) for task in Path(f"/proc/{pid}/task").glob("*/children") for child in task.read_text().split()
    ]
    return [pid, *(one for child in children for one in family(child))]


def cpu_ticks(pid: int) -> int:
    # The name may hold spaces and brackets: count the fields after the last bracket.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    user, system = fields[11:13]
    return int(user) + int(system)


def peak_kib(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1])
    return 0
