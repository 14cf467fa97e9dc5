"""A round by the timetable: what is known is read, the plan made while no transaction is open, and then written at once."""

import asyncio
from datetime import datetime, timedelta

from bot.domain import rhythm
from bot.domain.kind import Kind
from bot.domain.rhythm import Turns
from bot.handlers import round, round_facts
from bot.handlers.round_facts import Planned
from storage import introductions, outbox, programmes
from storage.db import Database, Db
from storage.models import Programme

WINDOW = timedelta(hours=12)  # later than that it is left out
CLOCKS_CHANGED = "later: the clocks of its zone have changed"


async def make(database: Database, programme_id: str, now: datetime) -> str:
    """Make the round that is due, once; what came of it. Empty if somebody else has seen to it meanwhile."""
    async with database.transaction() as db:
        programme = await programmes.held(db, programme_id)
        if not _is_due(programme, now):
            return ""
        turns = _turns(programme, now)
        if turns.due is None:
            return await _moves_on(db, programme, turns, now)
        facts = await round_facts.gather(db, programme, now, turns.due)
    planned = await asyncio.to_thread(round.plan, facts)
    async with database.transaction() as db:
        return await _written(db, programme_id, planned, now)


async def _written(db: Db, programme_id: str, planned: Planned, now: datetime) -> str:
    on = planned.facts.on
    programme = await programmes.held(db, programme_id)
    turns = _turns(programme, now)
    if not _is_due(programme, now) or turns.due != on:
        return ""
    await _moves_on(db, programme, turns, now)
    if await introductions.round_on(db, programme, on):
        return "nothing: that day has had its round"
    made = await round.write(db, programme, planned, now)
    return made.why_not or f"{made.groups} introductions"


def _is_due(programme: Programme, now: datetime) -> bool:
    return programme.next_round_at is not None and programme.next_round_at <= now


def _turns(programme: Programme, now: datetime) -> Turns:
    on = programme.next_round_on or rhythm.local_date(programme.next_round_at or now, programme.timezone)
    every = programme.round_every_weeks
    return rhythm.turns(on, now, programme.round_time, programme.timezone, every, window=WINDOW)


async def _moves_on(db: Db, programme: Programme, turns: Turns, now: datetime) -> str:
    """The next date is planned, and those that were missed are noted."""
    programmes.set_round(programme, turns.following, now)
    late = f"skipped: more than {WINDOW // timedelta(hours=1)} hours late"
    for day in turns.missed:
        await outbox.skip(
            db, f"round:{programme.id}:{day}", programmes.channel_of(programme), late, now,
            kind=Kind.INTRODUCTION, programme_id=programme.id,
        )  # fmt: skip
    return late if turns.missed else CLOCKS_CHANGED
