"""A process of its own that writes a lot: several writers side by side, each message in its own transaction."""

import asyncio
import sys

from bot.chat import Person, say
from bot.domain.kind import Kind
from storage import outbox, programmes
from storage.db import Database
from storage.keys import KeyRing
from tests.storage.rows import NOW


async def write(url: str, key: str, name: str) -> None:
    database = Database(url, KeyRing((key,)))

    async def one(writer: int) -> None:
        for number in range(40):
            async with database.transaction() as db:
                [home] = await programmes.all_of_them(db)
                said = f"{name}:{writer}:{number}"
                await outbox.put(
                    db, said, Person("slack", "T1", said), say(said), NOW, kind=Kind.WITNESSED, programme_id=home.id
                )

    await asyncio.gather(*(one(writer) for writer in range(4)))
    await database.close()


if __name__ == "__main__":
    asyncio.run(write(*sys.argv[1:]))
