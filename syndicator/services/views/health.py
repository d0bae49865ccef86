"""Whether the service can do its work."""

from syndicator.services.setup import Setup
from syndicator.store.schema_version import current, lacking


def readiness(setup: Setup) -> str:
    """What is lacking and what to do, or nothing. Errors: StoreError when the database cannot be reached."""
    with setup.database.read() as connection:
        return lacking(current(connection))
