"""Databases that have the newest schema already: a test process runs the migrations once, and each test has a copy."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from syndicator.store.database import Database
from syndicator.store.migrate import migrate
from tests.servers.postgres import PostgresServer

_TEMPLATE: Final = "migrated"


def migrated_file(path: Path) -> str:
    """A new SQLite file at that path; its address for SQLAlchemy."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_file())
    return f"sqlite:///{path}"


def migrated_database(server: PostgresServer) -> str:
    """A new database on that server; its address for SQLAlchemy."""
    return server.create_database(server.template(_TEMPLATE, _migrate))


@cache
def _file() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "migrated.db"
        _migrate(f"sqlite:///{path}")
        assert list(Path(folder).iterdir()) == [path], "all of it is in this file, and none in a log beside it"
        return path.read_bytes()


def _migrate(url: str) -> None:
    database = Database(url)
    try:
        migrate(database)
    finally:
        database.dispose()
