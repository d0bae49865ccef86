"""Sending again: one delivery, or all of an endpoint since a time. Same webhook-id, same bytes, new series."""

from syndicator.errors import Conflict, NotFound
from syndicator.model.lifecycle import LANES, EndpointState, EventType
from syndicator.services.setup import Setup
from syndicator.store import audit, deliveries, endpoints, numbers
from syndicator.store.database import Connection, RowMapping

_PER_TRANSACTION = 200
_ENDED = {"delivered", "dead", "superseded"}


def replay_delivery(setup: Setup, delivery_id: int, *, actor: str, reason: str) -> None:
    """Lets the delivery be sent again. Who and why is recorded.

    Conflict when it is still under way, its endpoint is not active, or a newer version of the release went
    to the endpoint: an older one is never sent after it, and the message names the newer.
    """
    with setup.database.write() as connection:
        now = setup.database.now_us(connection)
        row = deliveries.get(connection, delivery_id)
        if row is None:
            message = f"there is no delivery {delivery_id}"
            raise NotFound(message)
        _hold(setup, connection, row["endpoint_id"])
        _refuse(connection, row)
        _replay(connection, row, now)
        audit.write(
            connection, actor=actor, action="replay", subject=row["endpoint_id"], now=now, id=delivery_id, reason=reason
        )


def recover_since(setup: Setup, endpoint_id: str, since_us: int, *, actor: str, reason: str) -> int:
    """Replays what an endpoint was sent, or should have been, since then; how many deliveries that is.

    Of a release, only the newest version is sent; pings are not. Newest first, some in each transaction, so that
    nobody waits long for the database. Conflict when the endpoint is not active, or no longer: what was replayed by
    then stays so.
    """
    with setup.database.write() as connection:
        now = setup.database.now_us(connection)
        _hold(setup, connection, endpoint_id)
        audit.write(
            connection, actor=actor, action="recover", subject=endpoint_id, now=now, since=since_us, reason=reason
        )
    count, before = 0, None
    while True:
        with setup.database.write() as connection:
            _hold(setup, connection, endpoint_id)
            rows = deliveries.listed(connection, _PER_TRANSACTION, endpoint=endpoint_id, since=since_us, before=before)
            wanted = [row for row in rows if _is_recovered(connection, row)]
            for row in wanted:
                _replay(connection, row, now)
        count += len(wanted)
        if len(rows) < _PER_TRANSACTION:
            return count
        before = rows[-1]["id"]


def _is_recovered(connection: Connection, row: RowMapping) -> bool:
    has_ended = row["state"] in _ENDED and row["event_type"] != EventType.PING
    return has_ended and deliveries.newer(connection, row["id"]) is None


def _refuse(connection: Connection, row: RowMapping) -> None:
    if row["state"] not in _ENDED:
        message = f"delivery {row['id']} is {row['state']}: it is still under way and needs no replay"
        raise Conflict(message)
    newer = deliveries.newer(connection, row["id"])
    if newer is not None:
        message = f"delivery {newer} carries a newer version of the release: replay that one"
        raise Conflict(message)


def _hold(setup: Setup, connection: Connection, endpoint_id: str) -> None:
    """Until this transaction ends nothing newer is fanned out and the endpoint stays active. Conflict if it is not."""
    numbers.hold(connection, numbers.FANOUT, setup.database.for_update)
    state = endpoints.held(setup.database, connection, endpoint_id)["state"]
    if state != EndpointState.ACTIVE:
        message = f"endpoint {endpoint_id} is {state}: resume it first"
        raise Conflict(message)


def _replay(connection: Connection, row: RowMapping, now: int) -> None:
    deliveries.replay(connection, row["id"], LANES[EventType(row["event_type"])].order, now)
