"""Myron Rogers' maxims, on request."""

from datetime import datetime

from bot.chat import Answer, Bold, Event, note, say, text
from bot.content import catalogue
from storage.db import Db


async def all_six(event: Event, db: Db, now: datetime) -> Answer:
    maxims = catalogue().maxims
    return say(*(text(Bold(f"{maxim.number}. {maxim.text}")) for maxim in maxims), note(f"{maxims[0].credit}"))
