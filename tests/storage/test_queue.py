"""What is asked at every beat, and by whoever looks at the queue, is found by index: the outbox only ever grows."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, text

from storage import outbox, queue
from storage.db import Database, Db
from tests.conftest import london

NOW = london("2026-11-26 16:00")
ASKED: dict[str, Callable[[Db], Awaitable[object]]] = {
    "texts to forget": lambda db: outbox.forget_sent(db, NOW - timedelta(days=30)),
    "the queue": lambda db: queue.overview(db, NOW),
    "what is due on each platform": lambda db: queue.due_by_platform(db, NOW),
    "who rests": lambda db: queue.resting(db, NOW),
    "what a host may want to see": lambda db: queue.listed(db, queue.Chosen.OPEN, 20),
    "one message": lambda db: queue.by_hand(db, "k"),
    "how far it has come": lambda db: queue.progress(db, "p", NOW, 20),
    "how long it takes": lambda db: queue.time_left(db, "local", "demo", NOW),
    "what could not be said": lambda db: outbox.trouble(db, "p", NOW - timedelta(days=14)),
}


@pytest.mark.parametrize("name", ASKED)
async def test_the_outbox_is_not_read_from_end_to_end(sqlite: Database, name: str) -> None:
    """No statement of it scans the table itself."""
    for statement, parameters in await statements(sqlite, ASKED[name]):
        async with sqlite.transaction() as db:
            plan = await db.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            steps = [str(row[-1]) for row in plan.all()]
        assert not [step for step in steps if step == "SCAN outbox"], steps


async def statements(database: Database, do: Callable[[Db], Awaitable[object]]) -> list[tuple[str, Any]]:
    """What it asks the database."""
    heard: list[tuple[str, Any]] = []

    def note(_c: object, _k: object, statement: str, parameters: Any, _x: object, _m: bool) -> None:
        heard.append((statement, parameters))

    async with database.transaction() as db:
        await db.session.execute(text("SELECT 1"))
        event.listen(database.engine.sync_engine, "before_cursor_execute", note)
        await do(db)
        event.remove(database.engine.sync_engine, "before_cursor_execute", note)
    assert heard
    return heard
