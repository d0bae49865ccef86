"""Claims whose lease ran out: their worker died, or recorded nothing for a whole lease.

Each counts as an attempt and is logged as ``lost``: the push may have arrived, and then the next one is a double.
"""

from collections.abc import Sequence
from typing import Final

from syndicator.delivery.transport.protocol import Failure
from syndicator.errors import StoreError
from syndicator.log import logger
from syndicator.services.outcomes import Sent, count, record_in
from syndicator.services.setup import Setup
from syndicator.store import endpoints, leases
from syndicator.store.database import RowMapping

_AT_ONCE: Final = 1000
_LOST: Final = Failure("lost", "its worker recorded nothing before its lease was over; it may have arrived")

_log = logger("delivery")


def give_back(setup: Setup, by: str) -> None:
    """Moves a batch of lapsed deliveries on, by the schedule; one that cannot be judged does not hold up the others."""
    with setup.database.read() as connection:
        found = leases.lapsed(connection, setup.database.now_us(connection), _AT_ONCE)
    if found:
        _give_back(setup, found, by)


def _give_back(setup: Setup, found: Sequence[RowMapping], by: str) -> None:
    try:
        _record(setup, found, by)
    except StoreError:
        raise
    except Exception as error:  # noqa: BLE001 (a damaged row, say, stops neither the others nor the sweep)
        if len(found) > 1:
            half = len(found) // 2
            _give_back(setup, found[:half], by)
            _give_back(setup, found[half:], by)
            return
        _log.exception("delivery cannot be judged and is dead", delivery=found[0]["id"], error=str(error))
        with setup.database.write() as connection:
            leases.bury(connection, found[0]["id"], setup.database.now_us(connection))


def _record(setup: Setup, found: Sequence[RowMapping], by: str) -> None:
    database = setup.database
    with database.write() as connection:
        now = database.now_us(connection)
        # Endpoints are locked before deliveries, as ``outcomes`` does it. What becomes of a delivery depends on its
        # endpoint's state: a change of that state either waits for this transaction, or is seen by it.
        endpoints.hold(database, connection, {row["endpoint_no"] for row in found})
        lapsed = leases.still_lapsed(database, connection, (row["id"] for row in found), now)
        judged = record_in(setup, connection, [Sent(row, token, now, by, _LOST) for row, token in lapsed], now)
    count(judged)
