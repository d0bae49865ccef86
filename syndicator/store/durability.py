"""What the database does to keep what it was told to keep."""

import shutil
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, text

ROOM_BYTES: Final = 4_000_000
"""What SQLite's log grows to before it goes into the file, and what it needs to take the next release for sure."""

_SQLITE_FULL = 2


def lapses(connection: Connection) -> list[str]:
    """Settings under which a commit may not survive a power loss; none when all is well."""
    if connection.dialect.name == "sqlite":
        level = connection.execute(text("PRAGMA synchronous")).scalar_one()
        return [] if level >= _SQLITE_FULL else [f"PRAGMA synchronous is {level}, not FULL"]
    wanted = {"fsync": "on", "full_page_writes": "on"}
    found = {name: connection.execute(text(f"SHOW {name}")).scalar_one() for name in wanted}
    faults = [f"{name} is {value}" for name, value in found.items() if value != wanted[name]]
    commit = connection.execute(text("SHOW synchronous_commit")).scalar_one()
    return faults + ([f"synchronous_commit is {commit}"] if commit == "off" else [])


def takes_writes(connection: Connection) -> bool:
    """Whether PostgreSQL takes writes: a standby does not. SQLite refuses by itself to begin a writing transaction."""
    if connection.dialect.name == "sqlite":
        return True
    return bool(connection.execute(text("SHOW transaction_read_only")).scalar_one() == "off")


def has_room(connection: Connection) -> bool:
    """Whether SQLite's disk has room for its log. Of PostgreSQL's disk nobody is told: it refuses by itself."""
    if connection.dialect.name != "sqlite":
        return True
    try:
        return shutil.disk_usage(Path(connection.engine.url.database or "").parent).free >= ROOM_BYTES
    except FileNotFoundError:  # moved away while it is open: how much room there is, is not what is wrong
        return True


def keeps_every_character(connection: Connection) -> bool:
    """Whether its encoding has all characters: PostgreSQL in LATIN1 refuses dashes and quotation marks."""
    if connection.dialect.name == "sqlite":
        return True
    return bool(connection.execute(text("SHOW server_encoding")).scalar_one() == "UTF8")
