"""Balcony reads what people work on, without its encoder: the portraits are made by hand."""

import struct
from typing import Protocol

from bot.app import Balcony
from bot.handlers import portraits
from bot.matching.recipe import everybodys_topics, version_here
from storage import issues, own_topics
from storage.db import Database
from tests.conftest import Clock

LIKELY = ("childhood_obesity", "food", "physical_activity", "walking", "parks_nature")


class Here(Protocol):
    """A world, or the stage of the goldens."""

    @property
    def database(self) -> Database: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def balcony(self) -> Balcony: ...


async def reads(here: Here, *likely: str, deliver: bool = True) -> int:
    """Make the portraits that are missing: these topics are the likeliest. Then Balcony says what it has to say.

    Gives how many portraits were kept.
    """
    async with here.database.transaction() as db:
        todo = await issues.bare(db, version_here(), 50)
        own = await own_topics.accepted(db, todo[0].programme_id) if todo else []
    topics = [*(topic.id for topic in everybodys_topics().all), *(called.id for called in own)]
    order = likely or LIKELY
    shares = [0.9 - order.index(topic) / 10 if topic in order else 0.01 for topic in topics]
    made = [(one, (_portrait(shares, one.words), frozenset[str]())) for one in todo]
    kept = await portraits.keep(here.database, made, own, here.clock()) if made else 0
    if deliver:
        await here.balcony.tick()
    return kept


def _portrait(shares: list[float], words: str) -> bytes:
    says_something = any(sign.isalnum() for sign in words)
    return struct.pack(f"<{len(shares) + 1}e", *(share * says_something for share in (*shares, 0.1)))
