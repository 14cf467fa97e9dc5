"""What the database does for one thing that Balcony does: every statement of it, planned and run once more by EXPLAIN."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.db import Database, Db

_EXPLAINED = re.compile(r"\s*(SELECT|UPDATE|DELETE|WITH)\b", re.IGNORECASE)
_BIG = 5_000  # rows; reading a smaller table from end to end is no harm, and often the fastest

Plan = dict[str, Any]


class _TakenBack(Exception):
    pass


@dataclass
class Measured:
    """One thing that Balcony does, at one size. `whole` are tables that were read from end to end."""

    name: str
    milliseconds: float = 0.0
    database_milliseconds: float = 0.0
    statements: int = 0
    rows: int = 0
    indexes: set[str] = field(default_factory=set)
    whole: set[str] = field(default_factory=set)


async def measured(database: Database, name: str, do: Callable[[], Awaitable[object]], times: int = 5) -> Measured:
    """Done a few times, of which the fastest counts; then each of its statements is explained, and undone."""
    found = Measured(name, min([await _timed(do) for _ in range(times)]))
    async with _heard(database) as statements:
        await do()

    async def explain(db: Db) -> None:
        for statement, parameters in statements:
            await _explain(db.connection, statement, parameters, found)

    await undone(database, explain)
    return found


async def undone(database: Database, do: Callable[[Db], Awaitable[object]]) -> None:
    """Do it and take it back, so that every size is measured on the same rows."""
    with suppress(_TakenBack):
        async with database.transaction() as db:
            await do(db)
            await db.session.flush()
            raise _TakenBack


async def _timed(do: Callable[[], Awaitable[object]]) -> float:
    start = perf_counter()
    await do()
    return (perf_counter() - start) * 1000


async def _explain(connection: AsyncConnection, statement: str, parameters: Any, found: Measured) -> None:
    result = await connection.exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", parameters)
    [explained] = result.scalar_one()
    found.statements += 1
    found.database_milliseconds += explained["Execution Time"] + explained["Planning Time"]
    for node in _nodes(explained["Plan"]):
        _note(node, found)


def _note(node: Plan, found: Measured) -> None:
    if "Index Name" in node:
        found.indexes.add(str(node["Index Name"]))
    if "Relation Name" not in node or not node["Node Type"].endswith("Scan"):
        return
    removed = sum(node.get(name, 0) for name in ("Rows Removed by Filter", "Rows Removed by Index Recheck"))
    rows = int((node["Actual Rows"] + removed) * node["Actual Loops"])
    found.rows += rows
    if node["Node Type"] == "Seq Scan" and rows > _BIG:
        found.whole.add(str(node["Relation Name"]))


def _nodes(plan: Plan) -> list[Plan]:
    return [plan, *(node for part in plan.get("Plans", ()) for node in _nodes(part))]


@asynccontextmanager
async def _heard(database: Database) -> AsyncIterator[list[tuple[str, Any]]]:
    """What is sent to the database meanwhile; inserts apart, for they read nothing."""
    statements: list[tuple[str, Any]] = []

    def note(_c: object, _k: object, statement: str, parameters: Any, _x: object, many: bool) -> None:
        if _EXPLAINED.match(statement) and not many:
            statements.append((statement, parameters))

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(database.engine.sync_engine, "before_cursor_execute", note)
