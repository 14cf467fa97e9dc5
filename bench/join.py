"""Joins people to the bench's programme through the bot's own form: python bench/join.py USER …"""

import asyncio
import sys

from signed import CHANNEL, TEAM

from bot import handlers
from bot.app import open_database, utc_now
from bot.chat import Event, Kind, Message, Person
from bot.config import read_settings


async def join(users: list[str]) -> None:
    answers: dict[str, str | tuple[str, ...]] = {"issue": "measuring", "organisation": "Bench", "sector": "other"}
    async with open_database(read_settings()) as database:
        for user in users:
            event = Event(Kind.FORM, "join", Person("slack", TEAM, user), f"bench:join:{user}", CHANNEL, "", answers)
            answer = await handlers.answer(event, database, utc_now())
            if not isinstance(answer, Message):
                raise SystemExit(f"{user} could not join: {answer}")


if __name__ == "__main__":
    asyncio.run(join(sys.argv[1:]))
