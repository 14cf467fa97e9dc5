"""One worker for one row; at one place one message at a time, in order; and what nobody knows stays known as that."""

import asyncio
from datetime import timedelta

import pytest

from bot.chat import Channel, Person
from storage import claims
from storage.db import Database
from storage.models import Lane, Outbox, OutboxState
from tests.storage.rows import LEASE, NOW, SOON, by_key, claim, put

QUARANTINE = timedelta(minutes=2)
OVER = NOW + LEASE + timedelta(microseconds=1)  # a lease taken now has just run out
HERE, THERE = Person("slack", "T1", "U1"), Person("slack", "T1", "U2")


async def expire(database: Database, at: object) -> list[str]:
    async with database.transaction() as db:
        return [row.key for row in await claims.expire(db, at, lease=LEASE, quarantine=QUARANTINE)]  # type: ignore[arg-type]


async def looked_up(database: Database, at: object) -> list[Outbox]:
    """What a worker may look up in the lane of T1."""
    async with database.transaction() as db:
        lane = await db.session.get_one(Lane, ("slack", "T1", "look"))
        return list(await claims.claim_ambiguous(db, lane, at, 100, lease=LEASE))  # type: ignore[arg-type]


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


async def test_one_at_a_time_at_one_place(database: Database) -> None:
    """The next one goes when the one before is settled, whoever asks; other places wait for nothing."""
    await put(database, "first", "second", to=HERE)
    await put(database, "elsewhere", to=THERE)
    [first, elsewhere] = await claim(database, "one")
    assert (first.key, elsewhere.key) == ("first", "elsewhere")
    assert await claim(database, "two") == []
    async with database.transaction() as db:
        await claims.sent(db, first, SOON, "1")
    assert [row.key for row in await claim(database, "two")] == ["second"]


async def test_a_place_rests_between_two(database: Database) -> None:
    """A second in between, counted from the last try, also where several workers are at it."""
    await put(database, "first", "second", to=HERE)
    [first] = await claim(database, spacing=1.0)
    async with database.transaction() as db:
        await claims.sent(db, first, SOON, "1")
    assert await claim(database, "two", at=SOON + timedelta(seconds=0.99), spacing=1.0) == []
    assert [row.key for row in await claim(database, "two", at=SOON + timedelta(seconds=1.01), spacing=1.0)] == [
        "second"
    ]


async def test_answers_go_before_broadcasts(database: Database) -> None:
    """The most urgent first, whenever it was put."""
    await put(database, "weekly", "answer", at=NOW)
    row = await by_key(database, "weekly")
    async with database.transaction() as db:
        (await db.session.get_one(Outbox, row.id)).urgency = 2
    assert [row.key for row in await claim(database, limit=1)] == ["answer"]


async def test_a_worker_that_is_gone_leaves_it_ambiguous(database: Database) -> None:
    """Nobody claims it again; when the quarantine is over it may be looked up, by one at a time."""
    await put(database, "k")
    await claim(database, "gone", at=NOW)
    assert await expire(database, NOW + LEASE) == []
    assert await expire(database, OVER) == ["k"]
    assert await expire(database, OVER) == []
    row = await by_key(database, "k")
    assert (row.state, row.unclear) == (OutboxState.AMBIGUOUS, 1)
    assert await claim(database, at=OVER + timedelta(days=30)) == []
    assert await looked_up(database, OVER + QUARANTINE - timedelta(microseconds=1)) == []
    assert [row.key for row in await looked_up(database, OVER + QUARANTINE)] == ["k"]
    assert await looked_up(database, OVER + QUARANTINE) == []
    assert [row.key for row in await looked_up(database, OVER + QUARANTINE + LEASE)] == ["k"]


async def test_a_clock_that_is_put_back_keeps_nothing_for_ever(database: Database) -> None:
    """A lease that nobody can have at this hour has run out."""
    await put(database, "k", at=NOW)
    await claim(database, "gone", at=NOW + timedelta(hours=1))
    assert await expire(database, NOW) == ["k"]


async def test_a_clock_that_jumps_ahead_shortens_no_quarantine(database: Database) -> None:
    """The request is still under way when the clock jumps by an hour: two minutes are left from then on."""
    await put(database, "k")
    await claim(database, "still there", at=NOW)
    jumped = NOW + timedelta(hours=1)
    assert await expire(database, jumped) == ["k"]
    assert await looked_up(database, jumped + QUARANTINE - timedelta(seconds=1)) == []


async def test_a_late_word_that_it_arrived_counts(database: Database) -> None:
    """Thought ambiguous, or even due again, then its worker comes back and says it was sent: it was sent."""
    for key, then in (("k1", claims.settled), ("k2", None)):
        await put(database, key)
        [row] = await claim(database, at=NOW)
        await expire(database, OVER)
        async with database.transaction() as db:
            if then:
                await then(db, row, "nobody knew")
            else:
                await claims.not_there(db, row, OVER, known=False)
            await claims.sent(db, row, OVER, "C1:7")
        settled = await by_key(database, key)
        assert (settled.state, settled.platform_id, settled.error) == (OutboxState.SENT, "C1:7", "")
    assert await claim(database, at=OVER) == []


@pytest.mark.parametrize("what", ["again", "ambiguous", "failed", "postponed"])
async def test_nobody_speaks_for_a_claim_that_another_has(database: Database, what: str) -> None:
    """A worker held up for minutes has no say over the next claim of the same message, even if it is its own."""
    await put(database, "k")
    [old] = await claim(database, "slow", at=NOW)
    await expire(database, OVER)
    async with database.transaction() as db:
        await claims.not_there(db, old, OVER, known=True)
    slow = Outbox.model_validate(old.model_dump())
    [_] = await claim(database, "slow", at=OVER)
    async with database.transaction() as db:
        if what == "failed":
            await claims.failed(db, slow, "no say")
        elif what == "postponed":
            await claims.postponed(db, slow, OVER, "no say")
        else:
            await getattr(claims, what)(db, slow, OVER, "no say")
    assert (await by_key(database, "k")).state == OutboxState.CLAIMED


async def test_what_follows_is_held_back(database: Database) -> None:
    """Messages to the same place wait behind the one that could not go, in their order; other places do not."""
    await put(database, "first", "second", to=HERE)
    await put(database, "elsewhere", to=THERE)
    first, _ = await claim(database)
    until = SOON + timedelta(minutes=5)
    async with database.transaction() as db:
        await claims.again(db, first, until, "busy")
        await claims.hold(db, first, until)
    await put(database, "other", to=Channel("slack", "T1", "C9"))
    assert [row.key for row in await claim(database)] == ["other"]
    order = []
    for _ in range(2):
        [row] = await claim(database, at=until)
        async with database.transaction() as db:
            await claims.sent(db, row, until, "1")
        order.append(row.key)
    assert order == ["first", "second"]


async def test_a_dead_place_fails_as_one(database: Database) -> None:
    """The channel is archived: what waits for it fails with the first, so that nobody asks there again and again."""
    await put(database, "first", "second", to=HERE)
    await put(database, "elsewhere", to=THERE)
    first, _ = await claim(database)
    async with database.transaction() as db:
        await claims.failed(db, first, "archived", "1 enabler")
        await claims.fail_place(db, first, "archived", "1 enabler")
    for key in ("first", "second"):
        row = await by_key(database, key)
        assert (row.state, row.error, row.told) == (OutboxState.FAILED, "archived", "1 enabler")
    assert (await by_key(database, "elsewhere")).state == OutboxState.CLAIMED


async def test_what_was_looked_up_and_is_not_there_is_known(database: Database) -> None:
    """Then it carries no doubt any more; what nobody can know does."""
    for key, known, unclear in (("k1", True, 0), ("k2", False, 1)):
        await put(database, key)
        [row] = await claim(database, at=NOW)
        async with database.transaction() as db:
            await claims.ambiguous(db, row, OVER, "unknown")
            await claims.not_there(db, row, OVER, known=known)
        found = await by_key(database, key)
        assert (found.state, found.unclear) == (OutboxState.DUE, unclear)
        async with database.transaction() as db:
            await claims.sent(db, found, OVER, "1")


async def test_of_two_requests_one_stays_unclear(database: Database) -> None:
    """One request was unclear, the next one arrived: of one nobody knows. Found by a look-up, that one is known as well."""
    await put(database, "said", "found")
    for row in await claim(database):
        async with database.transaction() as db:
            await claims.ambiguous(db, row, SOON, "unknown")
    said, found = await by_key(database, "said"), await by_key(database, "found")
    async with database.transaction() as db:
        await claims.arrived(db, [claims.Arrived(said, SOON, "1", said.unclear)])
        await claims.sent(db, found, SOON, "2")
    assert [(await by_key(database, key)).unclear for key in ("said", "found")] == [1, 0]
