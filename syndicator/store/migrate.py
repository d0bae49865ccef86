"""Bringing a database to the newest schema."""

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from syndicator.errors import StoreError
from syndicator.store.database import UTF8, Database
from syndicator.store.durability import keeps_every_character
from syndicator.store.schema_version import MIGRATIONS


def migrate(database: Database) -> None:
    """Runs every migration that is missing, in one transaction; does nothing when none is.

    Another process that migrates at the same time waits, and finds it done.
    Errors: StoreError for a database that cannot keep every character: it would take no release later.
    """
    with database.write() as connection:
        database.hold_alone(connection)
        if not keeps_every_character(connection):
            raise StoreError("the database is not in UTF-8", fix=UTF8)
        command.upgrade(config_of(connection), "head")


def config_of(connection: Connection) -> Config:
    """What Alembic's commands take, to work on this connection."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config
