"""The outbox: what became public, in commit order without gaps, and the bytes that newsrooms are sent."""

from collections.abc import Sequence

from sqlalchemy import Connection, Row, text

from syndicator.ids import new_id
from syndicator.model.lifecycle import EventType
from syndicator.store import numbers

_INSERT = text("""
    INSERT INTO events (seq, id, type, owner, release_id, version, endpoint_no, created_at)
    VALUES (:seq, :id, :type, :owner, :release_id, :version, :endpoint_no, :now)
""")
_OPEN = text("""
    SELECT seq, id, type, owner, release_id, version, endpoint_no, created_at
      FROM events WHERE fanned_out_at IS NULL ORDER BY seq LIMIT :limit
""")
_FANNED_OUT = text(
    "UPDATE events SET fanned_out_at = :now, fanned_out_by = :by WHERE seq = :seq AND fanned_out_at IS NULL"
)
_OF_RELEASE = text("""
    SELECT seq, id, type, version, created_at, fanned_out_at, fanned_out_by FROM events WHERE release_id = :id ORDER BY seq
""")
_INSERT_PAYLOAD = text("""
    INSERT INTO payloads (event_seq, format, body) VALUES (:seq, :format, :body) ON CONFLICT DO NOTHING
""")
_PAYLOAD = text("SELECT body FROM payloads WHERE event_seq = :seq AND format = :format")


def append(
    connection: Connection,
    kind: EventType,
    *,
    owner: str,
    now: int,
    release_id: str | None = None,
    version: int | None = None,
    endpoint_no: int | None = None,
) -> int:
    """The number of the new event. Call it last in the transaction (see ``numbers.take``)."""
    seq = numbers.take(connection, numbers.EVENT)
    connection.execute(
        _INSERT,
        {
            "seq": seq,
            "id": new_id("evt", now),
            "type": kind,
            "owner": owner,
            "release_id": release_id,
            "version": version,
            "endpoint_no": endpoint_no,
            "now": now,
        },
    )
    return seq


def open_events(connection: Connection, limit: int) -> Sequence[Row[tuple[int, str, str, str, str, int, int, int]]]:
    """Events not fanned out yet, oldest first."""
    return connection.execute(_OPEN, {"limit": limit}).all()


def fanned_out(connection: Connection, seq: int, by: str, now: int) -> bool:
    """Whether this call was the one to do it."""
    return connection.execute(_FANNED_OUT, {"seq": seq, "by": by, "now": now}).rowcount == 1


def of_release(connection: Connection, release_id: str) -> list[dict[str, object]]:
    return [dict(row) for row in connection.execute(_OF_RELEASE, {"id": release_id}).mappings()]


def insert_payload(connection: Connection, seq: int, form: str, body: bytes) -> None:
    connection.execute(_INSERT_PAYLOAD, {"seq": seq, "format": form, "body": body})


def payload(connection: Connection, seq: int, form: str) -> bytes:
    """The stored bytes: the same on every attempt, to every endpoint."""
    return bytes(connection.execute(_PAYLOAD, {"seq": seq, "format": form}).scalar_one())
