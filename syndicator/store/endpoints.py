"""Newsrooms' endpoints and what they want."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, text

from syndicator.clock import SECOND_US
from syndicator.errors import NotFound
from syndicator.model.lifecycle import EndpointState, sources_of
from syndicator.store.database import Database, as_rows

_RECENT_US = 86_400 * SECOND_US
_INSERT = text("""
    INSERT INTO endpoints (id, owner, url, description, state, secrets, created_at)
    VALUES (:id, :owner, :url, :description, :state, :secrets, :now) RETURNING no
""")
_INSERT_SUBSCRIPTION = text("""
    INSERT INTO subscriptions (id, endpoint_no, owner, event_mask, filter_sha256, created_at)
    VALUES (:id, :endpoint_no, :owner, :event_mask, :filter_sha256, :now)
""")
_GET = "SELECT * FROM endpoints WHERE id = :id AND state <> 'removed'"
_LIST = text("""
    SELECT * FROM endpoints
     WHERE state <> 'removed' AND no > COALESCE((SELECT a.no FROM endpoints a WHERE a.id = :after), 0)
       AND (owner = :owner OR :owner = '')
     ORDER BY no LIMIT :limit
""")
_WAS_ADDED = text("SELECT no FROM endpoints WHERE id = :id")
_SUBSCRIPTIONS = text("""
    SELECT s.id, s.event_mask, f.tree, s.created_at FROM subscriptions s JOIN filters f ON f.sha256 = s.filter_sha256
     WHERE s.endpoint_no = :no ORDER BY s.no
""")
_DELETE_SUBSCRIPTION = text("DELETE FROM subscriptions WHERE id = :id AND endpoint_no = :no")
_DELETE_SUBSCRIPTIONS = text("DELETE FROM subscriptions WHERE endpoint_no = :no")
_STATE = text("""
    UPDATE endpoints SET state = :state, notice = :notice, failures = 0, failing_since = NULL, failed_at = NULL,
           backoff_until = 0
     WHERE no = :no AND state IN :sources
""").bindparams(bindparam("sources", expanding=True))
_NOTICE = text("UPDATE endpoints SET notice = :notice WHERE no = :no")
_SEALED = text("SELECT no, id, secrets FROM endpoints WHERE state <> 'removed' ORDER BY no")
_SEALED_SOME = """
    SELECT no, id, secrets FROM endpoints WHERE state <> 'removed' AND no > :after ORDER BY no LIMIT :limit {held}
"""
_SECRETS = text("UPDATE endpoints SET secrets = :secrets WHERE no = :no")
# After a day of silence it begins anew: schedules and rests are shorter, so nothing was tried meanwhile.
_FAILED = """
    UPDATE endpoints
       SET failures = failures + r.count, failed_at = :now,
           failing_since = CASE WHEN failed_at >= :recently AND failing_since <= :now THEN failing_since
                                ELSE CAST(:now AS BIGINT) END
      FROM {rows} r WHERE endpoints.no = r.no
    RETURNING endpoints.no AS no, endpoints.failures AS failures
"""
_BACK_OFF = """
    UPDATE endpoints SET backoff_until = CASE WHEN r.until > backoff_until THEN r.until ELSE backoff_until END
      FROM {rows} r WHERE endpoints.no = r.no
"""
# Two lists, not one with a mark: where nothing fails or failed, as mostly, the second is not even read.
_HOLD = """
    SELECT no FROM endpoints
     WHERE no IN (SELECT no FROM {failed} f
                  UNION ALL
                  SELECT e.no FROM endpoints e WHERE e.failures > 0 AND e.no IN (SELECT no FROM {worked} w))
     ORDER BY no {held}
"""
# Its rest does not end early: it may have asked for it, and this success may be of a push that went out before.
_WORKED = """
    UPDATE endpoints SET failures = 0, failing_since = NULL, failed_at = NULL
     WHERE failures > 0 AND no IN (SELECT no FROM {rows} r)
"""
# An endpoint that another transaction holds is skipped; the next sweep finds it again.
_BACKOFF_OVER = """
    UPDATE endpoints SET backoff_until = 0
     WHERE no IN (SELECT no FROM endpoints WHERE backoff_until > 0 AND backoff_until <= :now {free})
"""
_NEXT_BACKOFF = text("SELECT min(backoff_until) FROM endpoints WHERE backoff_until > 0")
# Two releases, for one may be what is bad. Looked for among the last attempts, so that a long log costs nothing.
_FAILING = """
    SELECT no, id FROM endpoints
     WHERE state = 'active' AND failing_since <= :since AND failed_at >= :recently
       AND (SELECT min(d.release_id) <> max(d.release_id)
              FROM (SELECT a.delivery_id, a.started_at, a.outcome FROM attempts a
                     WHERE a.endpoint_no = endpoints.no ORDER BY a.id DESC LIMIT 50) l
              JOIN deliveries d ON d.id = l.delivery_id
             WHERE l.started_at >= endpoints.failing_since AND l.outcome IN ('retry', 'dead'))
    {free}
"""


def insert(connection: Connection, values: Mapping[str, Any]) -> int:
    """The endpoint's number."""
    return int(connection.execute(_INSERT, dict(values)).scalar_one())


def insert_subscription(connection: Connection, values: Mapping[str, Any]) -> None:
    connection.execute(_INSERT_SUBSCRIPTION, dict(values))


def get(connection: Connection, endpoint_id: str) -> RowMapping:
    """The row. NotFound for an unknown or removed endpoint."""
    return _one(connection, _GET, endpoint_id)


def held(database: Database, connection: Connection, endpoint_id: str) -> RowMapping:
    """The row, which nobody else changes before this transaction ends. NotFound as from ``get``."""
    return _one(connection, f"{_GET} {database.for_change}", endpoint_id)


def is_in(database: Database, connection: Connection, no: int, state: EndpointState) -> bool:
    """Whether the endpoint is in that state, and stays so until this transaction ends."""
    found = text(f"SELECT 1 FROM endpoints WHERE no = :no AND state = :state {database.for_change}")
    return connection.execute(found, {"no": no, "state": state}).first() is not None


def _one(connection: Connection, query: str, endpoint_id: str) -> RowMapping:
    row = connection.execute(text(query), {"id": endpoint_id}).mappings().first()
    if row is None:
        message = f"there is no endpoint {endpoint_id}"
        raise NotFound(message)
    return row


def listed(connection: Connection, *, owner: str = "", after: str = "", limit: int = 100) -> Sequence[RowMapping]:
    """Endpoints by number, those added ``after`` the one of that id; of all owners when ``owner`` is empty."""
    return connection.execute(_LIST, {"owner": owner, "after": after, "limit": limit}).mappings().all()


def was_added(connection: Connection, endpoint_id: str) -> bool:
    """Whether there is, or was, an endpoint of that id."""
    return connection.execute(_WAS_ADDED, {"id": endpoint_id}).first() is not None


def subscriptions(connection: Connection, no: int) -> Sequence[RowMapping]:
    return connection.execute(_SUBSCRIPTIONS, {"no": no}).mappings().all()


def delete_subscription(connection: Connection, no: int, subscription_id: str) -> bool:
    return connection.execute(_DELETE_SUBSCRIPTION, {"no": no, "id": subscription_id}).rowcount == 1


def delete_subscriptions(connection: Connection, no: int) -> None:
    connection.execute(_DELETE_SUBSCRIPTIONS, {"no": no})


def set_state(connection: Connection, no: int, state: EndpointState, notice: str | None) -> bool:
    """Whether the endpoint is in that state now; not if no move leads there from the state that it has by now."""
    values = {"no": no, "state": state, "notice": notice, "sources": sources_of(state)}
    return connection.execute(_STATE, values).rowcount == 1


def set_notice(connection: Connection, no: int, notice: str) -> None:
    connection.execute(_NOTICE, {"no": no, "notice": notice})


def sealed(connection: Connection) -> Sequence[RowMapping]:
    """Number, id and sealed secrets of every endpoint that is not removed."""
    return connection.execute(_SEALED).mappings().all()


def held_sealed(database: Database, connection: Connection, after: int, limit: int) -> Sequence[RowMapping]:
    """Number, id and sealed secrets of the next endpoints, which nobody else changes before this transaction ends.

    In the order of their numbers, as all who hold some do (see ``hold``).
    """
    statement = text(_SEALED_SOME.format(held=database.for_change))
    return connection.execute(statement, {"after": after, "limit": limit}).mappings().all()


def set_secrets(connection: Connection, no: int, sealed: str) -> None:
    connection.execute(_SECRETS, {"no": no, "secrets": sealed})


def failed(database: Database, connection: Connection, counts: Mapping[int, int], now: int) -> dict[int, int]:
    """Adds failures per endpoint number; their consecutive failures since."""
    rows = as_rows({"no": no, "count": count} for no, count in sorted(counts.items()))
    statement = _FAILED.format(rows=database.rows("rows", {"no": "bigint", "count": "bigint"}))
    values = {"rows": rows, "now": now, "recently": now - _RECENT_US}
    return {row.no: row.failures for row in connection.execute(text(statement), values)}


def back_off(database: Database, connection: Connection, until: Mapping[int, int]) -> None:
    """Keeps the claim away from these endpoints until then (microseconds); never shortens."""
    rows = as_rows({"no": no, "until": us} for no, us in sorted(until.items()))
    statement = _BACK_OFF.format(rows=database.rows("rows", {"no": "bigint", "until": "bigint"}))
    connection.execute(text(statement), {"rows": rows})


def hold(
    database: Database, connection: Connection, failed: Iterable[int], worked: Iterable[int] = ()
) -> Sequence[int]:
    """Locks endpoints until this transaction ends: all that failed, and those that work and had failed before.

    In one order, so that two transactions never wait for each other in a circle. One that holds some changes no
    others, or passes over those that are locked.
    """
    lists = {"failed": failed, "worked": worked}
    statement = _HOLD.format(
        held=database.for_change, **{name: database.rows(name, {"no": "bigint"}) for name in lists}
    )
    values = {name: as_rows({"no": no} for no in numbers) for name, numbers in lists.items()}
    return connection.execute(text(statement), values).scalars().all()


def worked(database: Database, connection: Connection, numbers: Iterable[int]) -> None:
    """Ends the failing time of these endpoints, which are held."""
    rows = as_rows({"no": no} for no in numbers)
    connection.execute(text(_WORKED.format(rows=database.rows("rows", {"no": "bigint"}))), {"rows": rows})


def backoff_over(database: Database, connection: Connection, now: int) -> None:
    """Lets the claim look at endpoints again that have rested."""
    connection.execute(text(_BACKOFF_OVER.format(free=database.skip_locked)), {"now": now})


def next_backoff(connection: Connection) -> int | None:
    found: int | None = connection.execute(_NEXT_BACKOFF).scalar_one()
    return found


def failing(database: Database, connection: Connection, since: int, now: int) -> Sequence[RowMapping]:
    """Active endpoints that only failed since then, a day ago at most and with several releases.

    They are held now; those that somebody else is at are passed over.
    """
    values = {"since": since, "recently": now - _RECENT_US}
    return connection.execute(text(_FAILING.format(free=database.skip_locked)), values).mappings().all()
