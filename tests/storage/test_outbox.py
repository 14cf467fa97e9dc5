"""The outbox's shape: one row for one thing to say, one worker for one row, and honest words about what became of it."""

import asyncio
from datetime import timedelta

from bot.chat import Channel, Person, say
from storage import outbox
from storage.db import Database, Db
from storage.models import Outbox, OutboxState
from tests.storage import rows
from tests.storage.rows import LATER, NOW, SOON, by_key, claim, put


async def test_a_key_is_said_once(database: Database) -> None:
    """The first message with a key stays; a second is not kept, not even once the first was sent."""
    async with database.transaction() as db:
        home = await rows.programme(db)
        to = Channel("slack", "T1", "C1")
        assert await outbox.put(db, "k", to, say("first"), NOW, programme_id=home.id)
        assert not await outbox.put(db, "k", to, say("second"), NOW, programme_id=home.id)
    await _send_all(database)
    async with database.transaction() as db:
        assert not await outbox.put(db, "k", to, say("third"), NOW, programme_id=home.id)
        row = await outbox.by_key(db, "k")
        assert row is not None
        assert outbox.message_of(db, row) == say("first")
        assert outbox.address_of(row) == to


async def test_the_same_key_from_many_at_once_is_one_row(database: Database) -> None:
    """However many transactions say it side by side, exactly one has said it."""
    async with database.transaction() as db:
        home = await rows.programme(db)

    async def one() -> bool:
        async with database.transaction() as db:
            return await outbox.put(db, "k", Person("slack", "T1", "U1"), say("x"), NOW, programme_id=home.id)

    assert sum(await asyncio.gather(*(one() for _ in range(8)))) == 1
    assert len(await claim(database)) == 1


async def test_no_two_workers_get_the_same(database: Database) -> None:
    """Workers that claim side by side share what is due; each gets at most what it asked for, the oldest first."""
    await put(database, *(f"k{number:02}" for number in range(40)))
    shares = await asyncio.gather(*(claim(database, f"worker {name}", limit=7) for name in range(4)))
    taken = [row.key for share in shares for row in share]
    assert len(taken) == len(set(taken))
    assert all(len(share) <= 7 for share in shares)
    for share in shares:
        assert [row.key for row in share] == sorted(row.key for row in share)
    assert len(taken) + len(await claim(database, "the rest")) == 40


async def test_what_is_not_due_yet_waits(database: Database) -> None:
    """A message is claimed from its moment on, not before."""
    await put(database, "k", at=SOON)
    assert await claim(database, at=SOON - timedelta(microseconds=1)) == []
    assert [row.key for row in await claim(database, at=SOON)] == ["k"]


async def test_a_claim_that_is_let_go_is_claimed_again(database: Database) -> None:
    """Before the lease has run out nobody gets it; after it somebody else does, for nothing was sent."""
    await put(database, "k")
    await claim(database, "gone", at=NOW)
    assert await claim(database, "other", at=NOW + outbox.LEASE) == []
    assert [row.key for row in await claim(database, "other", at=LATER)] == ["k"]
    async with database.transaction() as db:
        assert await outbox.abandoned(db, LATER) == []


async def test_a_request_that_is_let_go_is_unsure(database: Database) -> None:
    """Nobody claims it again, however late; it is settled once, as unsure."""
    await put(database, "k")
    [row] = await claim(database, "gone", at=NOW)
    async with database.transaction() as db:
        assert await outbox.begin_sending(db, row, NOW)
        assert await outbox.abandoned(db, NOW + outbox.LEASE) == []
    assert await claim(database, "other", at=LATER) == []
    async with database.transaction() as db:
        assert [gone.key for gone in await outbox.abandoned(db, LATER)] == ["k"]
        assert await outbox.abandoned(db, LATER) == []
    assert await claim(database, "other", at=LATER + timedelta(days=30)) == []
    assert (await by_key(database, "k")).state == OutboxState.UNSURE


async def test_only_the_one_who_has_it_may_begin(database: Database) -> None:
    """Once somebody else has claimed it, or it has begun, the slower one is told no."""
    await put(database, "k")
    [slow] = await claim(database, "slow", at=NOW)
    [quick] = await claim(database, "quick", at=LATER)
    async with database.transaction() as db:
        assert not await outbox.begin_sending(db, slow, LATER)
        assert await outbox.begin_sending(db, quick, LATER)
        assert not await outbox.begin_sending(db, quick, LATER)
        await outbox.failed(db, slow, "the slow one has no say")
    assert (await by_key(database, "k")).state == OutboxState.SENDING
    assert (await by_key(database, "k")).tries == 1


async def test_a_late_word_that_it_arrived_counts(database: Database) -> None:
    """Settled as unsure, then its worker comes back and says it was sent: it was sent."""
    await put(database, "k")
    [row] = await claim(database, at=NOW)
    async with database.transaction() as db:
        await outbox.begin_sending(db, row, NOW)
    async with database.transaction() as db:
        await outbox.abandoned(db, LATER)
    async with database.transaction() as db:
        await outbox.sent(db, row, LATER, "C1:7")
    settled = await by_key(database, "k")
    assert (settled.state, settled.platform_id, settled.error) == (OutboxState.SENT, "C1:7", "")


async def test_a_workspace_rests_alone(database: Database) -> None:
    """Everything due for it waits, also messages to persons; another workspace does not."""
    await put(database, "channel", to=Channel("slack", "T1", "C1"))
    await put(database, "person", to=Person("slack", "T1", "U1"))
    await put(database, "other", to=Channel("slack", "T2", "C1"))
    await put(database, "teams", to=Channel("teams", "T1", "C1"))
    async with database.transaction() as db:
        await outbox.rest(db, "slack", "T1", LATER)
    assert {row.key for row in await claim(database)} == {"other", "teams"}
    assert {row.key for row in await claim(database, at=LATER)} >= {"channel", "person"}


async def test_what_failed_can_be_put_back(database: Database) -> None:
    """Only what certainly failed, never what was sent or may have been."""
    await put(database, "failed", "unsure", "sent")
    for row in await claim(database):
        async with database.transaction() as db:
            await _becomes(db, row, row.key)
    async with database.transaction() as db:
        done = {key: await outbox.retry_failed(db, key, LATER) for key in ("failed", "unsure", "sent", "unknown")}
    assert done == {"failed": True, "unsure": False, "sent": False, "unknown": False}
    assert [row.key for row in await claim(database, at=LATER)] == ["failed"]


async def test_who_left_gets_nothing_more(database: Database) -> None:
    """What was not begun is dropped, for that member alone; also what failed after they had left."""
    async with database.transaction() as db:
        home = await rows.programme(db)
        ben, cleo = await rows.member(db, home, "ben"), await rows.member(db, home, "cleo")
    await put(database, "under way", to=Person("slack", "T1", "ben"), of=ben)
    [under_way] = await claim(database)
    async with database.transaction() as db:
        await outbox.begin_sending(db, under_way, SOON)
    await put(database, "claimed", to=Person("slack", "T1", "ben"), of=ben)
    await claim(database)
    await put(database, "due", to=Person("slack", "T1", "ben"), of=ben)
    await put(database, "hers", to=Person("slack", "T1", "cleo"), of=cleo)
    async with database.transaction() as db:
        (await db.session.get_one(type(ben), ben.id)).left_at = SOON
        await outbox.drop_unsent(db, ben.id)
        assert [await outbox.by_key(db, key) for key in ("claimed", "due")] == [None, None]
    async with database.transaction() as db:
        await outbox.again(db, under_way, SOON, "busy")
        await outbox.drop_left(db)
    assert [row.key for row in await claim(database, at=LATER)] == ["hers"]


async def test_what_follows_is_held_back(database: Database) -> None:
    """Messages to the same place wait behind the one that could not go, in their order; other places do not."""
    here, there = Person("slack", "T1", "U1"), Person("slack", "T1", "U2")
    await put(database, "first", "second", to=here)
    first, *_ = await claim(database)
    await put(database, "third", to=here, at=SOON)
    await put(database, "elsewhere", to=there)
    await claim(database, limit=1)
    async with database.transaction() as db:
        await outbox.begin_sending(db, first, SOON)
        await outbox.again(db, first, LATER, "busy")
        await outbox.hold(db, first, LATER)
    assert await claim(database, "other") == []
    assert (await by_key(database, "elsewhere")).state == OutboxState.CLAIMED
    again = [row.key for row in await claim(database, at=LATER + timedelta(seconds=1), worker="other")]
    assert [key for key in again if key != "elsewhere"] == ["first", "second", "third"]


async def test_who_stops_gives_back(database: Database) -> None:
    """What a worker has claimed and not begun is due for the others at once; what others have stays theirs."""
    await put(database, "k1", "k2")
    await claim(database, "stops", limit=1)
    await claim(database, "goes on", limit=1)
    async with database.transaction() as db:
        await outbox.release(db, "stops")
    assert [row.key for row in await claim(database, "other")] == ["k1"]


async def test_trouble_is_what_the_channel_does_not_hear(database: Database) -> None:
    """Failed, unsure, or waiting because of an error; not what was sent, is due, is old, personal or another programme's."""
    async with database.transaction() as db:
        home = await rows.programme(db)
    await put(database, "sent", "due", "waits", "failed", "unsure")
    await put(database, "personal", to=Person("slack", "T1", "U1"))
    await put(database, "old", at=NOW - timedelta(days=20))
    for row in await claim(database):
        async with database.transaction() as db:
            await _becomes(db, row, row.key)
    async with database.transaction() as db:
        found = [row.key for row in await outbox.trouble(db, home.id, NOW - timedelta(days=14))]
        assert found == ["unsure", "failed", "waits"]
        assert not list(await outbox.trouble(db, "another programme", NOW - timedelta(days=14)))


async def test_old_texts_are_forgotten(database: Database) -> None:
    """Once old, what was sent loses its text, and what was private and never will be; what may go again does not.

    The key still keeps the message from being said again.
    """
    await put(database, "due", "sent", "failed")
    await put(database, "unsure", "private", to=Person("slack", "T1", "U1"))
    for row in await claim(database):
        async with database.transaction() as db:
            await _becomes(db, row, row.key)
    async with database.transaction() as db:
        assert await outbox.forget_sent(db, NOW) == 0
        assert await outbox.forget_sent(db, LATER) == 3
        assert await outbox.forget_sent(db, LATER) == 0
    keys = ("due", "sent", "failed", "unsure", "private")
    emptied = {key for key in keys if (await by_key(database, key)).payload_sealed is None}
    assert emptied == {"sent", "unsure", "private"}
    await put(database, "sent")
    assert {row.key for row in await claim(database, at=LATER + outbox.LEASE)} == {"due"}


async def _send_all(database: Database) -> None:
    for row in await claim(database):
        async with database.transaction() as db:
            assert await outbox.begin_sending(db, row, SOON)
            await outbox.sent(db, row, SOON, "1")


async def _becomes(db: Db, row: Outbox, what: str) -> None:
    """Send it, with that result; what is to stay due is not begun."""
    if what == "due":
        return
    assert await outbox.begin_sending(db, row, SOON)
    if what == "sent":
        await outbox.sent(db, row, SOON, "1")
    elif what == "waits":
        await outbox.again(db, row, LATER, "busy")
    elif what == "unsure":
        await outbox.unsure(db, row, "unknown")
    else:
        await outbox.failed(db, row, "archived")
