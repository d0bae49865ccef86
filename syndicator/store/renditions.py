"""Rendered feed documents and the fragments they are joined from."""

from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, RowMapping, text

from syndicator.store.database import Database, as_rows

CURRENT = 0
"""The page of a channel's current document; archive pages count from one."""

Edition = tuple[str, int, int]
"""Release id, version and edition."""

_FRAGMENT = {"release_id": "text", "version": "bigint", "edition": "bigint", "format": "text"}
_PAGE = {"no": "bigint", "page": "bigint"}

# Scalar probes, for a join makes Postgres read the whole table where it is wrong about the number of rows.
_FRAGMENTS = """
    SELECT r.release_id, r.version, r.edition, r.format,
           (SELECT f.body FROM fragments f WHERE f.release_id = r.release_id AND f.version = r.version
               AND f.edition = r.edition AND f.format = r.format AND f.template = :template) AS body
      FROM {rows} r
"""
_INSERT_FRAGMENT = """
    INSERT INTO fragments (release_id, version, edition, format, template, body)
    SELECT r.id, CAST(:version AS INTEGER), r.edition, CAST(:format AS VARCHAR), CAST(:template AS INTEGER), :body
      FROM releases r WHERE r.id = :release_id AND r.edition = :edition {for_share}
    ON CONFLICT DO NOTHING
"""
_UPSERT = text("""
    INSERT INTO renditions (channel_no, page, format, change, gzip, etag, size, spans, last_modified, rendered_by)
    VALUES (:channel_no, :page, :format, :change, :gzip, :etag, :size, :spans, :last_modified, :rendered_by)
    ON CONFLICT (channel_no, page, format) DO UPDATE
       SET change = excluded.change, gzip = excluded.gzip, etag = excluded.etag, size = excluded.size,
           spans = excluded.spans, last_modified = excluded.last_modified, rendered_by = excluded.rendered_by
""")
# Postgres takes JSON rows for a hundred, and would rather read a whole table than look so often: a limit helps.
_STATES = """
    SELECT s.channel_no, s.page, s.format, s.etag, s.spans, s.last_modified
      FROM (SELECT no, page FROM {rows} r LIMIT :count) n JOIN renditions s ON s.channel_no = n.no AND s.page = n.page
"""
_SINCE = text("""
    SELECT c.name, r.page, r.format, r.change FROM renditions r JOIN channels c ON c.no = r.channel_no
     WHERE r.change > :change ORDER BY r.change
""")
_GET = text("""
    SELECT r.gzip, r.etag, r.size, r.spans, r.last_modified, r.change, r.rendered_by
      FROM renditions r JOIN channels c ON c.no = r.channel_no
     WHERE c.name = :name AND c.deleted_at IS NULL AND r.page = :page AND r.format = :format
""")
_TOUCH = text("UPDATE renditions SET change = :change WHERE channel_no = :no")
_OF_CHANNELS = text("""
    SELECT DISTINCT c.name, r.rendered_by FROM channel_entries e
      JOIN channels c ON c.no = e.channel_no
      JOIN renditions r ON r.channel_no = c.no AND r.page = e.page
     WHERE e.release_id = :id AND c.deleted_at IS NULL ORDER BY c.name
""")


def fragments(
    database: Database, connection: Connection, wanted: Iterable[tuple[Edition, str]], template: int
) -> dict[tuple[Edition, str], bytes]:
    """The stored fragments among the wanted ones, each named by edition and format."""
    rows = as_rows(dict(zip(_FRAGMENT, (*edition, form), strict=True)) for edition, form in wanted)
    statement = _FRAGMENTS.format(rows=database.rows("rows", _FRAGMENT))
    found = connection.execute(text(statement), {"rows": rows, "template": template})
    return {
        ((row.release_id, row.version, row.edition), row.format): bytes(row.body)
        for row in found
        if row.body is not None
    }


def insert_fragments(database: Database, connection: Connection, rows: Iterable[Mapping[str, Any]]) -> None:
    """Keeps them, but for releases that have a newer edition by now: nothing is left of an older one."""
    # In one order, for several processes lock the releases they belong to, and store the same ones.
    ordered = sorted(map(dict, rows), key=itemgetter(*_FRAGMENT))
    if ordered:
        connection.execute(text(_INSERT_FRAGMENT.format(for_share=database.for_share)), ordered)


def states(
    database: Database, connection: Connection, pages: Iterable[tuple[int, int]]
) -> dict[tuple[int, int, str], RowMapping]:
    """What is stored of these documents, by channel, page and format, without the bytes."""
    rows = [{"no": no, "page": page} for no, page in pages]
    statement = _STATES.format(rows=database.rows("rows", _PAGE))
    found = connection.execute(text(statement), {"rows": as_rows(rows), "count": len(rows)}).mappings()
    return {(row["channel_no"], row["page"], row["format"]): row for row in found}


def upsert(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        connection.execute(_UPSERT, list(map(dict, rows)))


def since(connection: Connection, change: int) -> Sequence[RowMapping]:
    """Documents that changed after that number: how a server's cache learns of it."""
    return connection.execute(_SINCE, {"change": change}).mappings().all()


def get(connection: Connection, name: str, page: int, form: str) -> RowMapping | None:
    return connection.execute(_GET, {"name": name, "page": page, "format": form}).mappings().first()


def touch(connection: Connection, no: int, change: int) -> None:
    """Makes every cache ask again for the channel's documents: it is gone, or back."""
    connection.execute(_TOUCH, {"no": no, "change": change})


def of_release(connection: Connection, release_id: str) -> Sequence[RowMapping]:
    """Which documents show the release, and who rendered them."""
    return connection.execute(_OF_CHANNELS, {"id": release_id}).mappings().all()
