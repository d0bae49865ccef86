"""Files that go with releases: what is known of each, and which versions show it. The bytes lie in a folder.

A file belongs to who handed it in: the same bytes of two owners are two rows with two addresses, so that
nobody's release makes another's file public.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, text

from syndicator.errors import Conflict, NotFound
from syndicator.model.release import Release
from syndicator.store import numbers
from syndicator.store.database import Database, as_rows


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaFile:
    """A stored file. ``sha256`` is of the bytes as they are served; ``token`` is the secret of its address."""

    owner: str
    sha256: str
    token: str
    type: str
    bytes: int
    width: int | None = None
    height: int | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """A file, and whether a release shows it now (``is_public``) or did until it was withdrawn."""

    file: MediaFile
    is_public: bool
    is_withdrawn: bool


class Unused(NamedTuple):
    """A file that no version shows, and the instant when its time of grace began."""

    created_at: int
    owner: str
    sha256: str


BEFORE_ALL = Unused(-1, "", "")
_COLUMNS = "f.owner, f.sha256, f.token, f.type, f.bytes, f.width, f.height, f.name"
_INSERT = text("""
    INSERT INTO media_files (owner, sha256, token, type, bytes, width, height, name, created_at)
    VALUES (:owner, :sha256, :token, :type, :bytes, :width, :height, :name, :now)
    ON CONFLICT (owner, sha256) DO NOTHING
""")
_AGAIN = text("UPDATE media_files SET created_at = :now WHERE owner = :owner AND sha256 = :sha256")
_GET = text(f"SELECT {_COLUMNS} FROM media_files f WHERE f.owner = :owner AND f.sha256 = :sha256")
_REFER = text("""
    INSERT INTO version_media (sha256, release_id, version) VALUES (:sha256, :release_id, :version)
    ON CONFLICT DO NOTHING
""")
_IS_KEPT = text("""
    SELECT 1 FROM media_files f JOIN releases r ON r.owner = f.owner WHERE r.id = :release_id AND f.sha256 = :sha256
""")
# Any version, whatever became of it: history and a reinstatement show it again. Scalar probes, in the order of the
# index: for EXISTS PostgreSQL may join all versions with all releases.
_IS_USED = """
    (SELECT m.version FROM version_media m
      WHERE m.sha256 = f.sha256 AND (SELECT r.owner FROM releases r WHERE r.id = m.release_id) = f.owner
      ORDER BY m.release_id, m.version LIMIT 1) IS NOT NULL
"""
_UNUSED = text(f"""
    SELECT f.created_at, f.owner, f.sha256 FROM media_files f
     WHERE f.created_at < :before AND (f.created_at, f.owner, f.sha256) > (:created_at, :owner, :sha256)
       AND NOT {_IS_USED}
     ORDER BY f.created_at, f.owner, f.sha256 LIMIT :limit
""")
_REMOVE = text(f"""
    DELETE FROM media_files AS f
     WHERE f.owner = :owner AND f.sha256 = :sha256 AND f.created_at < :before AND NOT {_IS_USED}
""")
# Never more rows than the limit are looked at, however many of them nobody shows.
_AT_ONE_END = """
    SELECT f.sha256, f.bytes FROM (SELECT * FROM media_files ORDER BY created_at {order} LIMIT :limit) f WHERE {is_used}
"""
_AT_THE_ENDS = tuple(text(_AT_ONE_END.format(order=order, is_used=_IS_USED)) for order in ("DESC", "ASC"))
_IS_ANYBODYS = text("SELECT 1 FROM media_files WHERE sha256 = :sha256 LIMIT 1")
# Only the version that counts, and only of the file's owner; a release that was never public says nothing.
_SHOWN_IN = """
    EXISTS (SELECT 1 FROM version_media m
              JOIN releases r ON r.id = m.release_id AND r.version = m.version
             WHERE m.sha256 = f.sha256 AND r.owner = f.owner AND r.state = '{state}' AND r.published_at <= :now)
"""
_BY_TOKEN = text(f"""
    SELECT {_COLUMNS}, {_SHOWN_IN.format(state="published")} AS is_public,
           {_SHOWN_IN.format(state="withdrawn")} AS is_withdrawn
      FROM media_files f WHERE f.token = :token
""")


def insert(connection: Connection, file: MediaFile, now: int) -> bool:
    """Whether this call made the row; false when the owner had handed the same bytes in before.

    Its time of grace begins now, either way.
    """
    numbers.take(connection, numbers.MEDIA)
    values = {name: getattr(file, name) for name in file.__slots__}
    created = connection.execute(_INSERT, {**values, "now": now}).rowcount == 1
    if not created:
        connection.execute(_AGAIN, {"owner": file.owner, "sha256": file.sha256, "now": now})
    return created


def get(connection: Connection, owner: str, sha256: str) -> MediaFile:
    row = connection.execute(_GET, {"owner": owner, "sha256": sha256}).mappings().first()
    if row is None:
        message = f"there is no file {sha256}"
        raise NotFound(message)
    return MediaFile(**row)


def known(database: Database, connection: Connection, owner: str, wanted: Iterable[str]) -> dict[str, MediaFile]:
    """Those of the owner's files that are there, by SHA-256."""
    asked = as_rows({"sha256": sha256} for sha256 in sorted(set(wanted)))
    if asked == "[]":
        return {}
    rows = database.rows("wanted", {"sha256": "text"})
    found = text(f"SELECT {_COLUMNS} FROM media_files f JOIN {rows} w ON w.sha256 = f.sha256 WHERE f.owner = :owner")
    return {
        row["sha256"]: MediaFile(**row)
        for row in connection.execute(found, {"owner": owner, "wanted": asked}).mappings()
    }


def refer(connection: Connection, release: Release) -> None:
    """Notes which files this version shows. Conflict if one was removed since the record was looked at."""
    shown = sorted({each.sha256 for each in release.record.media if each.sha256})
    if not shown:
        return
    numbers.take(connection, numbers.MEDIA)
    for sha256 in shown:
        if connection.execute(_IS_KEPT, {"release_id": release.id, "sha256": sha256}).first() is None:
            message = f"the file {sha256} was removed meanwhile, for no release used it: hand it in again"
            raise Conflict(message)
    values = {"release_id": release.id, "version": release.version}
    connection.execute(_REFER, [{**values, "sha256": sha256} for sha256 in shown])


def unused(connection: Connection, before: int, behind: Unused, limit: int) -> Sequence[Unused]:
    """Files handed in before then that no version shows, oldest first; those that come behind one of them."""
    rows = connection.execute(_UNUSED, {"before": before, **behind._asdict(), "limit": limit})
    return [Unused(*row) for row in rows]


def remove(connection: Connection, owner: str, sha256: str, before: int) -> bool:
    """Whether it was still unused. Hold ``numbers.MEDIA``: nobody refers to it meanwhile."""
    return connection.execute(_REMOVE, {"owner": owner, "sha256": sha256, "before": before}).rowcount == 1


def at_the_ends(connection: Connection, limit: int) -> Mapping[str, int]:
    """Bytes, by SHA-256, of the files that a version shows among the newest and the oldest so many."""
    return {
        row.sha256: row.bytes for statement in _AT_THE_ENDS for row in connection.execute(statement, {"limit": limit})
    }


def is_anybodys(connection: Connection, sha256: str) -> bool:
    return connection.execute(_IS_ANYBODYS, {"sha256": sha256}).first() is not None


def by_token(connection: Connection, token: str, now: int) -> Shown | None:
    row = connection.execute(_BY_TOKEN, {"token": token, "now": now}).mappings().first()
    if row is None:
        return None
    columns: Mapping[str, Any] = {name: row[name] for name in MediaFile.__slots__}
    return Shown(MediaFile(**columns), bool(row["is_public"]), bool(row["is_withdrawn"]))
