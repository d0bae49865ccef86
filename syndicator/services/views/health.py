"""Whether the service can do its work."""

from syndicator.services.setup import Setup
from syndicator.store.schema_version import current, newest


def readiness(setup: Setup) -> str:
    """What is lacking and what to do, or nothing. Errors: StoreError when the database cannot be reached."""
    with setup.database.read() as connection:
        found = current(connection)
    if found == newest():
        return ""
    return f"the database has schema {found or 'none'}, this version needs {newest()}: run syndicator migrate"
