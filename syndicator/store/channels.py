"""Channels and the releases in them. An entry's page is 0 in the current document, then for ever one archive page."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, RowMapping, text

from syndicator.errors import NotFound
from syndicator.store.database import Database, as_rows

Place = tuple[int, int]
"""A document: the number of its channel and of its page."""

_INSERT = text("""
    INSERT INTO channels (name, kind, value, title, owner, filter_sha256, created_at)
    VALUES (:name, :kind, :value, :title, :owner, :filter_sha256, :now) ON CONFLICT (name) DO NOTHING
""")
# An existing channel is left out: on Postgres even its ON CONFLICT would wait for a process that renders it now.
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
_OF_THESE = "d.release_id = r.id"
_OF_THESE_IN_PAGES = f"{_OF_THESE} AND d.page > 0"
_HOLD = "SELECT no FROM channels WHERE no IN (SELECT d.channel_no FROM {showing}) ORDER BY no {for_change}"
_COUNT_ENTRY = text("""
    UPDATE channels SET entries = entries + 1
     WHERE no IN (SELECT e.channel_no FROM channel_entries e WHERE e.release_id = :release_id
                     AND e.channel_no = channels.no AND e.position = channels.entries + 1)
""")
_MARK_DIRTY = """
    UPDATE channels SET generation = generation + 1
     WHERE deleted_at IS NULL AND no IN (SELECT d.channel_no FROM {showing})
    RETURNING no
"""
_MARK_PAGES = """
    INSERT INTO dirty_pages (channel_no, page) SELECT d.channel_no, d.page FROM {showing_in_pages}
    ON CONFLICT DO NOTHING
"""
_DIRTY = text("""
    SELECT no, rendered_generation FROM channels
     WHERE generation > rendered_generation AND deleted_at IS NULL ORDER BY no LIMIT :limit
""")
_BY_NO = "SELECT * FROM channels WHERE no IN (SELECT no FROM {rows} r) AND deleted_at IS NULL ORDER BY no"
_BY_NAME = text("SELECT * FROM channels WHERE name = :name AND deleted_at IS NULL")
_LIST = text("SELECT * FROM channels WHERE deleted_at IS NULL ORDER BY no")
# Postgres takes JSON rows for a hundred, and would rather read a whole table than look so often: a limit helps.
_ENTRIES = """
    SELECT e.channel_no, e.page, e.position, e.release_id, r.version, r.edition, r.updated_at
      FROM (SELECT no, page FROM {rows} r LIMIT :count) n
      JOIN channel_entries e ON e.channel_no = n.no AND e.page = n.page
      JOIN releases r ON r.id = e.release_id
     WHERE r.published_at IS NOT NULL
     ORDER BY e.channel_no, e.page, e.position DESC
"""
_CLOSE = text("""
    UPDATE channel_entries SET page = :page WHERE channel_no = :no AND page = 0 AND position BETWEEN :first AND :last
""")
_DIRTY_PAGES = """
    SELECT channel_no, page FROM dirty_pages WHERE channel_no IN (SELECT no FROM {rows} n) ORDER BY channel_no, page
"""
_CLEAN_PAGES = """
    DELETE FROM dirty_pages WHERE channel_no IN
        (SELECT c.no FROM {rows} n JOIN channels c ON c.no = n.no WHERE c.generation = n.generation)
"""
_HOLD_THESE = "SELECT no FROM channels WHERE no IN (SELECT no FROM {rows} n) ORDER BY no {for_change}"
_RENDERED = """
    UPDATE channels SET rendered_generation = n.generation, pages = n.pages
      FROM {rows} n
     WHERE channels.no = n.no AND channels.pages = n.pages_read AND channels.rendered_generation < n.generation
       AND channels.deleted_at IS NULL
    RETURNING channels.no
"""
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
# The new name is one that no channel can have. Entries and documents stay with the deleted channel, under its number.
_SET_ASIDE = text("""
    UPDATE channels SET name = '#' || CAST(no AS VARCHAR)
     WHERE name = :name AND deleted_at IS NOT NULL AND kind = 'filter'
""")
# From the few withdrawn releases to the channels, never through all their entries: SQLite keeps the order of a
# CROSS JOIN.
_WITHDRAWN = """
    SELECT channel_no, guid, at, note
      FROM (SELECT e.channel_no, r.guid, v.created_at AS at, v.note,
                   row_number() OVER (PARTITION BY e.channel_no ORDER BY v.created_at DESC) AS place
              FROM releases r CROSS JOIN channel_entries e CROSS JOIN versions v
             WHERE r.state = 'withdrawn' AND r.updated_at >= :since AND r.published_at IS NOT NULL
               AND e.channel_no IN (SELECT no FROM {rows} n) AND e.release_id = r.id
               AND v.release_id = r.id AND v.version = r.version AND v.created_at >= :since) newest
     WHERE place <= 50 ORDER BY channel_no, at DESC
"""
_OF_RELEASE = text("""
    SELECT c.*, c.generation > c.rendered_generation AS dirty
      FROM channel_entries e JOIN channels c ON c.no = e.channel_no
     WHERE e.release_id = :id AND c.deleted_at IS NULL ORDER BY c.no
""")

_NUMBER = {"no": "bigint"}
_PAGE = {"no": "bigint", "page": "bigint"}
_RENDERING = {"no": "bigint", "generation": "bigint", "pages_read": "bigint", "pages": "bigint"}
_AUTOMATIC = {"name": "text", "kind": "text", "value": "text", "title": "text"}


def insert(connection: Connection, values: Mapping[str, Any]) -> bool:
    """Whether the name was free."""
    return connection.execute(_INSERT, dict(values)).rowcount == 1


def set_aside(connection: Connection, name: str) -> bool:
    """Whether a deleted filter channel had that name; it is free for another one from now on."""
    return connection.execute(_SET_ASIDE, {"name": name}).rowcount == 1


def insert_automatic(database: Database, connection: Connection, rows: Sequence[Mapping[str, str]], now: int) -> None:
    """Makes the channels of a publisher, subject, region … as the first release asks for them."""
    statement = _INSERT_MANY.format(rows=database.rows("rows", _AUTOMATIC))
    connection.execute(text(statement), {"rows": as_rows(rows), "now": now})


def enter(
    database: Database,
    connection: Connection,
    release_id: str,
    names: Iterable[str],
    filters: Iterable[str],
    naming: Iterable[str] = (),
) -> Sequence[int]:
    """Puts the release into these channels where it is not yet; marks all that show it, or one ``naming`` it."""
    values = {
        "release_id": release_id,
        "names": as_rows({"name": name} for name in names),
        "filters": as_rows({"name": sha256} for sha256 in filters),
    }
    column = {"name": "text"}
    statement = _ENTER.format(names=database.rows("names", column), filters=database.rows("filters", column))
    connection.execute(text(statement), values)
    marked = mark_dirty(database, connection, (release_id, *naming))
    connection.execute(_COUNT_ENTRY, {"release_id": release_id})
    return marked


def mark_dirty(database: Database, connection: Connection, releases: Iterable[str]) -> Sequence[int]:
    """The channels, and the archive pages, that show one of these releases must be made anew.

    Call it once in a transaction, after the last change of a release's row: who renders takes releases first, then
    channels in the order of their numbers, and no two transactions may wait for each other. No page is marked before
    its channel is held, for who renders it now would take the mark away with the older one.
    """
    showing, in_pages = _showing(database, _OF_THESE), _showing(database, _OF_THESE_IN_PAGES)
    rows = [{"id": release_id} for release_id in releases]
    values = {"rows": as_rows(rows), "count": len(rows)}
    connection.execute(text(_HOLD.format(showing=showing, for_change=database.for_change)), values)
    connection.execute(text(_MARK_PAGES.format(showing_in_pages=in_pages)), values)
    return connection.execute(text(_MARK_DIRTY.format(showing=showing)), values).scalars().all()


def dirty(connection: Connection, limit: int) -> Mapping[int, int]:
    """Numbers of channels whose documents are behind, each with the generation that they show."""
    return {row.no: row.rendered_generation for row in connection.execute(_DIRTY, {"limit": limit})}


def by_numbers(database: Database, connection: Connection, numbers: Iterable[int]) -> Sequence[RowMapping]:
    """The rows, by number."""
    statement = _BY_NO.format(rows=_numbers(database))
    return connection.execute(text(statement), {"rows": _as_numbers(numbers)}).mappings().all()


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


def entries(database: Database, connection: Connection, pages: Iterable[Place]) -> Mapping[Place, Sequence[RowMapping]]:
    """The public releases of these documents, newest entry first; nothing for one that has none."""
    rows = [{"no": no, "page": page} for no, page in pages]
    statement = _ENTRIES.format(rows=database.rows("rows", _PAGE))
    found = connection.execute(text(statement), {"rows": as_rows(rows), "count": len(rows)}).mappings()
    return {page: tuple(some) for page, some in groupby(found, itemgetter("channel_no", "page"))}


def close_pages(connection: Connection, rows: Sequence[Mapping[str, int]]) -> None:
    """Puts the entries of channel ``no`` from position ``first`` to ``last`` into that archive ``page``, for good."""
    if rows:
        connection.execute(_CLOSE, list(map(dict, rows)))


def dirty_pages(database: Database, connection: Connection, numbers: Iterable[int]) -> Sequence[Place]:
    """The archive documents of these channels that show a changed release."""
    found = connection.execute(text(_DIRTY_PAGES.format(rows=_numbers(database))), {"rows": _as_numbers(numbers)})
    return [(row.channel_no, row.page) for row in found]


def clean_pages(database: Database, connection: Connection, generations: Mapping[int, int]) -> None:
    """Forgets which archive pages were behind, unless more was marked since that generation of their channel."""
    rows = as_rows({"no": no, "generation": generation} for no, generation in generations.items())
    columns = {"no": "bigint", "generation": "bigint"}
    connection.execute(text(_CLEAN_PAGES.format(rows=database.rows("rows", columns))), {"rows": rows})


def rendered(database: Database, connection: Connection, renderings: Sequence[Mapping[str, int]]) -> set[int]:
    """The numbers of channels whose rendering counts, of those given; not where a newer one was faster.

    Each names its channel (``no``), the ``generation`` and the ``pages_read`` that it was made of, and how many
    ``pages`` there are now. Other writers are kept from these channels, in the order of their numbers.
    """
    hold = _HOLD_THESE.format(rows=_numbers(database), for_change=database.for_change)
    connection.execute(text(hold), {"rows": _as_numbers(each["no"] for each in renderings)})
    statement = _RENDERED.format(rows=database.rows("rows", _RENDERING))
    return set(connection.execute(text(statement), {"rows": as_rows(renderings)}).scalars())


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


def withdrawn(
    database: Database, connection: Connection, numbers: Iterable[int], since: int
) -> Mapping[int, Sequence[RowMapping]]:
    """By channel the releases that were withdrawn since then, at most 50, the newest first."""
    values = {"rows": _as_numbers(numbers), "since": since}
    found = connection.execute(text(_WITHDRAWN.format(rows=_numbers(database))), values).mappings()
    return {no: tuple(some) for no, some in groupby(found, itemgetter("channel_no"))}


def of_release(connection: Connection, release_id: str) -> Sequence[RowMapping]:
    return connection.execute(_OF_RELEASE, {"id": release_id}).mappings().all()


def _showing(database: Database, which: str) -> str:
    """Entries of the releases. Postgres takes JSON rows for a hundred: with a limit it reads no more than it must."""
    rows = f"(SELECT id FROM {database.rows('rows', {'id': 'text'})} n LIMIT :count)"
    return database.of_each(rows, "channel_entries", which)


def _numbers(database: Database) -> str:
    return database.rows("rows", _NUMBER)


def _as_numbers(numbers: Iterable[int]) -> str:
    return as_rows({"no": no} for no in numbers)
