"""A process of its own that hears events: one JSON line each from standard input, all at once; prints the keys it answered."""

import asyncio
import json
import sys

from bot import handlers
from bot.chat import Event, Kind, Person
from storage.db import Database
from storage.keys import KeyRing
from tests.conftest import london

BEN = Person("local", "demo", "ben")


async def hear(url: str, key: str) -> None:
    database = Database(url, KeyRing((key,)))
    print("ready", flush=True)
    _, *lines = (await asyncio.to_thread(sys.stdin.read)).splitlines()
    now = london("2026-11-23 10:00")

    async def one(line: str) -> None:
        kind, name, key, words, answers = json.loads(line)
        event = Event(Kind(kind), name, BEN, key, "our-move", words, answers)
        if await handlers.answer(event, database, now) is not None:
            print(key, flush=True)

    await asyncio.gather(*map(one, lines))
    await database.close()


if __name__ == "__main__":
    asyncio.run(hear(*sys.argv[1:]))
