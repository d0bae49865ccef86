"""Channels and the releases in them. An entry's page is 0 in the current document, then for ever one archive page."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, text

from syndicator.errors import NotFound
from syndicator.store.database import Database, as_rows

_INSERT = text("""
    INSERT INTO channels (name, kind, value, title, owner, filter_sha256, created_at)
    VALUES (:name, :kind, :value, :title, :owner, :filter_sha256, :now) ON CONFLICT (name) DO NOTHING
""")
# What is there is not offered again: on Postgres the offer would wait for whoever renders the channel now.
_INSERT_MANY = """
    INSERT INTO channels (name, kind, value, title, owner, created_at)
    SELECT r.name, r.kind, r.value, r.title, 'operator', :now FROM {rows} r
     WHERE NOT EXISTS (SELECT 1 FROM channels c WHERE c.name = r.name)
    ON CONFLICT (name) DO NOTHING
"""
_ENTER = """
    INSERT INTO channel_entries (channel_no, position, release_id)
    SELECT c.no, c.entries + 1, :release_id FROM channels c
     WHERE c.deleted_at IS NULL
       AND (c.name IN (SELECT name FROM {names} n) OR c.filter_sha256 IN (SELECT name FROM {filters} f))
    ON CONFLICT (channel_no, release_id) DO NOTHING
"""
_HOLD = """
    SELECT no FROM channels
     WHERE no IN (SELECT channel_no FROM channel_entries WHERE release_id = :release_id
                   UNION ALL
                  SELECT e.channel_no FROM relations x JOIN channel_entries e ON e.release_id = x.release_id
                   WHERE x.target_id = :release_id)
     ORDER BY no {for_change}
"""
_COUNT_ENTRY = text("""
    UPDATE channels SET entries = entries + 1
     WHERE no IN (SELECT e.channel_no FROM channel_entries e WHERE e.release_id = :release_id
                     AND e.channel_no = channels.no AND e.position = channels.entries + 1)
""")
_MARK_DIRTY = text("""
    UPDATE channels SET generation = generation + 1
     WHERE deleted_at IS NULL AND no IN (SELECT channel_no FROM channel_entries WHERE release_id = :release_id)
    RETURNING no
""")
_MARK_PAGES = text("""
    INSERT INTO dirty_pages (channel_no, page)
    SELECT channel_no, page FROM channel_entries WHERE release_id = :release_id AND page > 0
    ON CONFLICT DO NOTHING
""")
_DIRTY = text("""
    SELECT no, rendered_generation FROM channels
     WHERE generation > rendered_generation AND deleted_at IS NULL ORDER BY no LIMIT :limit
""")
_BY_NO = "SELECT * FROM channels WHERE no IN (SELECT no FROM {rows} r) AND deleted_at IS NULL ORDER BY no"
_BY_NAME = text("SELECT * FROM channels WHERE name = :name AND deleted_at IS NULL")
_LIST = text("SELECT * FROM channels WHERE deleted_at IS NULL ORDER BY no")
_ENTRIES = text("""
    SELECT e.position, e.release_id, r.version, r.edition, r.state, r.updated_at
      FROM channel_entries e JOIN releases r ON r.id = e.release_id
     WHERE e.channel_no = :no AND e.page = :page AND r.published_at IS NOT NULL
     ORDER BY e.position DESC
""")
_CLOSE = text("""
    UPDATE channel_entries SET page = :page WHERE channel_no = :no AND page = 0 AND position BETWEEN :first AND :last
""")
_DIRTY_PAGES = text("SELECT page FROM dirty_pages WHERE channel_no = :no ORDER BY page")
_CLEAN_PAGES = text("""
    DELETE FROM dirty_pages WHERE channel_no = :no
       AND EXISTS (SELECT 1 FROM channels c WHERE c.no = :no AND c.generation = :generation)
""")
_RENDERED = text("""
    UPDATE channels SET rendered_generation = :generation, pages = :pages
     WHERE no = :no AND pages = :pages_read AND rendered_generation < :generation AND deleted_at IS NULL
""")
_FILL = """
    INSERT INTO channel_entries (channel_no, position, release_id)
    SELECT c.no, c.entries + CAST(n.place AS INTEGER), n.id FROM channels c, {rows} n
     WHERE c.no = :no AND c.deleted_at IS NULL
    ON CONFLICT (channel_no, release_id) DO NOTHING
"""
_FILLED = text("""
    UPDATE channels SET generation = generation + 1,
           entries = (SELECT COALESCE(max(position), 0) FROM channel_entries WHERE channel_no = :no)
     WHERE no = :no
""")
_DELETE = text("UPDATE channels SET deleted_at = :now WHERE no = :no")
_REVIVE = text("""
    UPDATE channels SET deleted_at = NULL, title = :title, filter_sha256 = :filter_sha256, generation = generation + 1
     WHERE name = :name AND deleted_at IS NOT NULL AND kind = 'filter'
""")
# From the few withdrawn releases to the channel, never through all its entries: SQLite keeps the order of a CROSS JOIN.
_WITHDRAWN = text("""
    SELECT r.guid, v.created_at AS at, v.note FROM releases r CROSS JOIN channel_entries e CROSS JOIN versions v
     WHERE r.state = 'withdrawn' AND r.updated_at >= :since AND r.published_at IS NOT NULL
       AND e.channel_no = :no AND e.release_id = r.id
       AND v.release_id = r.id AND v.version = r.version AND v.created_at >= :since
     ORDER BY v.created_at DESC LIMIT 50
""")
_OF_RELEASE = text("""
    SELECT c.*, c.generation > c.rendered_generation AS dirty
      FROM channel_entries e JOIN channels c ON c.no = e.channel_no
     WHERE e.release_id = :id AND c.deleted_at IS NULL ORDER BY c.no
""")

_AUTOMATIC = {"name": "text", "kind": "text", "value": "text", "title": "text"}


def insert(connection: Connection, values: Mapping[str, Any]) -> bool:
    """Whether the name was free."""
    return connection.execute(_INSERT, dict(values)).rowcount == 1


def revive(connection: Connection, values: Mapping[str, Any]) -> bool:
    """Whether a deleted filter channel of that name came back (with what it had)."""
    return connection.execute(_REVIVE, dict(values)).rowcount == 1


def insert_automatic(database: Database, connection: Connection, rows: Sequence[Mapping[str, str]], now: int) -> None:
    """Makes the channels of a publisher, subject, region … as the first release asks for them."""
    statement = _INSERT_MANY.format(rows=database.rows("rows", _AUTOMATIC))
    connection.execute(text(statement), {"rows": as_rows(rows), "now": now})


def enter(
    database: Database, connection: Connection, release_id: str, names: Iterable[str], filters: Iterable[str]
) -> Sequence[int]:
    """Puts the release into these channels where it is not yet; marks every channel that holds it as dirty."""
    values = {
        "release_id": release_id,
        "names": as_rows({"name": name} for name in names),
        "filters": as_rows({"name": sha256} for sha256 in filters),
    }
    column = {"name": "text"}
    statement = _ENTER.format(names=database.rows("names", column), filters=database.rows("filters", column))
    connection.execute(text(statement), values)
    hold(database, connection, release_id)
    connection.execute(_COUNT_ENTRY, {"release_id": release_id})
    return mark_dirty(connection, release_id)


def hold(database: Database, connection: Connection, release_id: str) -> None:
    """Keeps other writers from the channels that show the release, or one that names it.

    In the order of their numbers, as the channels are rendered: no two transactions wait for each other.
    """
    connection.execute(text(_HOLD.format(for_change=database.for_change)), {"release_id": release_id})


def mark_dirty(connection: Connection, release_id: str) -> Sequence[int]:
    """The channels, and the archive pages, that show this release must be made anew."""
    connection.execute(_MARK_PAGES, {"release_id": release_id})
    return connection.execute(_MARK_DIRTY, {"release_id": release_id}).scalars().all()


def dirty(connection: Connection, limit: int) -> Mapping[int, int]:
    """Numbers of channels whose documents are behind, each with the generation that they show."""
    return {row.no: row.rendered_generation for row in connection.execute(_DIRTY, {"limit": limit})}


def by_numbers(database: Database, connection: Connection, numbers: Iterable[int]) -> Sequence[RowMapping]:
    """The rows, by number."""
    statement = _BY_NO.format(rows=database.rows("rows", {"no": "bigint"}))
    return connection.execute(text(statement), {"rows": as_rows({"no": no} for no in numbers)}).mappings().all()


def by_name(connection: Connection, name: str) -> RowMapping:
    """The row. NotFound for a channel that does not exist."""
    row = connection.execute(_BY_NAME, {"name": name}).mappings().first()
    if row is None:
        message = f"there is no channel {name}"
        raise NotFound(message)
    return row


def listed(connection: Connection) -> Sequence[RowMapping]:
    """All channels, in the order they were made."""
    return connection.execute(_LIST).mappings().all()


def entries(connection: Connection, no: int, page: int) -> Sequence[RowMapping]:
    """The public releases of a document, newest entry first."""
    return connection.execute(_ENTRIES, {"no": no, "page": page}).mappings().all()


def close_page(connection: Connection, no: int, page: int, first: int, last: int) -> None:
    connection.execute(_CLOSE, {"no": no, "page": page, "first": first, "last": last})


def dirty_pages(connection: Connection, no: int) -> Sequence[int]:
    return connection.execute(_DIRTY_PAGES, {"no": no}).scalars().all()


def clean_pages(connection: Connection, no: int, generation: int) -> None:
    """Forgets which archive pages were behind, unless more was marked since ``generation``."""
    connection.execute(_CLEAN_PAGES, {"no": no, "generation": generation})


def rendered(connection: Connection, no: int, *, generation: int, pages_read: int, pages: int) -> bool:
    """Whether this rendering counts; false when a newer one was faster."""
    values = {"no": no, "generation": generation, "pages_read": pages_read, "pages": pages}
    return connection.execute(_RENDERED, values).rowcount == 1


def fill(database: Database, connection: Connection, no: int, releases: Sequence[str]) -> int:
    """Puts these releases behind what the channel holds, in their order; the number of new ones."""
    rows = as_rows({"place": place, "id": release_id} for place, release_id in enumerate(releases, 1))
    statement = _FILL.format(rows=database.rows("rows", {"place": "bigint", "id": "text"}))
    added = connection.execute(text(statement), {"no": no, "rows": rows}).rowcount
    if added:
        connection.execute(_FILLED, {"no": no})
    return added


def delete(connection: Connection, no: int, now: int) -> None:
    connection.execute(_DELETE, {"no": no, "now": now})


def withdrawn(connection: Connection, no: int, since: int) -> Sequence[RowMapping]:
    """Releases of the channel that were withdrawn since then."""
    return connection.execute(_WITHDRAWN, {"no": no, "since": since}).mappings().all()


def of_release(connection: Connection, release_id: str) -> Sequence[RowMapping]:
    return connection.execute(_OF_RELEASE, {"id": release_id}).mappings().all()
