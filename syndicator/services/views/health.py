"""Whether the service can do its work."""

from collections import Counter

from syndicator.delivery.sealing import Sealer
from syndicator.delivery.secrets import keys_missing
from syndicator.services.setup import Setup
from syndicator.store import endpoints
from syndicator.store.database import Database
from syndicator.store.schema_version import current, lacking


def readiness(setup: Setup) -> str:
    """What is lacking and what to do, or nothing. Errors: StoreError when the database cannot be reached."""
    with setup.database.read() as connection:
        return lacking(current(connection))


def sealed_otherwise(database: Database, sealer: Sealer | None) -> Counter[str]:
    """How many endpoints no push can be signed for, by the id of the sealing key that they want.

    Empty when every secret that signs now opens. Without a sealer none does.
    """
    with database.read() as connection:
        now = database.now_us(connection)
        rows = endpoints.sealed(connection)
    return Counter(key for row in rows for key in keys_missing(sealer, row["id"], row["secrets"], now))
