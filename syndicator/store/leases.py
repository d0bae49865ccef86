"""Leases: until when a claim's deliveries are its worker's. Extended while it lives, found once they are over."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, RowMapping, text

from syndicator.store.database import Database, as_rows
from syndicator.store.deliveries import CLAIMED_COLUMNS, Claimed

_EXTEND = """
    UPDATE deliveries SET lease_until = :until
     WHERE id IN (SELECT id FROM {ids} i) AND claim_token = :token
"""
# In the order of the index of leases: in that of the ids, SQLite read all deliveries there are, at each sweep.
_LAPSED = text("""
    SELECT id, endpoint_no FROM deliveries
     WHERE state = 'claimed' AND lease_until < :now ORDER BY lease_until LIMIT :limit
""")
_STILL_LAPSED = f"""
    SELECT {CLAIMED_COLUMNS}, d.claim_token
      FROM {{ids}} i
      JOIN deliveries d ON d.id = i.id
      JOIN events v ON v.seq = d.event_seq
      JOIN endpoints e ON e.no = d.endpoint_no
     WHERE d.claim_token IS NOT NULL AND d.lease_until < :now
     ORDER BY d.id {{skip_locked}}
"""
_BURY = text("""
    UPDATE deliveries SET state = 'dead', finished_at = :now, claim_token = NULL, lease_until = NULL
     WHERE id = :id AND claim_token IS NOT NULL AND lease_until < :now
""")
_IDS = {"id": "bigint"}


def extend(database: Database, connection: Connection, ids: Iterable[int], token: str, until: int) -> None:
    values = {"ids": as_rows({"id": number} for number in ids), "token": token, "until": until}
    connection.execute(text(_EXTEND.format(ids=database.rows("ids", _IDS))), values)


def lapsed(connection: Connection, now: int, limit: int) -> Sequence[RowMapping]:
    """Deliveries (id, endpoint_no) of claims whose lease is over, those first that were over first."""
    return connection.execute(_LAPSED, {"now": now, "limit": limit}).mappings().all()


def still_lapsed(
    database: Database, connection: Connection, ids: Iterable[int], now: int
) -> Sequence[tuple[Claimed, str]]:
    """Those of them that nobody holds or extended meanwhile, with their tokens; nobody else does before the end.

    In the order of their ids, and in a statement of its own: the next one sees what others had committed by then.
    """
    statement = _STILL_LAPSED.format(
        ids=database.rows("ids", _IDS), skip_locked=database.skip_locked.replace("UPDATE", "UPDATE OF d")
    )
    bound: Mapping[str, object] = {"ids": as_rows({"id": number} for number in ids), "now": now}
    return [(Claimed(*row[:-1]), row[-1]) for row in connection.execute(text(statement), bound)]


def bury(connection: Connection, delivery_id: int, now: int) -> None:
    """Ends a delivery whose row cannot be judged; a replay begins anew."""
    connection.execute(_BURY, {"id": delivery_id, "now": now})
