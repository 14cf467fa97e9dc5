"""How much memory `serve` needs with Slack, SQLite and the encoder, idle and through a round: `python bench/memory_round.py`.

500 members with real statements (bench/data) join; their portraits are made; then a round is due, and its introductions
are posted to a stub for Slack, those of the first minute. Ends with 1 when something did not happen, and with --check
also when the target was missed. Loopback only.
"""

import argparse
import asyncio
import csv
import itertools
import os
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import balcony
from servers import Server, running, wait_for_port
from signed import CHANNEL, TEAM
from sqlalchemy import Select, func, select, update
from sqlmodel import col

from bot import handlers
from bot.app import open_database, utc_now
from bot.chat import Event, Kind, Message, Person
from bot.config import read_settings
from bot.domain import kind
from bot.domain.rhythm import local_date
from storage import programmes
from storage.db import Database
from storage.models import Introduced, Issue, Outbox, OutboxState, Programme

TARGET = 256.0  # MiB
PAINTED, PLANNED, POSTING = 240.0, 120.0, 60.0  # seconds that each may take
DATA = Path(__file__).parent / "data"


async def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=500)
    parser.add_argument("--posting", type=float, default=POSTING, help="seconds of posting to watch (60)")
    parser.add_argument("--check", action="store_true", help="a missed target is a failure")
    options = parser.parse_args()
    people = min(max(options.people, 2), 5000)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="balcony-round-")))
        launch = stack.enter_context(balcony.prepared(folder, []))
        os.environ["DATABASE_URL"] = launch.environment["DATABASE_URL"]
        async with open_database(read_settings()) as database:
            await everybody_joins(database, people)
            server = stack.enter_context(running(launch, folder))
            wait_for_port(server.port, 30)
            fresh = server.peak_mib()
            await until(PAINTED, lambda: no_bare(database), "every issue has its portrait")
            painted, idle = server.peak_mib(), resident_mib(server)
            await round_is_due(database)
            await until(PLANNED, lambda: introduced(database, people), "everybody was introduced")
            planned = server.peak_mib()
            await asyncio.sleep(min(max(options.posting, 1), 600))
            posted, peak, rests = await posted_so_far(database), server.peak_mib(), resident_mib(server)
    print(
        f"{people} members, Slack, SQLite, resident MiB at its peak: started {fresh:.1f}, portraits made {painted:.1f},"
    )
    print(f"round planned {planned:.1f}, {posted} introductions posted {peak:.1f}  (target under {TARGET:.0f})")
    print(f"resident when idle: after the portraits {idle:.1f}, after the round {rests:.1f}")
    return 1 if not posted or (options.check and peak >= TARGET) else 0


async def everybody_joins(database: Database, people: int) -> None:
    texts = [row["text"] for file in sorted(DATA.glob("*.csv")) for row in csv.DictReader(file.open(encoding="utf-8"))]
    for number, text in enumerate(itertools.islice(itertools.cycle(texts), people), 1):
        answers: dict[str, str | tuple[str, ...]] = {
            "issue": text, "organisation": f"Organisation {number % 12}", "sector": "other", "consent": ("introductions",),
        }  # fmt: skip
        user = f"U{number:05d}"
        event = Event(Kind.FORM, "join", Person("slack", TEAM, user), f"join:{user}", CHANNEL, "", answers)
        assert isinstance(await handlers.answer(event, database, utc_now()), Message), user


async def until(seconds: float, holds: Callable[[], Awaitable[bool]], what: str) -> None:
    """Raises TimeoutError."""
    end = time.monotonic() + seconds
    while not await holds():
        if time.monotonic() > end:
            raise TimeoutError(f"not in {seconds:.0f} seconds: {what}")
        await asyncio.sleep(0.5)


async def no_bare(database: Database) -> bool:
    return not await counted(database, select(func.count()).select_from(Issue).where(col(Issue.painted_by) == ""))


async def introduced(database: Database, people: int) -> bool:
    return await counted(database, select(func.count()).select_from(Introduced)) == people


async def posted_so_far(database: Database) -> int:
    return await counted(
        database,
        select(func.count())
        .select_from(Outbox)
        .where(col(Outbox.kind) == kind.Kind.INTRODUCTION, col(Outbox.state) == OutboxState.SENT),
    )


async def counted(database: Database, query: Select[int]) -> int:
    async with database.transaction() as db:
        return (await db.session.execute(query)).scalar_one()


async def round_is_due(database: Database) -> None:
    """Now; what everybody was asked on joining goes before introductions, and was answered long ago in life."""
    async with database.transaction() as db:
        asked = (col(Outbox.kind) == kind.Kind.TOPICS) & (col(Outbox.state) == OutboxState.DUE)
        await db.session.execute(update(Outbox).where(asked).values(state=OutboxState.SETTLED, error="answered"))
        programme = (await db.session.execute(select(Programme))).scalar_one()
        due = utc_now() - timedelta(minutes=1)
        programme.timezone, programme.round_time = "UTC", due.time().replace(microsecond=0)
        programmes.set_round(programme, local_date(due, "UTC"), due)


def resident_mib(server: Server) -> float:
    for line in Path(f"/proc/{server.pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
