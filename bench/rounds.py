"""What is measured, and in which order.

The machine is noisy, so the servers take turns in short rounds, and each round
begins with another server.
"""

from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from jobs import Job, Kind, Result, finish, run, start
from servers import Launch, Server, free_port, last_lines, log_of, running

CLIENTS = 32
STEADY_RATE = 50
START_LIMIT = 30

Item = TypeVar("Item")


@dataclass(frozen=True)
class Plan:
    """How much: `requests` at 32 clients in each round, `seconds` of steady load on Balcony."""

    rounds: int
    starts: int
    requests: int
    seconds: float
    members: list[str]

    @property
    def single(self) -> int:
        """Requests in each round of one client, which is about eight times slower."""
        return max(20, self.requests // 8)

    def steady_seconds(self, launch: Launch) -> float:
        """The yardsticks do nothing that could stall, so a third tells enough."""
        return self.seconds if launch.keeps_words else max(5.0, self.seconds / 3)


@dataclass
class Figures:
    """What came of one server: every round's value by measure, and every failure."""

    name: str
    values: dict[str, list[float]] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    failed: int = 0

    def add(self, **values: float) -> None:
        for measure, value in values.items():
            self.values.setdefault(measure, []).append(value)


class Bench:
    """One run over all servers; `figures` fills as it goes."""

    def __init__(self, plan: Plan, launches: list[Launch], logs: Path) -> None:
        self.plan = plan
        self.launches = launches
        self.logs = logs
        self.figures = {launch.name: Figures(launch.name) for launch in launches}
        self.number = 0

    def run(self) -> list[Figures]:
        """Starts first, then load on servers that stay up. A server that cannot start is left out."""
        for turn in range(self.plan.starts):
            for launch in in_turn(self.startable(), turn):
                self.measure_start(launch)
        with ExitStack() as stack:
            servers = [stack.enter_context(running(launch, self.logs)) for launch in self.startable()]
            self.measure_load([server for server in servers if self.answers(server)])
        return list(self.figures.values())

    def startable(self) -> list[Launch]:
        return [launch for launch in self.launches if not self.figures[launch.name].failed]

    def measure_start(self, launch: Launch) -> None:
        """Seconds from the start of its process to its first right answer."""
        # The generator tries already when the server's process begins, so its own start costs nothing.
        port = free_port()
        job = self.job(launch, port, "first", count=10_000, limit=START_LIMIT)
        generator = start(job)
        with running(launch, self.logs, port) as server:
            result = self.note(server, finish(generator, job))
        if result.answered:
            self.figures[launch.name].add(start_s=result.answered_at - server.started)

    def answers(self, server: Server) -> bool:
        """Wait for the first answer, then warm it up."""
        first = self.job(server.launch, server.port, "first", count=10_000, limit=START_LIMIT)
        if not self.note(server, run(first)).answered:
            return False
        self.closed(server, clients=4, count=max(100, self.plan.requests // 10))
        return True

    def measure_load(self, servers: list[Server]) -> None:
        for turn in range(self.plan.rounds):
            for server in in_turn(servers, turn):
                self.measure_single(server)
                self.measure_many(server)
        for server in servers:
            self.measure_steady(server)
        for server in servers:
            self.figures[server.launch.name].add(peak_mib=server.peak_mib())

    def measure_single(self, server: Server) -> None:
        result, _ = self.closed(server, clients=1, count=self.plan.single)
        self.figures[server.launch.name].add(p50_1=result.p50, p99_1=result.p99)

    def measure_many(self, server: Server) -> None:
        result, cpu = self.closed(server, clients=CLIENTS, count=self.plan.requests)
        self.figures[server.launch.name].add(
            p50_32=result.p50,
            p99_32=result.p99,
            per_second_32=result.per_second,
            cpu_32=cpu,
            generator_cpu_32=result.generator_cpu_ms,
        )

    def measure_steady(self, server: Server) -> None:
        seconds = self.plan.steady_seconds(server.launch)
        count = int(seconds * STEADY_RATE)
        result, cpu = self.load(server, "steady", count=count, rate=STEADY_RATE, limit=seconds + 15)
        self.figures[server.launch.name].add(
            steady_answered=result.answered,
            steady_p50=result.p50,
            steady_p99=result.p99,
            steady_p999=result.p999,
            steady_max=result.max,
            steady_late=result.late,
            steady_cpu=cpu,
        )

    def closed(self, server: Server, clients: int, count: int) -> tuple[Result, float]:
        return self.load(server, "closed", clients=clients, count=count)

    def load(self, server: Server, kind: Kind, **terms: Any) -> tuple[Result, float]:
        """The result, and the server's CPU milliseconds for each answer."""
        before = server.cpu_ms()
        result = self.note(server, run(self.job(server.launch, server.port, kind, **terms)))
        return result, (server.cpu_ms() - before) / max(1, result.answered)

    def job(self, launch: Launch, port: int, kind: Kind, **terms: Any) -> Job:
        """A job with numbers that no other job of this run has."""
        first = self.number
        self.number += terms["count"]
        return Job(kind, port, self.plan.members, first, keeps_words=launch.keeps_words, **terms)

    def note(self, server: Server, result: Result) -> Result:
        figures = self.figures[server.launch.name]
        figures.failed += result.failed
        figures.failures += result.failures
        if result.failed and not result.answered:
            figures.failures.append(f"it printed:\n{last_lines(log_of(server.launch, self.logs))}")
        return result


def in_turn(items: list[Item], turn: int) -> list[Item]:
    """The same items, beginning with another one each turn."""
    shift = turn % len(items) if items else 0
    return items[shift:] + items[:shift]
