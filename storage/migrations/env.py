"""Alembic's entry: runs on the connection, and in the transaction, that storage.migrations.upgrade was given."""

from alembic import context
from sqlmodel import SQLModel

import storage.models  # noqa: F401  fills the metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,  # SQLite cannot alter most things in place
)
context.run_migrations()
