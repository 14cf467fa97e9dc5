"""The outbox's shape: one row for one thing to say, and honest words about what became of it."""

import asyncio
from datetime import timedelta

from bot.chat import Channel, Person, say
from bot.domain.kind import Kind
from storage import claims, outbox
from storage.db import Database, Db
from storage.models import Outbox
from storage.outbox import Saying
from tests.storage import rows
from tests.storage.rows import LATER, NOW, SOON, by_key, claim, put


async def test_a_key_is_said_once(database: Database) -> None:
    """The first message with a key stays; a second is not kept, not even once the first was sent."""
    async with database.transaction() as db:
        home = await rows.programme(db)
        to = Channel("slack", "T1", "C1")
        assert await outbox.put(db, "k", to, say("first"), NOW, kind=Kind.WITNESSED, programme_id=home.id)
        assert not await outbox.put(db, "k", to, say("second"), NOW, kind=Kind.WITNESSED, programme_id=home.id)
    await _send_all(database)
    async with database.transaction() as db:
        assert not await outbox.put(db, "k", to, say("third"), NOW, kind=Kind.WITNESSED, programme_id=home.id)
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
            return await outbox.put(
                db, "k", Person("slack", "T1", "U1"), say("x"), NOW, kind=Kind.WITNESSED, programme_id=home.id
            )

    assert sum(await asyncio.gather(*(one() for _ in range(8)))) == 1
    assert len(await claim(database)) == 1


async def test_many_are_put_at_once(database: Database) -> None:
    """Each once; one whose key is there already leaves that as it is, and the others are put."""
    async with database.transaction() as db:
        home = await rows.programme(db)
        to = Channel("slack", "T1", "C1")
        first, second = (Saying("k", to, say(text), Kind.WEEKLY, home.id) for text in ("first", "second"))
        await outbox.put_all(db, [first], NOW)
        await outbox.put_all(db, [second, Saying("other", to, say("other"), Kind.WEEKLY, home.id, due_at=SOON)], NOW)
        await outbox.put_all(db, [], NOW)
        assert await outbox.by_key(db, "other") is not None
        row = await outbox.by_key(db, "k")
        assert row is not None
        assert outbox.message_of(db, row) == say("first")
    assert {row.key for row in await claim(database)} == {"k"}


async def test_what_failed_can_be_put_back(database: Database) -> None:
    """Only what certainly failed, never what was sent or may have been."""
    await put(database, "failed", "ambiguous", "sent")
    for row in await claim(database):
        async with database.transaction() as db:
            await _becomes(db, row, row.key)
    async with database.transaction() as db:
        done = {key: await outbox.retry_failed(db, key, LATER) for key in ("failed", "ambiguous", "sent", "unknown")}
    assert done == {"failed": True, "ambiguous": False, "sent": False, "unknown": False}
    assert [row.key for row in await claim(database, at=LATER)] == ["failed"]


async def test_who_left_gets_nothing_more(database: Database) -> None:
    """What was not begun is dropped, for that member alone; what is under way is the gate's (tests/test_gate.py)."""
    async with database.transaction() as db:
        home = await rows.programme(db)
        ben, cleo = await rows.member(db, home, "ben"), await rows.member(db, home, "cleo")
    await put(database, "due", to=Person("slack", "T1", "ben"), of=ben)
    await put(database, "hers", to=Person("slack", "T1", "cleo"), of=cleo)
    async with database.transaction() as db:
        await outbox.drop_unsent(db, ben.id)
    assert [row.key for row in await claim(database, at=LATER)] == ["hers"]


async def test_trouble_is_what_the_channel_does_not_hear(database: Database) -> None:
    """Failed, ambiguous, or waiting because of an error; not what was sent, is due, is old, personal or another programme's."""
    async with database.transaction() as db:
        home = await rows.programme(db)
    await put(database, "sent", "due", "waits", "failed", "ambiguous")
    await put(database, "settled")
    await put(database, "personal", to=Person("slack", "T1", "U1"))
    await put(database, "old", at=NOW - timedelta(days=20))
    for row in await claim(database):
        async with database.transaction() as db:
            await _becomes(db, row, row.key)
    async with database.transaction() as db:
        found = [row.key for row in await outbox.trouble(db, home.id, NOW - timedelta(days=14))]
        assert found == ["ambiguous", "failed", "waits", "settled"]
        assert not list(await outbox.trouble(db, "another programme", NOW - timedelta(days=14)))


async def test_old_texts_are_forgotten(database: Database) -> None:
    """Once old, what was sent loses its text, and what was private and never will be; what may go again does not.

    The key still keeps the message from being said again.
    """
    await put(database, "due", "sent", "failed")
    await put(database, "settled", to=Person("slack", "T1", "U1"))
    await put(database, "private", to=Person("slack", "T1", "U2"))
    for row in await claim(database):
        async with database.transaction() as db:
            await _becomes(db, row, row.key)
    async with database.transaction() as db:
        assert await outbox.forget_sent(db, NOW) == 0
        assert await outbox.forget_sent(db, LATER) == 3
        assert await outbox.forget_sent(db, LATER) == 0
    keys = ("due", "sent", "failed", "settled", "private")
    emptied = {key for key in keys if (await by_key(database, key)).payload_sealed is None}
    assert emptied == {"sent", "settled", "private"}
    await put(database, "sent")
    assert {row.key for row in await claim(database, at=LATER + rows.LEASE)} == {"due"}


async def _send_all(database: Database) -> None:
    for row in await claim(database):
        async with database.transaction() as db:
            await claims.sent(db, row, SOON, "1")


async def _becomes(db: Db, row: Outbox, what: str) -> None:
    """That is what its sending came to; what is to stay due comes back as if nothing had been tried."""
    if what == "due":
        await claims.postponed(db, row, SOON, "")
    elif what == "sent":
        await claims.sent(db, row, SOON, "1")
    elif what == "waits":
        await claims.again(db, row, LATER, "busy")
    elif what == "ambiguous":
        await claims.ambiguous(db, row, LATER, "unknown")
    elif what == "settled":
        await claims.settled(db, row, "cancelled")
    else:
        await claims.failed(db, row, "archived")
