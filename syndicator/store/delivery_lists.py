"""Deliveries as people look at them: one whole, many as lines, and how many of a release are in which state."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, RowMapping, text

from syndicator.model.lifecycle import DeliveryState
from syndicator.store.database import Database
from syndicator.store.holds import of_this

_GET = text("""
    SELECT d.*, v.id AS event_id, v.type AS event_type, v.version, e.id AS endpoint_id, e.url
      FROM deliveries d JOIN events v ON v.seq = d.event_seq JOIN endpoints e ON e.no = d.endpoint_no
     WHERE d.id = :id
""")
_LINE = """
    SELECT d.id, d.state, d.release_id, d.attempts, d.due_at, d.finished_at, d.trigger, v.id AS event_id,
           v.type AS event_type, v.version, e.id AS endpoint_id, e.url
"""
# Those of the page first: PostgreSQL may otherwise join all that fit with their events.
_LIST = f"""
    {_LINE} FROM (SELECT d.id FROM deliveries d WHERE {{where}} ORDER BY d.id DESC LIMIT :limit) f
      JOIN deliveries d ON d.id = f.id JOIN events v ON v.seq = d.event_seq JOIN endpoints e ON e.no = d.endpoint_no
     ORDER BY d.id DESC
"""
# From event to event, each by a scalar probe: PostgreSQL may otherwise read all deliveries there are.
_LIST_OF_ENDPOINT = f"""
    {_LINE} FROM (SELECT g.id FROM (
        SELECT v.seq, (SELECT d.id FROM deliveries d WHERE d.event_seq = v.seq AND {{where}}) AS id
          FROM events v WHERE {{events}} ORDER BY v.seq DESC) g
         WHERE g.id IS NOT NULL ORDER BY g.seq DESC LIMIT :limit) f
      JOIN deliveries d ON d.id = f.id JOIN events v ON v.seq = d.event_seq JOIN endpoints e ON e.no = d.endpoint_no
     ORDER BY d.event_seq DESC
"""
# Of an endpoint's list, what its events tell already: those of a release are a few, by their index.
_OF_EVENTS = {
    "release": "v.release_id = :release",
    "before": "v.seq < COALESCE((SELECT event_seq FROM deliveries WHERE id >= :before ORDER BY id LIMIT 1), v.seq + 1)",
}
_WHERE = {
    # Of the deliveries of a release or an endpoint, which are few; by no index, which has those of all others.
    "state": "d.state || '' = :state",
    "release": "d.{of_this}",
    "endpoint": "d.endpoint_no = (SELECT no FROM endpoints WHERE id = :endpoint)",
    "before": "d.id < :before",
    # What was due before and came to an end since is part of it.
    "since": "(d.series_at >= :since OR d.finished_at >= :since)",
}
_COUNT_OF_RELEASE = "SELECT d.state, count(*) AS count FROM deliveries d WHERE d.{of_this} GROUP BY d.state"


def get(connection: Connection, delivery_id: int) -> RowMapping | None:
    """All columns of a delivery, with its event and its endpoint; None if there is none."""
    return connection.execute(_GET, {"id": delivery_id}).mappings().first()


def listed(database: Database, connection: Connection, limit: int, **where: object) -> Sequence[RowMapping]:
    """The newest deliveries that fit (state, release, endpoint, before, since); of one endpoint by their events."""
    asked = {name: value for name, value in where.items() if value is not None}
    return connection.execute(text(_listing(database, asked)), {**asked, "limit": limit}).mappings().all()


def _listing(database: Database, asked: Mapping[str, object]) -> str:
    if "endpoint" not in asked:
        conditions = [_in_state(asked) if name == "state" else _WHERE[name] for name in asked]
        return _LIST.format(where=" AND ".join(conditions).format(of_this=of_this(database, ":release")) or "TRUE")
    where = " AND ".join(_WHERE[name] for name in asked if name not in _OF_EVENTS)
    events = " AND ".join(condition for name, condition in _OF_EVENTS.items() if name in asked) or "TRUE"
    return _LIST_OF_ENDPOINT.format(where=where, events=events)


def _in_state(asked: Mapping[str, object]) -> str:
    """Of all deliveries there are, by the index of the state: that is not seen where the state is a parameter.

    What was delivered is in none, and PostgreSQL may believe that hardly any was: it would read and sort all there is.
    """
    state = DeliveryState(str(asked["state"]))
    by_no_index = "release" in asked or state is DeliveryState.DELIVERED
    return _WHERE["state"] if by_no_index else f"d.state = '{state}'"


def counts(database: Database, connection: Connection, release_id: str) -> dict[str, int]:
    """How many deliveries of a release are in each state that any is in."""
    statement = text(_COUNT_OF_RELEASE.format(of_this=of_this(database)))
    return {row["state"]: row["count"] for row in connection.execute(statement, {"release_id": release_id}).mappings()}
