"""Releases and their versions. Versions are immutable rows; the release row says which one counts."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, text

from syndicator.clock import from_us, to_us
from syndicator.errors import NotFound
from syndicator.model.lifecycle import Action, ReleaseState
from syndicator.model.network import Attached
from syndicator.model.release import Record, Release
from syndicator.store import media
from syndicator.store.database import Database, as_rows

_PAGE = 100
_INSERT = text("""
    INSERT INTO releases (id, owner, guid, state, version, publisher_key, content_hash, embargo_until,
                          published_at, updated_at, created_at)
    VALUES (:id, :owner, :guid, :state, 1, :publisher_key, :content_hash, :embargo_until,
            :published_at, :now, :now)
""")
_INSERT_VERSION = text("""
    INSERT INTO versions (release_id, version, action, state, actor, note, record, texts_sha256, created_at)
    VALUES (:release_id, :version, :action, :state, :actor, :note, :record, :texts_sha256, :now)
""")
_LAST_PUBLISHED = text("SELECT max(published_at) FROM releases")
_LAST_CORRECTION = text("""
    SELECT v.note FROM versions v JOIN releases r ON r.id = v.release_id
     WHERE v.release_id = :id AND v.action = 'correct' AND v.created_at >= r.published_at
     ORDER BY v.version DESC LIMIT 1
""")
_UPDATE = text("""
    UPDATE releases SET state = :state, version = :version, publisher_key = :publisher_key,
           content_hash = :content_hash, embargo_until = :embargo_until, published_at = :published_at,
           updated_at = :now
     WHERE id = :id
""")
_COLUMNS = """
    SELECT r.id, r.owner, r.guid, r.edition, r.embargo_until, r.published_at, r.content_hash, r.created_at,
           v.version, v.state, v.note, v.record, v.created_at AS updated_at, t.content AS texts, v.texts_sha256,
           r.state AS current_state, r.version AS current_version, v.action, v.actor
      FROM releases r
      JOIN versions v ON v.release_id = r.id
      JOIN network_texts t ON t.sha256 = v.texts_sha256
"""
_VERSION = text(f"{_COLUMNS} WHERE r.id = :id AND v.version = COALESCE(CAST(:version AS INTEGER), r.version)")
# Those of the page first, each looked up: PostgreSQL may otherwise join all of a channel with all releases.
_NEWEST_OF_CHANNEL = text("""
    SELECT r.id, r.version, r.edition, r.published_at, v.created_at AS written_at
      FROM (SELECT e.release_id, e.position FROM channel_entries e
             WHERE e.channel_no = :no AND (SELECT r.published_at <= :now FROM releases r WHERE r.id = e.release_id)
             ORDER BY e.position DESC LIMIT :limit) n
      JOIN releases r ON r.id = n.release_id
      JOIN versions v ON v.release_id = r.id AND v.version = r.version
     ORDER BY n.position DESC
""")
_HISTORY = text("""
    SELECT version, action, state, actor, note, created_at FROM versions WHERE release_id = :id ORDER BY version
""")
_DUE = """
    SELECT id FROM releases WHERE state = 'scheduled' AND embargo_until <= :now
     ORDER BY embargo_until, id LIMIT :limit {skip_locked}
"""
_NEXT_DUE = text("SELECT min(embargo_until) FROM releases WHERE state = 'scheduled'")
_LIFT = text("""
    UPDATE releases SET state = 'published',
           published_at = CASE WHEN embargo_until > :at THEN embargo_until ELSE :at END,
           updated_at = CASE WHEN embargo_until > :at THEN embargo_until ELSE :at END
     WHERE id = :id AND state = 'scheduled' AND embargo_until <= :now
""")
_RELATE = text("""
    INSERT INTO relations (release_id, target_id) VALUES (:release_id, :target_id) ON CONFLICT DO NOTHING
""")
# A scalar probe: PostgreSQL may otherwise join them with all that ever appeared.
_PUBLIC_AMONG = """
    SELECT w.id FROM {rows} w WHERE (SELECT r.published_at <= :now FROM releases r WHERE r.id = w.id)
"""
_NAMING = """
    SELECT id FROM releases
     WHERE id IN (SELECT release_id FROM relations WHERE target_id = :id) ORDER BY id {for_change}
"""
_NAMED_BY = text("""
    SELECT r.id FROM relations n JOIN releases r ON r.id = n.release_id
     WHERE n.target_id = :id AND r.id <> :id AND r.state = 'published' AND r.published_at <= :now
     ORDER BY r.id DESC LIMIT :limit
""")
_NEW_EDITION = text("UPDATE releases SET edition = edition + 1 WHERE id = :id")
_EDITION = text("SELECT edition FROM releases WHERE id = :id")
_OTHER_WITH_CONTENT = text("""
    SELECT id FROM releases WHERE content_hash = :content_hash AND owner = :owner AND id <> :id ORDER BY id LIMIT 1
""")
_PUBLISHED_SINCE = text("""
    SELECT r.id, r.published_at, v.record FROM releases r
      JOIN versions v ON v.release_id = r.id AND v.version = r.version
     WHERE r.state = 'published' AND r.published_at BETWEEN :since AND :at AND (r.published_at, r.id) < (:at, :id)
     ORDER BY r.published_at DESC, r.id DESC LIMIT :limit
""")
_INSERT_TEXTS = text("""
    INSERT INTO network_texts (sha256, id, content) VALUES (:sha256, :id, :content) ON CONFLICT (sha256) DO NOTHING
""")
_KEY = text("SELECT digest, release_id FROM idempotency_keys WHERE owner = :owner AND key = :key")
_INSERT_KEY = text("""
    INSERT INTO idempotency_keys (owner, key, digest, release_id, created_at)
    VALUES (:owner, :key, :digest, :release_id, :now) ON CONFLICT DO NOTHING
""")


class StoredVersion:
    """A version read from the store, with what only the service needs to know of it."""

    __slots__ = (
        "action",
        "actor",
        "attached",
        "content_hash",
        "created_at",
        "current_version",
        "edition",
        "embargo_until",
        "owner",
        "release",
    )

    def __init__(self, row: RowMapping) -> None:
        self.owner: str = row["owner"]
        self.current_version: int = row["current_version"]
        self.edition: int = row["edition"]
        self.embargo_until: int | None = row["embargo_until"]
        self.content_hash: str = row["content_hash"]
        self.created_at: int = row["created_at"]
        self.action: str = row["action"]
        self.actor: str = row["actor"]
        self.attached = Attached.model_validate_json(row["texts"])
        # A version made before the embargo lifted keeps its state; what counts in public is the release's.
        newest = row["version"] == row["current_version"]
        self.release = Release(
            id=row["id"],
            guid=row["guid"],
            version=row["version"],
            state=ReleaseState(row["current_state"] if newest else row["state"]),
            record=Record.model_validate_json(row["record"]),
            published_at=from_us(row["published_at"]) if row["published_at"] is not None else None,
            updated_at=from_us(max(row["updated_at"], row["published_at"] or 0)),
            note=_public_note(row),
            texts=self.attached.id,
        )


def _public_note(row: RowMapping) -> str | None:
    """The note, unless its version came before the release was public: nobody needs to hear of that."""
    return row["note"] if row["published_at"] is not None and row["updated_at"] >= row["published_at"] else None


def insert(connection: Connection, release: Release, *, owner: str, content_hash: str, now: int) -> None:
    connection.execute(
        _INSERT,
        {
            "id": release.id,
            "owner": owner,
            "guid": release.guid,
            "state": release.state,
            "publisher_key": release.record.publisher_key,
            "content_hash": content_hash,
            "embargo_until": _us(release.record.embargo_until),
            "published_at": _us(release.published_at),
            "now": now,
        },
    )


def insert_version(
    connection: Connection, release: Release, attached: Attached, *, action: Action, actor: str, now: int
) -> None:
    """The version row, the files it shows, and the network's texts it was issued with (once per wording)."""
    sha256 = attached.sha256
    connection.execute(_INSERT_TEXTS, {"sha256": sha256, "id": attached.id, "content": attached.model_dump_json()})
    connection.execute(
        _INSERT_VERSION,
        {
            "release_id": release.id,
            "version": release.version,
            "action": action,
            "state": release.state,
            "actor": actor,
            "note": release.note,
            "record": release.record.model_dump_json(exclude_none=True),
            "texts_sha256": sha256,
            "now": now,
        },
    )
    media.refer(connection, release)
    for target in release.record.related:
        connection.execute(_RELATE, {"release_id": release.id, "target_id": target})


def update(connection: Connection, release: Release, *, content_hash: str, embargo_until: int | None, now: int) -> None:
    connection.execute(
        _UPDATE,
        {
            "id": release.id,
            "state": release.state,
            "version": release.version,
            "publisher_key": release.record.publisher_key,
            "content_hash": content_hash,
            "embargo_until": embargo_until,
            "published_at": _us(release.published_at),
            "now": now,
        },
    )


def last_published(connection: Connection) -> int:
    """When the last release appeared, 0 if none has."""
    return int(connection.execute(_LAST_PUBLISHED).scalar_one() or 0)


def last_correction(connection: Connection, release_id: str) -> str | None:
    """The note of the last correction that was made in public."""
    found: str | None = connection.execute(_LAST_CORRECTION, {"id": release_id}).scalar_one_or_none()
    return found


def lock(connection: Connection, release_id: str, dialect_suffix: str) -> None:
    """Keeps other writers from this release until the transaction ends."""
    connection.execute(text(f"SELECT id FROM releases WHERE id = :id {dialect_suffix}"), {"id": release_id})


def version(connection: Connection, release_id: str, number: int | None = None) -> StoredVersion:
    """That version, or the newest. NotFound for a release or version that does not exist."""
    row = connection.execute(_VERSION, {"id": release_id, "version": number}).mappings().first()
    if row is None:
        message = f"there is no release {release_id}" + (f" with a version {number}" if number else "")
        raise NotFound(message)
    return StoredVersion(row)


def history(connection: Connection, release_id: str) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(_HISTORY, {"id": release_id}).mappings()]


def due(connection: Connection, now: int, limit: int, skip_locked: str) -> Sequence[str]:
    """Scheduled releases whose embargo has lifted: now ≥ embargo_until, without rounding."""
    return connection.execute(text(_DUE.format(skip_locked=skip_locked)), {"now": now, "limit": limit}).scalars().all()


def next_due(connection: Connection) -> int | None:
    found: int | None = connection.execute(_NEXT_DUE).scalar_one()
    return found


def lift(connection: Connection, release_id: str, *, at: int, now: int) -> bool:
    """Whether this call made it public, as of that time or its embargo's if that is later.

    Never before its embargo, whoever asks; a second sweeper finds nothing to do.
    """
    return connection.execute(_LIFT, {"id": release_id, "at": at, "now": now}).rowcount == 1


def public_among(database: Database, connection: Connection, ids: Iterable[str], now: int) -> frozenset[str]:
    """Those of the releases that everybody may know of, whatever became of them since."""
    asked = as_rows({"id": each} for each in sorted(ids))
    if asked == "[]":
        return frozenset()
    statement = text(_PUBLIC_AMONG.format(rows=database.rows("wanted", {"id": "text"})))
    return frozenset(connection.execute(statement, {"wanted": asked, "now": now}).scalars())


def named_by(connection: Connection, release_id: str, now: int, limit: int) -> Sequence[str]:
    """The published releases that name this one or did in an earlier version, the newest first."""
    return connection.execute(_NAMED_BY, {"id": release_id, "now": now, "limit": limit}).scalars().all()


def new_edition_of_naming(database: Database, connection: Connection, release_id: str) -> Sequence[str]:
    """The releases that name this one; whatever is composed of them from now on is kept anew.

    In the order of their ids, as fragments are stored. Call it before channels are marked.
    """
    # In a statement of its own, for an UPDATE knows no order.
    statement = text(_NAMING.format(for_change=database.for_change))
    found = connection.execute(statement, {"id": release_id}).scalars().all()
    if found:
        connection.execute(_NEW_EDITION, [{"id": each} for each in found])
    return found


def edition(connection: Connection, release_id: str) -> int:
    return int(connection.execute(_EDITION, {"id": release_id}).scalar_one())


def other_with_content(connection: Connection, content_hash: str, owner: str, release_id: str) -> str | None:
    """Another release of this owner with the same content, if there is one."""
    values = {"content_hash": content_hash, "owner": owner, "id": release_id}
    return connection.execute(_OTHER_WITH_CONTENT, values).scalar()


def newest_of_channel(connection: Connection, no: int, *, now: int, limit: int) -> Sequence[RowMapping]:
    """The channel's public releases, the last that entered it first: which state of each counts, not what it says."""
    return connection.execute(_NEWEST_OF_CHANNEL, {"no": no, "now": now, "limit": limit}).mappings().all()


def published_since(connection: Connection, since: int, *, now: int, limit: int) -> Iterator[tuple[str, int, Record]]:
    """Id, time and record of what was published since then and still is, newest first.

    Read in pages: a driver holds whatever one statement finds, and records can have megabytes.
    """
    at, release_id = now + 1, ""
    while limit > 0:
        asked = {"since": since, "at": at, "id": release_id, "limit": min(limit, _PAGE)}
        rows = connection.execute(_PUBLISHED_SINCE, asked).all()
        for row in rows:
            yield row.id, row.published_at, Record.model_validate_json(row.record)
        if len(rows) < _PAGE:
            return
        at, release_id, limit = rows[-1].published_at, rows[-1].id, limit - _PAGE


def idempotency_key(connection: Connection, owner: str, key: str) -> tuple[str, str] | None:
    """Digest and release id of the submission that used this key, or nothing."""
    row = connection.execute(_KEY, {"owner": owner, "key": key}).first()
    return (row.digest, row.release_id) if row else None


def insert_idempotency_key(
    connection: Connection, owner: str, key: str, digest: str, release_id: str, now: int
) -> bool:
    """Whether the key is now this submission's; false when another one took it in the meantime."""
    values = {"owner": owner, "key": key, "digest": digest, "release_id": release_id, "now": now}
    return connection.execute(_INSERT_KEY, values).rowcount == 1


def _us(instant: datetime | None) -> int | None:
    return None if instant is None else to_us(instant)
