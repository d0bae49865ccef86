"""Whether the service can do its work."""

from collections import Counter

from syndicator.delivery.sealing import Sealer
from syndicator.delivery.secrets import are_damaged, keys_missing
from syndicator.services.setup import Setup
from syndicator.store import endpoints
from syndicator.store.database import PRIMARY, Database
from syndicator.store.durability import takes_writes
from syndicator.store.schema_version import current, lacking


def readiness(setup: Setup) -> str:
    """What is lacking for all of its work and what to do, or nothing; a standby serves readers, and takes no release.

    Errors: StoreError when the database cannot be reached.
    """
    with setup.database.read() as connection:
        if problem := lacking(current(connection)):
            return problem
        return "" if takes_writes(connection) else f"the database is read only: a standby, or set so; {PRIMARY}"


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
