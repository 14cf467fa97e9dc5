"""A claim reads the rows that it takes, and few besides: also where PostgreSQL has not counted anything yet."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import event

from bot.chat import Channel, Pace, say
from bot.domain.kind import Kind
from storage import claims, lanes, outbox
from storage.db import Database
from storage.models import Method
from storage.outbox import Saying
from tests.storage.rows import LEASE, NOW, programme

PACES = {"slack": Pace(300, 1.0)}
WORKSPACES, EACH = 20, 50


async def test_whose_turn_it_is_is_found_by_index(new_postgres: Database) -> None:
    """A thousand messages were put just now: one row is read for each workspace."""
    await fan_out(new_postgres)
    assert await rows_read(new_postgres, "SELECT lane.") <= 3 * WORKSPACES


async def test_what_is_claimed_is_found_by_index(new_postgres: Database) -> None:
    """Ten messages are taken: each is looked at, and its own place."""
    await fan_out(new_postgres)
    assert await rows_read(new_postgres, "WITH ready") <= 10 * 10


async def fan_out(database: Database) -> None:
    async with database.transaction() as db:
        for workspace in range(WORKSPACES):
            home = await programme(db, f"T{workspace}")
            places = [Channel("slack", f"T{workspace}", f"C{number}") for number in range(EACH)]
            sayings = [
                Saying(f"{to.workspace}:{to.channel}", to, say("Did you meet?"), Kind.MET, home.id) for to in places
            ]
            await outbox.put_all(db, sayings, NOW)


async def rows_read(database: Database, beginning: str) -> int:
    """By the statement that begins like this, when a worker takes ten messages of one workspace."""
    heard: list[tuple[str, Any]] = []

    def hear(_c: object, _k: object, statement: str, parameters: Any, _x: object, _many: object) -> None:
        heard.append((statement, parameters))

    event.listen(database.engine.sync_engine, "before_cursor_execute", hear)
    async with database.transaction() as db:
        [turn] = await lanes.turns(db, Method.SAY, PACES, NOW + timedelta(seconds=1), 1)
        await claims.claim(db, turn.lane, NOW + timedelta(seconds=1), "w", 10, lease=LEASE, spacing=1.0)
    event.remove(database.engine.sync_engine, "before_cursor_execute", hear)
    [(statement, parameters)] = [one for one in heard if one[0].startswith(beginning)]
    async with database.transaction() as db:
        explained = await db.connection.exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", parameters)
        [plan] = explained.scalar_one()
        return read(plan["Plan"])


def read(node: Mapping[str, Any]) -> int:
    """All rows that the scans of this part of a plan looked at."""
    removed = sum(node.get(name, 0) for name in ("Rows Removed by Filter", "Rows Removed by Index Recheck"))
    own = (node["Actual Rows"] + removed) * node["Actual Loops"] if "Relation Name" in node else 0
    return int(own) + sum(read(part) for part in node.get("Plans", ()))
