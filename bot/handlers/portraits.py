"""Portraits of what members work on, made in the background: nobody who writes an issue waits for the encoder."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from bot.handlers import topics
from bot.matching import recipe
from storage import issues, members, own_topics
from storage.db import Database
from storage.issues import Bare, Mark
from storage.models import Programme
from storage.own_topics import Called

AT_ONCE = 50  # issues, half a second of work; a process that is told to stop waits for no more

Portrait = tuple[bytes, frozenset[str]]


class _Overtaken(Exception):
    """The programme's topics were changed while portraits were made."""


async def paint(database: Database, now: datetime, after: Mark | None) -> tuple[int, Mark | None]:
    """Some of the issues that have no portrait of this version: how many were kept, and where to go on; None if done.

    Whoever has just written one is asked what it is about. The encoder works in a thread of its own, and no transaction is open meanwhile.
    """
    version = recipe.version_here()
    async with database.transaction() as db:
        todo = await issues.bare(db, version, AT_ONCE, after)
        if not todo:
            return 0, None
        home = await db.session.get_one(Programme, todo[0].programme_id)
        own = await own_topics.accepted(db, home.id)
        names = await members.names_of_places(db, home)
    made = await asyncio.to_thread(_painted, [one.words for one in todo], own, names)
    try:
        return await keep(database, list(zip(todo, made, strict=True)), own, now), todo[-1].mark
    except _Overtaken:
        return 0, after


async def keep(database: Database, made: Sequence[tuple[Bare, Portrait]], own: Sequence[Called], now: datetime) -> int:
    """Portraits of this version, made with those topics besides everybody's: how many were kept."""
    async with database.transaction() as db:
        kept = [one for one, portrait in made if await issues.paint(db, one, recipe.version_here(), *portrait)]
        # Asked when the rows are locked: a decision that comes after this has them all painted anew.
        if await own_topics.accepted(db, made[0][0].programme_id) != own:
            raise _Overtaken
        for one in sorted(kept, key=lambda one: one.written_at):
            await topics.ask(db, one, now)
        return len(kept)


def _painted(texts: Sequence[str], own: Sequence[Called], names: Sequence[str]) -> list[Portrait]:
    """In a thread. NumPy comes when there is something to paint."""
    from bot.matching.painters import painter_with  # noqa: PLC0415
    from bot.matching.statement import packed  # noqa: PLC0415

    painter = painter_with(topics.own_list(own))
    rows = painter.portraits(texts, names)
    return [(packed(row), painter.mentioned(text, names)) for row, text in zip(rows, texts, strict=True)]
