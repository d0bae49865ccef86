"""Which schema a database has, and which one this version needs. Without Alembic: 5 MB that no worker has to hold."""

from functools import cache
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, inspect, text

from syndicator.errors import StoreError

MIGRATIONS: Final = Path(__file__).parent / "migrations"
_TABLE: Final = "alembic_version"


@cache
def newest() -> str:
    """The revision of the last migration: its file's name begins with it."""
    names = [path.name for path in (MIGRATIONS / "versions").glob("[0-9]*.py")]
    if not names:
        message = f"{MIGRATIONS} holds no migration; install Syndicator anew"
        raise StoreError(message)
    return max(names).partition("_")[0]


def current(connection: Connection) -> str | None:
    """The revision of the database; nothing if it was never migrated."""
    if not inspect(connection).has_table(_TABLE):
        return None
    found = sorted(connection.execute(text(f"SELECT version_num FROM {_TABLE}")).scalars())
    return ", ".join(found) or None


def lacking(found: str | None) -> str:
    """What to do about a database of that revision; nothing if it is the newest."""
    if found == newest():
        return ""
    if found is not None and found > newest():
        return f"the database has schema {found}, of a newer version than this one ({newest()}): install that version"
    return f"the database has schema {found or 'none'}, this version needs {newest()}: run syndicator migrate"
