"""What an erasure reads and rewrites: versions, payloads, fragments, answers, documents of deleted channels."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, CursorResult, RowMapping, text

from syndicator.store.database import Database
from syndicator.store.deliveries import RECEIVED
from syndicator.store.holds import of_this

_SCOPES = {"release": "r.id = :value", "publisher": "r.publisher_key = :value", "owner": "r.owner = :value"}
_RELEASES = "SELECT r.id FROM releases r WHERE {scope} AND r.id > :after ORDER BY r.id LIMIT :limit"
_VERSIONS = text("""
    SELECT v.release_id, v.version, v.record, v.note, r.edition, r.version AS newest
      FROM versions v JOIN releases r ON r.id = v.release_id WHERE v.release_id = :id ORDER BY v.version
""")
_SET_RECORD = text("UPDATE versions SET record = :record WHERE release_id = :release_id AND version = :version")
_NEW_EDITION = text("""
    UPDATE releases SET edition = edition + 1 WHERE id = :id AND edition = :edition AND version = :newest
""")
_PAYLOADS = text("""
    SELECT e.seq, e.id, e.type, e.version, e.created_at, p.format, p.body
      FROM events e JOIN payloads p ON p.event_seq = e.seq WHERE e.release_id = :id ORDER BY e.seq
""")
_PUSHES = text("SELECT p.event_seq FROM events e JOIN payloads p ON p.event_seq = e.seq WHERE e.release_id = :id")
_SET_PAYLOAD = text("UPDATE payloads SET body = :body WHERE event_seq = :seq AND format = :format")
_DELETE_FRAGMENTS = text("DELETE FROM fragments WHERE release_id = :id")
_DELETE_DOCUMENTS = text("""
    DELETE FROM renditions
     WHERE (channel_no, page) IN (
            SELECT e.channel_no, e.page FROM channel_entries e JOIN channels c ON c.no = e.channel_no
             WHERE e.release_id = :id AND c.deleted_at IS NOT NULL)
""")
_FORGET_ANSWERS = "UPDATE attempts SET answer = NULL WHERE answer IS NOT NULL AND delivery_id {by_each}"
_OF_THIS = "SELECT id FROM deliveries WHERE {of_this}"
_SET_DIGEST = text("UPDATE idempotency_keys SET digest = :digest WHERE release_id = :id")
_OPEN = "SELECT id FROM deliveries WHERE {of_this} AND state IN ('waiting', 'queued', 'parked')"
# By its token, which only claimed ones have: by the state, PostgreSQL may read all that are claimed of other releases.
_UNDER_WAY = "SELECT count(*) FROM deliveries WHERE {of_this} AND claim_token IS NOT NULL"
_RECEIVED_BY = f"""
    SELECT DISTINCT e.id FROM deliveries o JOIN endpoints e ON e.no = o.endpoint_no
     WHERE o.{{of_this}} AND {RECEIVED} ORDER BY e.id
"""
_PROFILES = {
    "publisher": text("SELECT key, profile FROM publishers WHERE key = :value"),
    "owner": text("SELECT key, profile FROM publishers WHERE owner = :value ORDER BY key"),
}
_SET_PROFILE = text("UPDATE publishers SET profile = :profile, updated_at = :now WHERE key = :key AND profile = :old")
_PAGE = 200

REWRITTEN = ("versions", "payloads", "fragments", "renditions", "attempts", "publishers", "idempotency_keys")
"""Tables that hold what an erasure rewrites."""


def versions(connection: Connection, scope: str, value: str) -> Iterator[Sequence[RowMapping]]:
    """Every version of the releases in the scope, a release at a time."""
    listed, after = text(_RELEASES.format(scope=_SCOPES[scope])), ""
    while True:
        ids = connection.execute(listed, {"value": value, "after": after, "limit": _PAGE}).scalars().all()
        for release_id in ids:
            yield connection.execute(_VERSIONS, {"id": release_id}).mappings().all()
        if len(ids) < _PAGE:
            return
        after = ids[-1]


def profiles(connection: Connection, scope: str, value: str) -> Sequence[RowMapping]:
    """Publishers' profiles in the scope; none belongs to a single release."""
    return connection.execute(_PROFILES[scope], {"value": value}).mappings().all() if scope in _PROFILES else ()


def payloads(connection: Connection, release_id: str) -> Sequence[RowMapping]:
    return connection.execute(_PAYLOADS, {"id": release_id}).mappings().all()


def pushes(connection: Connection, release_id: str) -> frozenset[int]:
    """Numbers of the events whose pushes are composed."""
    return frozenset(connection.execute(_PUSHES, {"id": release_id}).scalars())


def received_by(database: Database, connection: Connection, release_id: str) -> tuple[str, ...]:
    """Ids of the endpoints that were, or may have been, sent some version of it."""
    return tuple(_of_release(database, connection, _RECEIVED_BY, release_id).scalars())


def hold_pushes(database: Database, connection: Connection, release_id: str) -> bool:
    """Keeps waiting pushes from being claimed until the transaction ends; false where somebody else is at one of them.

    It does not wait for that: an endpoint's move, say, takes them in another order and may wait for those held here.
    """
    held = _of_release(database, connection, f"{_OPEN} {database.skip_locked}", release_id).scalars()
    return set(held) >= set(_of_release(database, connection, _OPEN, release_id).scalars())


def under_way(database: Database, connection: Connection, release_id: str) -> int:
    """How many of its pushes are under way."""
    return int(_of_release(database, connection, _UNDER_WAY, release_id).scalar_one())


def new_edition(connection: Connection, release_id: str, edition: int, newest: int) -> bool:
    """Whether nothing was changed since the edition and version were read. From here on nobody else changes it."""
    return connection.execute(_NEW_EDITION, {"id": release_id, "edition": edition, "newest": newest}).rowcount == 1


def rewrite(
    database: Database,
    connection: Connection,
    release_id: str,
    records: Mapping[int, str],
    bodies: Sequence[Mapping[str, Any]],
    digest: str | None,
) -> int:
    """Puts the records and bodies in place of the old ones, and drops what else may hold a part of them.

    How many answers of receivers were dropped.
    """
    if records:
        rows = [{"release_id": release_id, "version": number, "record": record} for number, record in records.items()]
        connection.execute(_SET_RECORD, rows)
    if bodies:
        connection.execute(_SET_PAYLOAD, list(map(dict, bodies)))
    if digest:
        connection.execute(_SET_DIGEST, {"id": release_id, "digest": digest})
    connection.execute(_DELETE_FRAGMENTS, {"id": release_id})
    connection.execute(_DELETE_DOCUMENTS, {"id": release_id})
    return _of_release(
        database, connection, _FORGET_ANSWERS.format(by_each=database.by_each(_OF_THIS)), release_id
    ).rowcount


def set_profile(connection: Connection, key: str, old: str, profile: str, now: int) -> bool:
    """Whether it was still the old one."""
    return connection.execute(_SET_PROFILE, {"key": key, "old": old, "profile": profile, "now": now}).rowcount == 1


def _of_release(database: Database, connection: Connection, statement: str, release_id: str) -> CursorResult[Any]:
    """What a statement about ``{of_this}`` deliveries finds."""
    return connection.execute(text(statement.format(of_this=of_this(database))), {"release_id": release_id})
