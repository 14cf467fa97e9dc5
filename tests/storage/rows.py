"""Rows for the storage tests, in few words: a programme and its members, straight in the tables."""

from datetime import UTC, datetime, time, timedelta

from bot.chat import Channel, Pace, Person, say
from bot.domain.kind import Kind
from storage import claims, lanes, outbox, programmes
from storage.db import Database, Db
from storage.models import Commitment, Member, Method, Outbox, Programme, Reflection

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
SOON = NOW + timedelta(minutes=1)
LEASE = timedelta(seconds=60)
LATER = NOW + LEASE + timedelta(minutes=1, seconds=1)  # every lease taken now has run out


async def programme(db: Db, workspace: str = "T1", channel: str = "C1", platform: str = "slack") -> Programme:
    row = Programme(
        platform=platform, workspace=workspace, channel=channel, name=f"{workspace} {channel}", timezone="Europe/London",
        weekly_weekday=3, weekly_time=time(16), round_every_weeks=2, round_weekday=1, round_time=time(9, 30),
        round_size=2, created_at=NOW,
    )  # fmt: skip
    db.session.add(row)
    await db.session.flush()
    return row


async def member(db: Db, of: Programme, user: str = "U1", issue: str = "") -> Member:
    row = Member(
        programme_id=of.id, platform=of.platform, workspace=of.workspace, user=user, timezone=of.timezone,
        weekly_weekday=3, weekly_time=time(16), joined_at=NOW,
    )  # fmt: skip
    db.seal(row, "issue", issue)
    db.session.add(row)
    await db.session.flush()
    return row


async def commitment(db: Db, of: Member, what: str = "ring the school nurse") -> Commitment:
    row = Commitment(member_id=of.id, created_at=NOW)
    db.seal(row, "what", what)
    db.session.add(row)
    await db.session.flush()
    return row


async def reflection(db: Db, of: Member, body: str) -> Reflection:
    row = Reflection(member_id=of.id, written_at=NOW)
    db.seal(row, "body", body)
    db.session.add(row)
    await db.session.flush()
    return row


async def put(
    database: Database, *keys: str, to: Channel | Person | None = None, of: Member | None = None, at: datetime = NOW
) -> None:
    """Messages in the outbox, all due at once, in this order; each to a channel of its own unless something else is said."""
    async with database.transaction() as db:
        homes = await programmes.all_of_them(db)
        programme_id = (homes[0] if homes else await programme(db)).id
        for number, key in enumerate(keys):
            await outbox.put(
                db, key, to or Channel("slack", "T1", f"C-{key}"), say(key), at + timedelta(microseconds=number),
                kind=Kind.WITNESSED, programme_id=programme_id, member_id=of.id if of else None, due_at=at,
            )  # fmt: skip


async def claim(
    database: Database, worker: str = "one", at: datetime = SOON, limit: int = 100, spacing: float = 0
) -> list[Outbox]:
    """What a worker takes in every lane that has its turn."""
    paces = {name: Pace(spacing=spacing) for name in ("slack", "teams")}
    async with database.transaction() as db:
        taken: list[Outbox] = []
        for turn in await lanes.turns(db, Method.SAY, paces, at, limit):
            taken += await claims.claim(db, turn.lane, at, worker, limit - len(taken), lease=LEASE, spacing=spacing)
            lanes.taken(turn, paces[turn.lane.platform], len(taken), at)
        return taken


async def by_key(database: Database, key: str) -> Outbox:
    async with database.transaction() as db:
        row = await outbox.by_key(db, key)
    assert row is not None, f"there is no {key} in the outbox"
    return row
