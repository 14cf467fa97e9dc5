"""The load generator: `python load.py JOB` does one job and prints its result.

Raw sockets, one C parser and no HTTP client, so that on two cores the server
has one to itself. Talks to 127.0.0.1 only, and stops by itself.
"""

import asyncio
import gc
import json
import math
import resource
import sys
import time
from collections.abc import Awaitable, Iterable
from dataclasses import asdict
from typing import cast

import httptools
import uvloop
from jobs import Job, Result
from signed import Commands

RETRY_SECONDS = 0.010
# More than arrive while a server stalls for a second at 50/s, and few enough that
# each is used before uvicorn closes it as idle after 5 s.
STEADY_CONNECTIONS = 64


class Connection(asyncio.Protocol):
    """One keep-alive connection, one request at a time; connects again when it was closed."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.transport: asyncio.Transport | None = None
        self.answer: asyncio.Future[tuple[int, bytes]] | None = None

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        """Status and body. Raises OSError when there is no connection or it breaks."""
        loop = asyncio.get_running_loop()
        if self.transport is None:
            await loop.create_connection(lambda: self, "127.0.0.1", self.port)
        assert self.transport is not None
        self.answer = loop.create_future()
        self.transport.write(request)
        return await self.answer

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.parser = httptools.HttpResponseParser(self)
        self.body = b""

    def data_received(self, data: bytes) -> None:
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserError as error:
            self.fail(ConnectionError(f"not HTTP: {error}"))

    def on_body(self, body: bytes) -> None:
        self.body += body

    def on_message_complete(self) -> None:
        body, self.body = self.body, b""
        if not self.parser.should_keep_alive():
            self.close()
        if self.answer is not None and not self.answer.done():
            self.answer.set_result((self.parser.get_status_code(), body))

    def connection_lost(self, error: Exception | None) -> None:
        self.transport = None
        self.fail(ConnectionError(f"connection lost: {error}"))

    def fail(self, error: Exception) -> None:
        self.close()
        if self.answer is not None and not self.answer.done():
            self.answer.set_exception(error)

    def close(self) -> None:
        if self.transport is not None:
            self.transport.close()
            self.transport = None


class Load:
    """Does one job and keeps what came of every command."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.commands = Commands(job.port, job.members, job.first)
        self.left = job.count
        self.times: list[float] = []
        self.failures: list[str] = []
        self.answered_at = 0.0
        self.late = 0.0

    async def closed(self) -> None:
        await gather_all(self.client() for _ in range(self.job.clients))

    async def client(self) -> None:
        connection = Connection(self.job.port)
        while self.left > 0:
            self.left -= 1
            await self.send(connection, since=time.monotonic())

    async def steady(self) -> None:
        """Times count from when a command was due, so a stall is paid by all that wait behind it.

        The timer adds up to 1 ms.
        """
        idle: asyncio.Queue[Connection] = asyncio.Queue()
        for _ in range(STEADY_CONNECTIONS):
            idle.put_nowait(Connection(self.job.port))
        start = time.monotonic() + 0.05
        sent = []
        for turn in range(self.job.count):
            due = start + turn / self.job.rate
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            self.late = max(self.late, time.monotonic() - due)
            sent.append(asyncio.create_task(self.send_by_any(idle, due)))
        await asyncio.gather(*sent)

    async def send_by_any(self, idle: "asyncio.Queue[Connection]", due: float) -> None:
        connection = await idle.get()
        await self.send(connection, since=due)
        idle.put_nowait(connection)

    async def first(self) -> None:
        """Only the last failure is kept: before the server listens, all of them are expected."""
        while not self.times:
            del self.failures[:-1]
            connection = Connection(self.job.port)
            await self.send(connection, since=time.monotonic())
            connection.close()
            await asyncio.sleep(RETRY_SECONDS)
        self.failures.clear()

    async def send(self, connection: Connection, since: float) -> None:
        command = self.commands.next()
        try:
            status, body = await connection.ask(command.request)
        except OSError as error:
            self.failures.append(str(error))
            return
        now = time.monotonic()
        if status != 200 or (self.job.keeps_words and command.words not in body):
            self.failures.append(f"HTTP {status}: {body[:200]!r}")
            return
        self.times.append((now - since) * 1000)
        self.answered_at = self.answered_at or now


async def gather_all(work: Iterable[Awaitable[None]]) -> None:
    await asyncio.gather(*work)


async def do(job: Job) -> Result:
    load = Load(job)
    print("ready", flush=True)
    started, cpu = time.monotonic(), cpu_ms()
    try:
        async with asyncio.timeout(job.limit):
            await getattr(load, job.kind)()
    except TimeoutError:
        last = f" Before that: {load.failures[-1]}" if load.failures else ""
        load.failures.append(f"not done after {job.limit:g} s.{last}")
    return summary(load, time.monotonic() - started, cpu_ms() - cpu)


def summary(load: Load, seconds: float, cpu: float) -> Result:
    times = sorted(load.times)
    unanswered = 0 if load.job.kind == "first" else load.job.count - len(times)
    return Result(
        answered=len(times),
        per_second=len(times) / seconds,
        p50=percentile(times, 0.5),
        p99=percentile(times, 0.99),
        p999=percentile(times, 0.999),
        max=percentile(times, 1),
        late=load.late * 1000,
        generator_cpu_ms=cpu / max(1, len(times)),
        answered_at=load.answered_at,
        failed=max(unanswered, len(load.failures)),
        failures=load.failures[-5:],
    )


def percentile(ordered: list[float], share: float) -> float:
    """Nearest rank; 0 of nothing."""
    return ordered[math.ceil(share * len(ordered)) - 1] if ordered else 0.0


def cpu_ms() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return (usage.ru_utime + usage.ru_stime) * 1000


def main() -> None:
    job = Job(**json.loads(sys.argv[1]))
    # A pause here would be read as a pause of the server; the job is bounded, so is the rubbish.
    gc.disable()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        result = runner.run(do(job))
    print(json.dumps(asdict(result)))


if __name__ == "__main__":
    main()
