"""The processes of a run: the fake, and workers that are killed and come back. Whatever happens, none of them stays.

They are forked from a process that has everything imported, so that a hundred kills cost a hundred forks.
"""

import json
import multiprocessing
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from random import Random
from typing import Any

import fake
import worker
from orders import FakeOrder, WorkerOrder
from servers import TICKS_PER_SECOND, cpu_ticks, wait_for_port

_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(["fake", "worker"])
_END = 15.0  # seconds, for what is under way


@dataclass
class Crew:
    """Workers that do what their order says. `lost_ticks`: CPU of those that were killed."""

    order: WorkerOrder
    hands: list[ForkServerProcess] = field(default_factory=list)
    kills: int = 0
    lost_ticks: int = 0

    def hire(self, number: int) -> None:
        for _ in range(number):
            hand = _forks.Process(target=worker.run, args=(self.order,), daemon=True)
            hand.start()
            self.hands.append(hand)

    def kill_one(self, chance: Random) -> None:
        """kill -9, at once another in its place."""
        hand = self.hands.pop(chance.randrange(len(self.hands)))
        self.lost_ticks += cpu_ticks(_pid(hand))
        hand.kill()
        self.kills += 1
        self.hire(1)
        hand.join(_END)

    def gone(self) -> list[int]:
        """The exit codes of those that ended though nobody told them to."""
        return [hand.exitcode for hand in self.hands if hand.exitcode is not None]

    def cpu_ms(self) -> float:
        return (self.lost_ticks + sum(cpu_ticks(_pid(hand)) for hand in self.hands)) * 1000 / TICKS_PER_SECOND

    def resident_mib(self) -> list[float]:
        """Of each worker, now."""
        return [_resident_kib(_pid(hand)) / 1024 for hand in self.hands]

    def dismiss(self) -> None:
        """They finish what is under way, or are killed."""
        for hand in self.hands:
            hand.terminate()
        for hand in self.hands:
            hand.join(_END)
        self.drop()

    def drop(self) -> None:
        for hand in self.hands:
            hand.kill()
            hand.join()
        self.hands = []


@contextmanager
def crew(order: WorkerOrder, number: int) -> Iterator[Crew]:
    """So many workers until the block ends."""
    made = Crew(order)
    try:
        made.hire(number)
        yield made
    finally:
        made.drop()


@dataclass(frozen=True)
class FakeSlack:
    """The fake, as the run sees it."""

    url: str

    def figures(self) -> dict[str, Any]:
        return self._ask("figures", b"{}")

    def revoke(self, workspaces: list[str]) -> None:
        self._ask("revoke", json.dumps(workspaces).encode())

    def _ask(self, name: str, body: bytes) -> dict[str, Any]:
        request = urllib.request.Request(f"{self.url}/bench/{name}", body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            found: dict[str, Any] = json.load(answer)
            return found


@contextmanager
def fake_slack(order: FakeOrder) -> Iterator[FakeSlack]:
    """Running, until the block ends."""
    process = _forks.Process(target=fake.run, args=(order,), daemon=True)
    process.start()
    try:
        wait_for_port(order.port)
        yield FakeSlack(f"http://127.0.0.1:{order.port}")
    finally:
        process.terminate()
        process.join(_END)
        process.kill()


def _pid(process: ForkServerProcess) -> int:
    return process.pid or 0


def _resident_kib(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    return 0
