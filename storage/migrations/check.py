"""Holds the migrations against the tables: run with 'python -m storage.migrations.check'.

Brings an empty SQLite database to HEAD and back, and fails if the tables and the models differ.
"""

import asyncio
import sys
import tempfile
from pathlib import Path
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection
from sqlmodel import SQLModel

import storage.models  # noqa: F401  fills the metadata
from storage import migrations
from storage.db import Database
from storage.keys import KeyRing, new_key


def differences(connection: Connection) -> list[Any]:
    """What the models have that the migrated tables have not, and the other way round."""
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, SQLModel.metadata))


async def check() -> list[Any]:
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite+aiosqlite:///{Path(folder) / 'check.db'}", KeyRing((new_key(),)))
        await database.migrate()
        async with database.engine.begin() as connection:
            found = await connection.run_sync(differences)
            await connection.run_sync(migrations.downgrade)
        await database.close()
        return found


if __name__ == "__main__":
    found = asyncio.run(check())
    for difference in found:
        print("models and migrations differ:", difference)
    print("migrations: " + ("they differ from the models" if found else "as the models, up and down"))
    sys.exit(bool(found))
