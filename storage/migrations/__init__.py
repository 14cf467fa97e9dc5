"""The tables' history. `upgrade` brings a database to HEAD inside the transaction of its caller."""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0007"


class NewerDatabase(Exception):
    """The database was made by a newer Balcony. The text is a plain sentence."""


def upgrade(connection: Connection) -> None:
    """Bring the tables to HEAD. Alembic is imported only where there is something to do, for it is slow to start."""
    version = _version(connection)
    if version == HEAD:
        return
    if version and not list((Path(__file__).parent / "versions").glob(f"{version}_*.py")):
        raise NewerDatabase(
            f"DATABASE_URL names a database of a newer Balcony (tables {version}, this one knows {HEAD})."
        )
    from alembic import command

    command.upgrade(_config(connection), "head")


def downgrade(connection: Connection) -> None:
    """Take every table away. For the migration check."""
    from alembic import command

    command.downgrade(_config(connection), "base")


def _config(connection: Connection) -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    return config


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
