"""Bringing a database to the newest schema."""

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from syndicator.store.database import Database
from syndicator.store.schema_version import MIGRATIONS


def migrate(database: Database) -> None:
    """Runs every migration that is missing, in one transaction; does nothing when none is."""
    with database.write() as connection:
        command.upgrade(config_of(connection), "head")


def config_of(connection: Connection) -> Config:
    """What Alembic's commands take, to work on this connection."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config
