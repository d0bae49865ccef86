"""Whether the database that the settings name is one to work with. Looks, and makes nothing."""

from pathlib import Path
from typing import TYPE_CHECKING

from syndicator.errors import StoreError

if TYPE_CHECKING:
    from config.settings import Settings
    from syndicator.store.database import Database


def check_is_there(settings: "Settings", fix: str) -> None:
    """StoreError, with that fix, for an SQLite file that is not there: whoever opened it would make an empty one."""
    from syndicator.store.database import Database

    database = Database(settings.resolved_database_url)
    database.dispose()
    if database.dialect == "sqlite" and not Path(database.url.database or "").is_file():
        problem = f"there is no database at {database.url.database}"
        raise StoreError(problem, fix=fix)


def check_is_migrated(database: "Database") -> None:
    """StoreError for a schema that is missing, or older or newer than this version's.

    Over a newer one an older process would write what the newer version may read otherwise, or not at all.
    """
    if problem := schema_problem(database):
        raise StoreError(problem)


def schema_problem(database: "Database") -> str:
    """What to do about a schema that is not this version's; nothing if it is.

    Nothing either for a database that does not answer: it may come back.
    """
    from syndicator.store.schema_version import current, lacking

    try:
        with database.read() as connection:
            return lacking(current(connection))
    except StoreError:
        return ""
