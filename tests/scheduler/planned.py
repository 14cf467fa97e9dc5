"""What the tests of time have in common: the jobs without the courier, and what they put into the outbox."""

from datetime import datetime

from sqlalchemy import select
from sqlmodel import col

from bot.platforms.local.listen import Someone
from bot.scheduler import Did, run_due
from storage import members
from storage.models import Member, Outbox
from tests.conftest import World


async def does(world: World, moment: str | datetime) -> list[Did]:
    """The clock moves, and every job runs."""
    if isinstance(moment, str):
        world.clock.moves_to(moment)
    else:
        world.clock.now = moment
    return await run_due(world.database, world.clock())


async def planned(world: World, kind: str, someone: Someone | None = None) -> list[str]:
    """The local dates that messages of that kind have, in order; one that was skipped has a cross."""
    rows = await messages(world, kind)
    mine = {one.id for one in await _all_of(world, someone)} if someone else None
    return [
        f"{row.key.rpartition(':')[2]}{' ×' if row.error.startswith('skipped:') else ''}"
        for row in rows
        if mine is None or row.member_id in mine
    ]


async def messages(world: World, kind: str) -> list[Outbox]:
    async with world.database.transaction() as db:
        found = select(Outbox).where(col(Outbox.key).startswith(f"{kind}:")).order_by(col(Outbox.key))
        rows = (await db.session.execute(found)).scalars().all()
    return sorted(rows, key=lambda row: row.key.rpartition(":")[2])


async def member(world: World, someone: Someone) -> Member:
    [one] = await _all_of(world, someone)
    return one


async def settings(someone: Someone, **answers: str) -> str:
    """They change these of their settings, and keep their consents."""
    await someone.types("/balcony settings")
    return await someone.fills(**answers)


async def _all_of(world: World, someone: Someone) -> list[Member]:
    async with world.database.transaction() as db:
        return list(await members.memberships(db, someone.person))
