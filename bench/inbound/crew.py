"""The servers: real `serve` processes, of which one is killed again and again, and started again at once."""

import asyncio
import socket
import subprocess
import sys
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Self

from servers import ROOT, free_port, stop, wait_for_port

EVERY, FIRST = 2.0, 0.5  # seconds between kills, and before the first
UNGUARDED = Path(__file__).with_name("unguarded.py")


class Crew:
    """So many of them, each with a port of its own, until the block ends."""

    def __init__(self, count: int, environment: dict[str, str], folder: Path, seed: int, *, guarded: bool) -> None:
        self.ports = [free_port() for _ in range(count)]
        self.kills = 0
        self._environment, self._log = environment, folder / "serve.log"
        self._command = [sys.executable, *(("-m", "bot", "serve") if guarded else (str(UNGUARDED),))]
        self._chance = Random(seed)
        self._processes: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        self._processes = [self._start(port) for port in self.ports]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.dismiss()

    def wait(self) -> None:
        """Until all of them listen."""
        for port in self.ports:
            wait_for_port(port, 60)

    async def kill_again_and_again(self) -> None:
        """One that serves, every two seconds, and the first one soon; of those that are still starting, none."""
        wait = FIRST
        while True:
            await asyncio.sleep(wait)
            wait = EVERY
            up = [number for number, port in enumerate(self.ports) if await asyncio.to_thread(_listens, port)]
            if up:
                chosen = self._chance.choice(up)
                self._processes[chosen].kill()
                self._processes[chosen].wait()
                self._processes[chosen] = self._start(self.ports[chosen])
                self.kills += 1

    def dismiss(self) -> None:
        """Told to stop, they first do what they have begun."""
        for process in self._processes:
            stop(process)
        self._processes = []

    def _start(self, port: int) -> "subprocess.Popen[bytes]":
        with self._log.open("ab") as log:
            return subprocess.Popen(
                self._command, cwd=ROOT, env={**self._environment, "PORT": str(port)}, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )  # fmt: skip


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
