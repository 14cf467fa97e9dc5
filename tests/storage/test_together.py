"""Events that wait at the same moment share one write to the disk, and none of them notices."""

import asyncio

import pytest

from bot.chat import Refusal
from storage import deliveries
from storage.db import Database, Db
from tests.storage import rows
from tests.storage.rows import NOW


def noting(key: str, error: Exception | None = None, heard: asyncio.Event | None = None):  # type: ignore[no-untyped-def]
    async def work(db: Db) -> str:
        assert await deliveries.first_time(db, key, NOW)
        if heard:
            await heard.wait()
        if error:
            raise error
        return key

    return work


async def test_each_gets_its_own_result(database: Database) -> None:
    """A hundred at once, every third fails: the others are kept, and each hears what became of its own."""
    works = [noting(f"k{n}", ZeroDivisionError(str(n)) if n % 3 == 0 else None) for n in range(100)]
    results = await asyncio.gather(*(database.run(work) for work in works), return_exceptions=True)
    for number, result in enumerate(results):
        if number % 3 == 0:
            assert isinstance(result, ZeroDivisionError)
            assert str(result) == str(number)
        else:
            assert result == f"k{number}"
    async with database.transaction() as db:
        for number in range(100):
            assert await deliveries.first_time(db, f"k{number}", NOW) is (number % 3 == 0)


async def test_who_goes_away_harms_nobody(database: Database) -> None:
    """Somebody who waits no more: the others are served, and the next."""
    first = asyncio.Event()
    blocked = asyncio.create_task(database.run(noting("first", heard=first)))
    others = [asyncio.create_task(database.run(noting(key))) for key in ("gone", "stays")]
    await asyncio.sleep(0)
    others[0].cancel()
    first.set()
    assert await blocked == "first"
    assert await others[1] == "stays"
    with pytest.raises(asyncio.CancelledError):
        await others[0]
    assert await database.run(noting("next")) == "next"


async def test_a_transaction_that_is_cut_short_leaves_nothing(database: Database) -> None:
    """Cancelled in the middle, as when the process is told to stop: undone, and the connection is good again."""
    reached = asyncio.Event()

    async def stuck() -> None:
        async with database.transaction() as db:
            await rows.programme(db)
            reached.set()
            await asyncio.Event().wait()

    for _ in range(6):  # more often than there are connections
        reached.clear()
        task = asyncio.create_task(stuck())
        await reached.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    async with database.transaction() as db:
        await rows.programme(db)


async def test_a_refusal_undoes_its_own_work_alone(database: Database) -> None:
    """What was refused may come again as if for the first time."""
    results = await asyncio.gather(
        database.run(noting("a")), database.run(noting("b", Refusal("no"))), return_exceptions=True
    )
    assert results[0] == "a"
    assert isinstance(results[1], Refusal)
    assert await database.run(noting("b")) == "b"
