"""Many processes on one SQLite file, with backups beside them: `PYTHONPATH=. python bench/locked.py --seconds 60`.

Four processes answer people, each with several at once, and do what time asks for, while another copies the file in both
of SQLite's ways and reads all of it. Nobody may ever hear that the database is locked, nothing that was called kept may be
missing, and every copy must open. Ends with 1 if one of that was broken. The file lies in TMPDIR: let that be a real disk.
"""

import argparse
import asyncio
import json
import os
import secrets
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from load import percentile

from bot import handlers
from bot.app import Balcony, utc_now
from bot.chat import Answer, Event, Kind, Message, Person
from bot.domain.programme_file import read
from bot.handlers.programme import bring_in
from bot.platforms.local.outbound import LocalPlatform
from bot.platforms.local.render import as_text
from storage.db import Database
from storage.keys import KeyRing, new_key
from tests.conftest import programme

PROCESSES, CLIENTS, MEMBERS = 4, 8, 40
P99 = 200.0  # ms; the goal for a write, said and not judged: a disk of others' decides it
FAILED = ("went wrong", "could not")


@dataclass
class Heard:
    """What one process was told. `retries`: how often the database was locked for longer than anybody should wait."""

    kept: list[str] = field(default_factory=list)
    pages: int = 0
    writes: list[float] = field(default_factory=list)
    reads: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    retries: int = 0
    passes: int = 0


def main() -> int:
    options = _options()
    if options.work:
        print(json.dumps(asdict(asyncio.run(_answer_people(*options.work)))))
        return 0
    if options.copy:
        print(json.dumps(_copy(*options.copy)))
        return 0
    print(
        f"locked: seed {options.seed}, {PROCESSES} processes, {CLIENTS} people at once each, {options.seconds} s",
        flush=True,
    )
    with tempfile.TemporaryDirectory(prefix="balcony-locked-") as folder:
        path, key = Path(folder) / "balcony.db", new_key()
        asyncio.run(_begin(path, key))
        orders = [[str(path), key, str(options.seconds), str(options.seed + n)] for n in range(PROCESSES)]
        began = time.monotonic()
        processes = [_start("--work", *order) for order in orders] + [_start("--copy", str(path), str(options.seconds))]
        ended = [one.communicate(timeout=options.seconds + 120)[0] for one in processes]
        took = time.monotonic() - began
        if any(one.returncode for one in processes):
            print("a process of the bench itself has failed", file=sys.stderr)
            return 1
        heard, copies = [Heard(**json.loads(one)) for one in ended[:-1]], json.loads(ended[-1])
        return 0 if _tell(path, heard, copies, took) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=_bounded, default=60, help="of load (60; at most 300)")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000), help="run it again as it was")
    parser.add_argument("--work", nargs=4, help=argparse.SUPPRESS)
    parser.add_argument("--copy", nargs=2, help=argparse.SUPPRESS)
    return parser.parse_args()


def _bounded(text: str) -> int:
    return min(max(int(text), 1), 300)


def _start(*arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen([sys.executable, __file__, *arguments], stdout=subprocess.PIPE, text=True)


async def _begin(path: Path, key: str) -> None:
    """The tables, a programme, and its members."""
    database = Database(f"sqlite+aiosqlite:///{path}", KeyRing((key,)))
    await database.migrate()
    async with database.transaction() as db:
        await bring_in(db, read(programme()), utc_now())
    said = {"issue": "measuring", "organisation": "Bench", "sector": "other"}
    for number in range(MEMBERS):
        await handlers.answer(
            Event(Kind.FORM, "join", _person(number), f"join:{number}", "our-move", "", said), database, utc_now()
        )
    await database.close()


# --- a process that answers people -----------------------------------------------------------------


async def _answer_people(path: str, key: str, seconds: str, seed: str) -> Heard:
    heard, until = Heard(), time.monotonic() + float(seconds)
    database = Database(f"sqlite+aiosqlite:///{path}", KeyRing((key,)))
    balcony = Balcony(database, {"local": LocalPlatform()}, utc_now)
    clients = [_client(database, heard, until, Random(f"{seed}:{n}"), f"{seed}:{n}") for n in range(CLIENTS)]
    await asyncio.gather(*clients, _passes(balcony, heard, until))
    await database.close()
    return heard


async def _client(database: Database, heard: Heard, until: float, chance: Random, name: str) -> None:
    """Writes most of the time, reads now and then."""

    async def sleep(pause: float) -> None:
        heard.retries += 1
        await asyncio.sleep(pause)

    number = 0
    while time.monotonic() < until:
        number += 1
        kind = chance.random()
        words = f"thing {name}:{number}"
        command, text = (
            ("/commit", words) if kind < 0.7 else ("/reflect", words) if kind < 0.85 else ("/commit", "list")
        )
        event = Event(Kind.COMMAND, command, _person(chance.randrange(MEMBERS)), f"{name}:{number}", "our-move", text)
        began = time.monotonic()
        answer = await handlers.answer(event, database, utc_now(), sleep=sleep)
        took = (time.monotonic() - began) * 1000
        _note(heard, text, command, answer, took)
        await asyncio.sleep(chance.uniform(0, 0.02))


def _note(heard: Heard, words: str, command: str, answer: Answer, took: float) -> None:
    said = as_text(answer) if isinstance(answer, Message) else ""
    if not said or any(word in said for word in FAILED):
        heard.failures.append(said or "nothing")
    elif words == "list":
        heard.reads.append(took)
    else:
        heard.writes.append(took)
        if command == "/commit":
            heard.kept.append(words)
        else:
            heard.pages += 1


async def _passes(balcony: Balcony, heard: Heard, until: float) -> None:
    """What time asks for, all the while, as `serve` does it."""
    while time.monotonic() < until:
        await balcony.tick()
        heard.passes += 1
        await asyncio.sleep(0.5)


def _person(number: int) -> Person:
    return Person("local", "demo", f"u{number}")


# --- a process that copies -------------------------------------------------------------------------


def _copy(path: str, seconds: str) -> dict[str, object]:
    """Copies in SQLite's two ways, in turn, and a reader that takes its time: how many, and which did not open."""
    until, made, broken = time.monotonic() + float(seconds), Counter[str](), []
    ways: list[Callable[[str, str], None]] = [_backup, _vacuum, _export]
    while time.monotonic() < until:
        for way in ways:
            copy = f"{path}.copy"
            try:
                way(path, copy)
                if Path(copy).exists() and not _opens(copy):
                    broken.append(f"{way.__name__}: does not open")
            except sqlite3.Error as error:
                broken.append(f"{way.__name__}: {error}")
            made[way.__name__.strip("_")] += 1
            Path(copy).unlink(missing_ok=True)
            time.sleep(0.3)
    return {"made": dict(made), "broken": broken}


def _backup(path: str, copy: str) -> None:
    """As the sqlite3 program's .backup does it, a few pages at a time."""
    with closing(sqlite3.connect(path, timeout=30)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target, pages=500, sleep=0.001)


def _vacuum(path: str, copy: str) -> None:
    with closing(sqlite3.connect(path, timeout=30)) as source:
        source.execute("VACUUM INTO ?", (copy,))


def _export(path: str, _: str) -> None:
    with _reading(path) as connection:
        for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            for _row in connection.execute(f'SELECT * FROM "{table}"'):
                pass


@contextmanager
def _reading(path: str) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)) as connection:
        yield connection


def _opens(copy: str) -> bool:
    with _reading(copy) as connection:
        return bool(connection.execute("PRAGMA integrity_check").fetchone() == ("ok",))


# --- what came of it -------------------------------------------------------------------------------


def _tell(path: Path, heard: list[Heard], copies: dict[str, object], took: float) -> bool:
    """Print it; whether every promise held."""
    writes = sorted(one for each in heard for one in each.writes)
    reads = sorted(one for each in heard for one in each.reads)
    kept, pages = [words for each in heard for words in each.kept], sum(each.pages for each in heard)
    failures = [one for each in heard for one in each.failures]
    retries, broken = sum(each.retries for each in heard), copies["broken"]
    with _reading(str(path)) as connection:
        rows = [
            connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("commitment", "reflection")
        ]
        whole = connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    print(f"  {datetime.now(UTC):%Y-%m-%d}; SQLite {sqlite3.sqlite_version}, load after {os.getloadavg()[0]:.1f}")
    print(
        f"  {len(writes):,} writes and {len(reads):,} reads in {took:.0f} s, {sum(each.passes for each in heard)} passes"
    )
    print(f"  a write: p50 {percentile(writes, 0.5):.1f} ms, p99 {percentile(writes, 0.99):.1f} ms (goal {P99:.0f}), "
          f"longest {percentile(writes, 1):.0f} ms")  # fmt: skip
    print(f"  by process, longest: {', '.join(f'{max(each.writes, default=0):.0f} ms' for each in heard)}")
    print(f"  copies: {copies['made']}")
    promises = {
        "told that it failed": failures,
        "waited longer than SQLite waits": [str(retries)] * bool(retries),
        "copies that failed or do not open": broken,
        "called kept and not there, or there and not called kept": _difference([len(kept), pages], rows),
        "the file is damaged": [] if whole else ["yes"],
    }
    for promise, found in promises.items():
        print(f"  {promise:<58} {len(found):>6}{': ' + '; '.join(found[:3]) if found else ''}")  # type: ignore[arg-type, index]
    return not any(promises.values())


def _difference(said: list[int], rows: list[int]) -> list[str]:
    return [] if said == rows else [f"said {said}, there {rows}"]


if __name__ == "__main__":
    sys.exit(main())
