"""Endpoints whose secrets the sealing keys of this process do not open: it claims nothing of theirs.

That is so for a while when a new key is rolled out, and for good in a process that was started with an old one. A
worker with the right keys sends these pushes; if they were claimed here first, they would only be late.
"""

import time
from collections import Counter
from typing import Final

from syndicator import metrics
from syndicator.delivery.sealing import Sealer
from syndicator.delivery.secrets import keys_missing
from syndicator.log import logger
from syndicator.store import endpoints
from syndicator.store.database import Database

_LOOK_EVERY_S: Final = 10.0
FIX: Final = "put the keys they were sealed with into SYNDICATOR_SEALING_KEYS or sealing.keys, and restart this process"

_log = logger("delivery")


class Unopened:
    """What a courier passes over. One thread at a time changes it; any may read."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database, self._sealer = database, sealer
        self._told: frozenset[int] = frozenset()
        self._look_at = 0.0
        self.numbers: frozenset[int] = frozenset()
        self.lacking = ""
        """Why no push at all can be signed here, and what to do; nothing while any endpoint's secrets open."""

    def look(self) -> None:
        """Tries the secrets of all endpoints, and tells the operator once of those that are found not to open.

        Damaged ones are not passed over: their pushes are refused, each with the reason.

        Errors: StoreError when the database cannot be used.
        """
        self._look_at = time.monotonic() + _LOOK_EVERY_S
        with self._database.read() as connection:
            now = self._database.now_us(connection)
            rows = endpoints.sealed(connection)
        sealer = self._sealer
        missing = {row["no"]: keys for row in rows if (keys := keys_missing(sealer, row["id"], row["secrets"], now))}
        wanted = Counter(key for keys in missing.values() for key in keys)
        self.numbers = frozenset(missing)
        self.lacking = _lacking(wanted) if missing and len(missing) == len(rows) else ""
        metrics.endpoints_unopened.set(len(missing))
        self._tell(wanted)

    def look_again(self) -> None:
        """As ``look``, at most every ten seconds, while there are any: a secret may be a new one, or sealed anew."""
        if self.numbers and time.monotonic() >= self._look_at:
            self.look()

    def meet(self, number: int) -> None:
        """One that did not open. All are looked at soon: it is seldom the only one."""
        self.numbers |= {number}

    def _tell(self, wanted: Counter[str]) -> None:
        if self.numbers - self._told:
            keys = dict(sorted(wanted.items()))
            _log.error("pushes left to other workers: secrets that do not open here", endpoints=keys, fix=FIX)
        elif self._told and not self.numbers:
            _log.info("secrets of all endpoints open here again")
        self._told = self.numbers


def _lacking(wanted: Counter[str]) -> str:
    names = ", ".join(sorted(map(repr, wanted)))
    return f"no endpoint's secrets open with the sealing keys of this process, which pushes nothing ({names}); {FIX}"
