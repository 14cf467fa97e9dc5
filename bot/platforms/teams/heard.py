"""Who was heard from where: kept of those that Balcony may have to write to, and written down only when it changes."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import datetime

from bot.chat import Address, Person
from bot.handlers import missed
from storage import contacts
from storage.contacts import Reached
from storage.db import Database, Db
from storage.models import Contact

MOST = 10_000  # addresses
_log = logging.getLogger(__name__)


class Heard:
    """Notes contacts. What is known stays in memory, so that most activities cost no write."""

    def __init__(self, database: Database, clock: Callable[[], datetime], *, most: int = MOST) -> None:
        """`most`: how many addresses it remembers."""
        self._database = database
        self._clock = clock
        self._most = most
        self._known: dict[Address, Reached] = {}
        self._turn = asyncio.Lock()

    async def note(self, found: Mapping[Address, Reached], *, always: bool = False) -> None:
        """Keep what is new of members and channels, and let what waited for these people to write come now.

        `always`: they may have become a member with this, so what is in memory may not be kept yet, or not any more.
        Never raises: what could not be noted is noted the next time.
        """
        async with self._turn:
            news = {one: reached for one, reached in found.items() if always or self._is_news(one, reached)}
            people = [one for one in found if isinstance(one, Person)]
            if not news and not people:
                return
            now = self._clock()

            async def work(db: Db) -> dict[Address, Reached]:
                known = await _note(db, news, now)
                for person in people:
                    await missed.comes_now(db, person, now)
                return known

            try:
                known = await self._database.run(work)
            except Exception as error:
                _log.warning("where somebody was heard from could not be noted: %s", type(error).__name__)
                return
            if len(self._known) + len(known) > self._most:
                self._known.clear()
            self._known |= known

    def _is_news(self, address: Address, reached: Reached) -> bool:
        before = self._known.get(address)
        return before is None or _together(before, reached) != before


async def _note(db: Db, news: Mapping[Address, Reached], now: datetime) -> dict[Address, Reached]:
    """Give what is known now."""
    known: dict[Address, Reached] = {}
    for address, reached in news.items():
        known[address] = _together(await contacts.of(db, address), reached)
        await contacts.note(db, address, known[address], now)
    return known


def _together(before: Contact | Reached | None, now: Reached) -> Reached:
    """Heard in a channel, somebody keeps the chat that is known; an activity without a name takes none away."""
    if before is None:
        return now
    place = before if before.conversation and not now.conversation else now
    return Reached(place.conversation, place.service_url, now.called or before.called, now.name or before.name)
