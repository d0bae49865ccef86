"""The migrations make exactly the tables that the code describes, and what runs often reads by an index."""

import re
from collections.abc import Iterator

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from feeds.fragments import TEMPLATE_VERSION
from syndicator.store import channels, renditions
from syndicator.store.database import as_rows
from syndicator.store.schema import metadata
from tests.contract.house.conftest import House


def test_the_migrated_database_is_the_one_that_the_code_describes(house: House) -> None:
    with house.service.database.write() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_the_claim_reads_the_next_due_by_its_index(house: House) -> None:
    database = house.service.database
    with database.write() as connection:
        connection.execute(
            text("""
                INSERT INTO deliveries (event_seq, endpoint_no, lane, state, due_at, series_at, follows)
                SELECT x, 1, 2, CASE WHEN x % 2 = 0 THEN 'waiting' WHEN x % 3 = 0 THEN 'queued' ELSE 'delivered' END,
                       x, 0, FALSE
                  FROM (WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 40000)
                        SELECT x FROM n) numbers
            """)
        )
        connection.execute(text("ANALYZE"))
    asked = """
        SELECT d.id FROM deliveries d
         WHERE d.state = 'waiting' AND d.lane = :lane AND d.due_at <= :now ORDER BY d.due_at LIMIT 50
    """
    plan = explained(house, asked, lane=2, now=10**15)
    assert "ix_deliveries_waiting" in plan, plan


def test_a_channel_of_many_entries_finds_its_entries_tombstones_fragments_and_readers_by_indexes(house: House) -> None:
    first = house.submit()
    house.service.fan_out("test")
    with house.service.database.write() as connection:
        connection.execute(text(_RELEASES), {"first": first})
        connection.execute(text(_VERSIONS), {"first": first})
        connection.execute(text(_ENTRIES))
        connection.execute(text(_FRAGMENTS), {"body": b"x"})
        connection.execute(text(_RENDITIONS), {"body": b"x"})
        connection.execute(text("ANALYZE"))
    rows = house.service.database.rows
    one = as_rows([{"no": 1, "page": 5}])
    plan = explained(house, channels._WITHDRAWN.format(rows=rows("rows", channels._NUMBER)), rows=one, since=10**15)
    assert "ix_releases_withdrawn" in plan, plan
    plan = explained(house, channels._ENTRIES.format(rows=rows("rows", channels._PAGE)), rows=one, count=1)
    assert "ix_channel_entries_page" in plan, plan
    assert "pk_releases" in plan or "autoindex_releases" in plan, plan
    plan = explained(house, renditions._STATES.format(rows=rows("rows", renditions._PAGE)), rows=one, count=1)
    assert "pk_renditions" in plan or "autoindex_renditions" in plan, plan
    wanted = as_rows([{"release_id": "x5", "version": 1, "edition": 0, "format": "atom"}])
    statement = renditions._FRAGMENTS.format(rows=rows("rows", renditions._FRAGMENT))
    plan = explained(house, statement, rows=wanted, template=TEMPLATE_VERSION)
    assert "pk_fragments" in plan or "autoindex_fragments" in plan, plan
    for statement in of_releases(house):
        plan = explained(house, statement, rows=as_rows([{"id": "x5"}]), count=1)
        assert "ix_channel_entries_release_id" in plan, plan


def of_releases(house: House) -> Iterator[str]:
    """What is asked of the channels that show some releases."""
    database = house.service.database
    showing = channels._showing(database, channels._OF_THESE)
    yield channels._HOLD.format(showing=showing, for_change=database.for_change)
    yield channels._MARK_PAGES.format(showing_in_pages=channels._showing(database, channels._OF_THESE_IN_PAGES))
    yield channels._MARK_DIRTY.format(showing=showing)


_NUMBERS = "(WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 20000) SELECT x FROM n) numbers"
_RELEASES = f"""
    INSERT INTO releases (id, owner, guid, state, version, publisher_key, content_hash, published_at, updated_at, created_at)
    SELECT 'x' || x, owner, 'x' || x, CASE WHEN x % 1000 = 0 THEN 'withdrawn' ELSE 'published' END, 1, publisher_key,
           'x' || x, x, x, x
      FROM releases, {_NUMBERS} WHERE id = :first
"""
_VERSIONS = f"""
    INSERT INTO versions (release_id, version, action, state, actor, record, texts_sha256, created_at)
    SELECT 'x' || x, 1, action, state, actor, '', texts_sha256, x FROM versions, {_NUMBERS} WHERE release_id = :first
"""
_ENTRIES = f"""
    INSERT INTO channel_entries (channel_no, position, release_id, page)
    SELECT 1, 10 + x, 'x' || x, 1 + x / 25 FROM {_NUMBERS}
"""
_FRAGMENTS = f"""
    INSERT INTO fragments (release_id, version, edition, format, template, body)
    SELECT 'x' || x, 1, 0, 'atom', {TEMPLATE_VERSION}, :body FROM {_NUMBERS}
"""
_RENDITIONS = f"""
    INSERT INTO renditions (channel_no, page, format, change, gzip, etag, size, spans, last_modified, rendered_by)
    SELECT 1, x, 'atom', 1, :body, '', 1, '[]', 1, '' FROM {_NUMBERS}
"""


def explained(house: House, statement: str, **values: object) -> str:
    """How the database would answer it."""
    explain = "EXPLAIN QUERY PLAN" if house.service.database.dialect == "sqlite" else "EXPLAIN"
    with house.service.database.read() as connection:
        return str(connection.execute(text(f"{explain} {statement}"), values).all())


def explained_for_any(house: House, statement: str, **values: object) -> str:
    """As PostgreSQL would answer it whatever the values are: so it does from the sixth time on, if it seems no worse."""
    if house.service.database.dialect == "sqlite":
        return explained(house, statement, **values)
    names = list(values)
    numbered = re.sub(r"(?<!:):(\w+)", lambda found: f"${names.index(found[1]) + 1}", statement)
    with house.service.database.read() as connection:
        return str(connection.exec_driver_sql(f"EXPLAIN (GENERIC_PLAN) {numbered}").all())
