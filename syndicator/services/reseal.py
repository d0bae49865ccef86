"""Secrets of endpoints, sealed anew with the newest key, so that an older one can be dropped."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from syndicator.delivery import secrets
from syndicator.delivery.sealing import Sealer
from syndicator.store import audit, endpoints
from syndicator.store.database import Database

PER_TRANSACTION: Final = 100


@dataclass(frozen=True, slots=True)
class Resealed:
    """How many endpoints were looked at and changed, and those with a secret that does not open.

    ``unopened`` has the keys that these want, by their id; none for those whose secrets are damaged.
    """

    endpoints: int
    changed: int
    unopened: dict[str, tuple[str, ...]]


def reseal(database: Database, sealer: Sealer, *, actor: str, told: Callable[[int], None]) -> Resealed:
    """Seals what every endpoint stores with the newest key; tells how many were looked at, after each transaction.

    Some endpoints are held at a time, for milliseconds: a rotation at the same time comes before or after, and none is
    lost. What does not open stays as it is. Whoever repeats it, also after a crash, goes on where it ended.
    """
    seen = changed = after = 0
    unopened: dict[str, tuple[str, ...]] = {}
    while True:
        with database.write() as connection:
            now = database.now_us(connection)
            rows = endpoints.held_sealed(database, connection, after, PER_TRANSACTION)
            for row in rows:
                if secrets.are_damaged(row["secrets"]):
                    unopened[row["id"]] = ()
                    continue
                stored, missing = secrets.resealed(sealer, row["id"], row["secrets"], now)
                if missing:
                    unopened[row["id"]] = tuple(sorted(missing))
                if stored != row["secrets"]:
                    endpoints.set_secrets(connection, row["no"], stored)
                    audit.write(connection, actor=actor, action="reseal", subject=row["id"], now=now, key=sealer.newest)
                    changed += 1
        if not rows:
            return Resealed(seen, changed, unopened)
        seen, after = seen + len(rows), rows[-1]["no"]
        told(seen)


def sealed_by_older(database: Database, sealer: Sealer) -> Counter[str]:
    """How many endpoints store something that an older key seals, by the id of that key."""
    with database.read() as connection:
        rows = endpoints.sealed(connection)
    return Counter(key for row in rows for key in secrets.older_keys(sealer, row["secrets"]))
