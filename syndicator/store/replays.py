"""Deliveries that are sent again, or made for an endpoint that was to be told and was not."""

from sqlalchemy import Connection, text

from syndicator.store.database import Database
from syndicator.store.deliveries import RECEIVED
from syndicator.store.holds import of_this

# A replay does not make a delivery received that was never sent: it gets the same trigger as one that is added.
_TRIGGER = f"CASE WHEN {RECEIVED} THEN 'replay' ELSE 'recover' END"
# A withdrawal is held back by nothing.
_STATE = "CASE WHEN :lane = 0 THEN 'waiting' ELSE 'queued' END"
_REPLAY = text(f"""
    UPDATE deliveries AS o SET state = {_STATE}, due_at = :now, series_at = :now, attempts = 0, trigger = {_TRIGGER},
           lane = :lane, finished_at = NULL
     WHERE id = :id AND state IN ('delivered', 'dead', 'superseded')
""")
_ADD = text(f"""
    INSERT INTO deliveries (event_seq, endpoint_no, release_id, lane, state, due_at, series_at, follows, trigger)
    SELECT seq, :endpoint_no, release_id, :lane, {_STATE}, :now, :now, TRUE, 'recover' FROM events WHERE seq = :seq
""")
_OF_EVENT = text("SELECT id FROM deliveries WHERE event_seq = :seq AND endpoint_no = :endpoint_no")
_HAS_RECEIVED = f"""
    SELECT EXISTS (SELECT 1 FROM deliveries o WHERE o.{{of_this}} AND o.endpoint_no = :endpoint_no AND {RECEIVED})
"""


def replay(connection: Connection, delivery_id: int, lane: int, now: int) -> bool:
    """Whether it had come to an end, and begins a new series."""
    return connection.execute(_REPLAY, {"id": delivery_id, "lane": lane, "now": now}).rowcount == 1


def add(connection: Connection, seq: int, endpoint_no: int, lane: int, now: int) -> None:
    """A delivery of an event that was fanned out when this endpoint was told nothing."""
    connection.execute(_ADD, {"seq": seq, "endpoint_no": endpoint_no, "lane": lane, "now": now})


def of_event(connection: Connection, seq: int, endpoint_no: int) -> int | None:
    """The delivery of this event to this endpoint."""
    found: int | None = connection.execute(_OF_EVENT, {"seq": seq, "endpoint_no": endpoint_no}).scalar_one_or_none()
    return found


def has_received(database: Database, connection: Connection, release_id: str, endpoint_no: int) -> bool:
    """Whether the endpoint was, or may have been, sent some version of the release."""
    values = {"release_id": release_id, "endpoint_no": endpoint_no}
    return bool(connection.execute(text(_HAS_RECEIVED.format(of_this=of_this(database))), values).scalar_one())
