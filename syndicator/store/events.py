"""The outbox: what became public, in commit order without gaps, and the bytes that newsrooms are sent."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Row, text

from syndicator.ids import new_id
from syndicator.model.lifecycle import EventType
from syndicator.store import numbers

_AFTER_ALL: Final = 2**62
_INSERT = text("""
    INSERT INTO events (seq, id, type, owner, release_id, version, endpoint_no, created_at,
                        fanned_out_at, fanned_out_by)
    VALUES (:seq, :id, :type, :owner, :release_id, :version, :endpoint_no, :now, :fanned_out_at, :fanned_out_by)
""")
_OPEN = text("""
    SELECT seq, id, type, owner, release_id, version, endpoint_no, created_at
      FROM events WHERE fanned_out_at IS NULL AND seq > :after ORDER BY seq LIMIT :limit
""")
_FANNED_OUT = text(
    "UPDATE events SET fanned_out_at = :now, fanned_out_by = :by WHERE seq = :seq AND fanned_out_at IS NULL"
)
_OF_RELEASE = text("""
    SELECT seq, id, type, version, created_at, fanned_out_at, fanned_out_by
      FROM events WHERE release_id = :id ORDER BY seq
""")
_NEWEST = text("""
    SELECT seq, release_id, type, version, fanned_out_at FROM events WHERE release_id = :id ORDER BY seq DESC LIMIT 1
""")
_BEFORE = text("SELECT seq, release_id, created_at FROM events WHERE seq < :before ORDER BY seq DESC LIMIT :limit")
_INSERT_PAYLOAD = text("""
    INSERT INTO payloads (event_seq, format, body) VALUES (:seq, :format, :body) ON CONFLICT DO NOTHING
""")
_PAYLOAD = text("SELECT body FROM payloads WHERE event_seq = :seq AND format = :format")


OpenEvent = Row[tuple[int, str, str, str, str, int, int, int]]


class PublicEvent(NamedTuple):
    """What became public of a release. ``fanned_out_at``: none while nobody was told yet."""

    seq: int
    release_id: str
    type: EventType
    version: int
    fanned_out_at: int | None


def append(
    connection: Connection,
    kind: EventType,
    *,
    owner: str,
    now: int,
    release_id: str | None = None,
    version: int | None = None,
    endpoint_no: int | None = None,
    fanned_out_by: str | None = None,
) -> tuple[int, str]:
    """Number and id of the new event. Call it last in the transaction (see ``numbers.take``).

    ``fanned_out_by`` marks one that is for a single endpoint and needs no fan-out.
    """
    seq = numbers.take(connection, numbers.EVENT)
    event_id = new_id("evt", now)
    connection.execute(
        _INSERT,
        {
            "seq": seq,
            "id": event_id,
            "type": kind,
            "owner": owner,
            "release_id": release_id,
            "version": version,
            "endpoint_no": endpoint_no,
            "now": now,
            "fanned_out_at": now if fanned_out_by else None,
            "fanned_out_by": fanned_out_by,
        },
    )
    return seq, event_id


def open_events(connection: Connection, limit: int, after: int = 0) -> Sequence[OpenEvent]:
    """Events not fanned out yet with later numbers than ``after``, oldest first."""
    return connection.execute(_OPEN, {"limit": limit, "after": after}).all()


def fanned_out(connection: Connection, seq: int, by: str, now: int) -> bool:
    """Whether this call was the one to do it."""
    return connection.execute(_FANNED_OUT, {"seq": seq, "by": by, "now": now}).rowcount == 1


def of_release(connection: Connection, release_id: str) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(_OF_RELEASE, {"id": release_id}).mappings()]


def newest(connection: Connection, release_id: str) -> PublicEvent | None:
    """The newest event of a release; nothing before it is public."""
    row = connection.execute(_NEWEST, {"id": release_id}).first()
    if row is None:
        return None
    return PublicEvent(row.seq, row.release_id, EventType(row.type), row.version, row.fanned_out_at)


def before(connection: Connection, seq: int | None, limit: int) -> Sequence[Row[tuple[int, str | None, int]]]:
    """Number, release and time of the events before that number, or of all; newest first. Pings have no release."""
    return connection.execute(_BEFORE, {"before": _AFTER_ALL if seq is None else seq, "limit": limit}).all()


def insert_payload(connection: Connection, seq: int, form: str, body: bytes) -> None:
    connection.execute(_INSERT_PAYLOAD, {"seq": seq, "format": form, "body": body})


def payload(connection: Connection, seq: int, form: str) -> bytes:
    """The stored bytes: the same on every attempt, to every endpoint."""
    return bytes(connection.execute(_PAYLOAD, {"seq": seq, "format": form}).scalar_one())
