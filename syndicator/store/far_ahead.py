"""Times further ahead than any that the service gives: they were written while the database's clock was ahead.

Once it is right again, such a row would wait for as long as the clock had been wrong, which may be years, and nothing
would say so. Claims, retries and rests are brought back (overlaps of secrets by ``services.overlaps``); when releases
appeared, and what was logged, stays as it is.
"""

from typing import Final

from sqlalchemy import Connection, text

from syndicator.clock import SECOND_US
from syndicator.model.lifecycle import Lane
from syndicator.store.database import Database

# A lease may be set to a day; no receiver's rest and no wait of the schedule is half as long.
FURTHEST_US: Final = 86_400 * SECOND_US
# Long enough for a living worker to extend its claim, if its lease is the usual one.
_LEASE_US: Final = 60 * SECOND_US
_AT_ONCE: Final = 5000
# The last of each index that the claim and the sweep read anyhow: where no clock was ahead, nothing else is looked at.
_LAST = text(
    " UNION ALL ".join(
        [
            *(f"SELECT max(due_at) FROM deliveries WHERE state = 'waiting' AND lane = {lane.order}" for lane in Lane),
            "SELECT max(lease_until) FROM deliveries WHERE state = 'claimed'",
            "SELECT max(backoff_until) FROM endpoints WHERE backoff_until > 0",
        ]
    )
)
_RESTS = "SELECT no FROM endpoints WHERE backoff_until > :furthest LIMIT :limit {free}"
_RESTED = "UPDATE endpoints SET backoff_until = :now WHERE no {by_each}"
_DUE = "SELECT id FROM deliveries WHERE state = 'waiting' AND due_at > :furthest LIMIT :limit {free}"
_DUE_NOW = "UPDATE deliveries SET due_at = :now WHERE id {by_each}"
_LEASED = "SELECT id FROM deliveries WHERE state = 'claimed' AND lease_until > :furthest LIMIT :limit {free}"
_LAPSES_SOON = "UPDATE deliveries SET lease_until = :soon WHERE id {by_each}"


def bring_back(database: Database, connection: Connection, now: int) -> None:
    """Has whatever waits for such a time go on: retries and rests now, claims that nobody extends in a minute.

    Some at once; rows that somebody else is at are passed over. The next sweep finds the others.
    """
    furthest = now + FURTHEST_US
    if all(last is None or last <= furthest for last in connection.execute(_LAST).scalars()):
        return
    values = {"now": now, "soon": now + _LEASE_US, "furthest": furthest, "limit": _AT_ONCE}
    for found, change in ((_RESTS, _RESTED), (_DUE, _DUE_NOW), (_LEASED, _LAPSES_SOON)):
        these = database.by_each(found.format(free=database.skip_locked))
        connection.execute(text(change.format(by_each=these)), values)
