"""Whether the service can do its work."""

from collections import Counter
from pathlib import Path

from syndicator.delivery.sealing import Sealer
from syndicator.delivery.secrets import are_damaged, keys_missing
from syndicator.services.folder import path_in
from syndicator.services.setup import Setup
from syndicator.store import endpoints, media
from syndicator.store.database import PRIMARY, Database
from syndicator.store.durability import has_room, takes_writes
from syndicator.store.schema_version import current, lacking

_LOOKED_FOR = 100


def readiness(setup: Setup) -> str:
    """What is lacking for all of its work and what to do, or nothing.

    A standby, and a service whose disk is full, serve readers and take no release.
    Errors: StoreError when the database cannot be reached.
    """
    with setup.database.read() as connection:
        if problem := lacking(current(connection)):
            return problem
        if not takes_writes(connection):
            return f"the database is read only: a standby, or set so; {PRIMARY}"
        return "" if has_room(connection) else "the database's disk is full: make room, and it goes on by itself"


def sealed_otherwise(database: Database, sealer: Sealer | None) -> Counter[str]:
    """How many endpoints no push can be signed for, by the id of the sealing key that they want.

    Empty when every secret that signs now opens. Without a sealer none does.
    """
    with database.read() as connection:
        now = database.now_us(connection)
        rows = endpoints.sealed(connection)
    return Counter(key for row in rows for key in keys_missing(sealer, row["id"], row["secrets"], now))


def with_damaged_secrets(database: Database) -> list[str]:
    """The ids of the endpoints no push can be signed for with whatever key."""
    with database.read() as connection:
        return [row["id"] for row in endpoints.sealed(connection) if are_damaged(row["secrets"])]


def files_astray(database: Database, media_dir: Path) -> tuple[int, list[str]]:
    """How many stored files were looked for in the folder, and the SHA-256 of those that are not there whole.

    A hundred at most, the newest and the oldest that a version shows: a folder that is empty, of another service or
    of an older backup lacks some of these. Errors: OSError where the folder cannot be looked into.
    """
    with database.read() as connection:
        wanted = media.at_the_ends(connection, _LOOKED_FOR // 2)
    return len(wanted), [sha256 for sha256, size in wanted.items() if not _is_whole(path_in(media_dir, sha256), size)]


def _is_whole(path: Path, size: int) -> bool:
    try:
        return path.stat().st_size == size
    except (FileNotFoundError, NotADirectoryError):
        return False
