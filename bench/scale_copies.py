"""A programme that was lived once, copied by the database itself: every row with ids, people and workspaces of its own."""

import asyncio
from dataclasses import dataclass

from sqlalchemy import Column, Table, text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import SQLModel

import storage.models  # noqa: F401  fills the metadata
from storage.db import Database

PER_WORKSPACE = 10  # programmes
_IN_ORDER = {"outbox", "commitment"}  # their ids begin with the moment they were made
_OF_ONE = {"user", "channel", "address", "conversation", "key"}  # one copy's own; empty stays empty


@dataclass(frozen=True)
class Size:
    """What a table takes on disk, with its indexes."""

    table: str
    rows: int
    table_bytes: int
    index_bytes: int


def tables() -> list[Table]:
    """Each after those that it refers to."""
    return list(SQLModel.metadata.sorted_tables)


async def keep_original(database: Database) -> None:
    """What stands in the tables now is what will be copied."""
    async with database.engine.begin() as connection:
        await connection.execute(text("CREATE SCHEMA original"))
        for table in tables():
            name = _quoted(table.name)
            await connection.execute(text(f"CREATE TABLE original.{name} AS SELECT * FROM public.{name}"))


async def copy(database: Database, first: int, last: int) -> None:
    """Copies number `first` to `last`."""
    async with database.engine.begin() as connection:
        for table in tables():
            await connection.execute(text(_insert(table)), {"first": first, "last": last})
    await refresh(database)


async def refresh(database: Database) -> None:
    """The planner knows what is there, and dead rows are gone."""
    async with database.engine.connect() as connection:
        plain = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await plain.execute(text("VACUUM ANALYZE"))


async def sizes(database: Database) -> list[Size]:
    async with database.engine.connect() as connection:
        return [await _size(connection, table.name) for table in tables()]


async def written(database: Database) -> tuple[float, float, float]:
    """Rows inserted, rows changed or deleted, and bytes of the write-ahead log, since the database was made."""
    await asyncio.sleep(2)  # each connection tells its figures once a second
    await database.engine.dispose()
    async with database.engine.connect() as connection:
        counted = "SELECT sum(n_tup_ins), sum(n_tup_upd + n_tup_del) FROM pg_stat_user_tables"
        inserted, changed = (await connection.execute(text(counted))).one()
        log = (await connection.execute(text("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn"))).scalar_one()
    return float(inserted), float(changed), float(log)


async def _size(connection: AsyncConnection, name: str) -> Size:
    query = text(
        f"SELECT (SELECT count(*) FROM {_quoted(name)}), pg_table_size(:table), pg_indexes_size(:table)"
    ).bindparams(table=f"public.{_quoted(name)}")
    return Size(name, *(await connection.execute(query)).one())


def _insert(table: Table) -> str:
    columns = list(table.columns)
    names = ", ".join(_quoted(column.name) for column in columns)
    values = ", ".join(_value(table, column) for column in columns)
    return (
        f"INSERT INTO public.{_quoted(table.name)} ({names}) SELECT {values} "
        f"FROM original.{_quoted(table.name)}, generate_series(CAST(:first AS integer), CAST(:last AS integer)) AS number ON CONFLICT DO NOTHING"
    )


def _value(table: Table, column: "Column[object]") -> str:
    name = _quoted(column.name)
    if column.foreign_keys:
        return _id(name, next(iter(column.foreign_keys)).column.table.name)
    if column.name == "id":
        return _id(name, table.name)
    if column.name == "workspace":
        return f"'T' || lpad((number / {PER_WORKSPACE})::text, 6, '0')"
    if column.name in _OF_ONE:
        return f"CASE {name} WHEN '' THEN '' ELSE {name} || '-' || number END"
    return name


def _id(name: str, of: str) -> str:
    if of in _IN_ORDER:
        return f"left({name}, 16) || left(md5({name} || number), 16)"
    return f"md5({name} || number)"


def _quoted(name: str) -> str:
    return f'"{name}"'
