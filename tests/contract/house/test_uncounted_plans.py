"""What runs often reads by an index where the database has counted little or nothing, whatever the values are."""

import re
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from syndicator.store import erasure, media, releases
from syndicator.store.database import as_rows
from tests.contract.house.conftest import House
from tests.contract.house.test_schema import (
    _NUMBERS,
    _RELEASES,
    _VERSIONS,
    explained,
    explained_for_any,
    of_releases,
)

_CHANNELS = f"""
    INSERT INTO channels (no, name, kind, value, title, owner, created_at)
    SELECT 100 + x, 'c' || x, 'region', '', '', 'operator', 0 FROM {_NUMBERS} WHERE x <= 200
"""
_TEN_IN_ALL = f"""
    INSERT INTO channel_entries (channel_no, position, release_id)
    SELECT no, x, 'x' || x FROM channels, {_NUMBERS} WHERE no > 100 AND x <= 10
"""
_ENTRIES = f"""
    INSERT INTO channel_entries (channel_no, position, release_id, page)
    SELECT 101 + x % 200, 11 + x / 200, 'x' || x, 1 + x / 5000 FROM {_NUMBERS} WHERE x > 10
"""
_ENTRIES_OF_ONE = f"""
    INSERT INTO channel_entries (channel_no, position, release_id, page)
    SELECT 101, 1000 + x, 'x' || x, 1 + x / 50 FROM {_NUMBERS} WHERE x > 10 AND x % 200 > 0
"""
_FILES = f"""
    INSERT INTO media_files (owner, sha256, token, type, bytes, created_at)
    SELECT 'desk', 's' || x, 's' || x, 'image/png', 1, x FROM {_NUMBERS}
"""
_SHOWN = f"INSERT INTO version_media (sha256, release_id, version) SELECT 's' || x, 'x' || x, 1 FROM {_NUMBERS}"


@pytest.fixture(params=[(), ("ANALYZE",)], ids=["never", "early"])
def site(house: House, request: pytest.FixtureRequest) -> House:
    """Many entries and files, counted never, or when ten releases were in every channel."""
    first = house.submit()
    with house.service.database.write() as connection:
        for statement in (_RELEASES, _VERSIONS):
            connection.execute(text(statement), {"first": first})
        for statement in (_CHANNELS, _TEN_IN_ALL, *request.param, _ENTRIES, _ENTRIES_OF_ONE, _FILES, _SHOWN):
            connection.execute(text(statement))
    return house


def test_what_runs_often_reads_no_table_whole(site: House) -> None:
    for statement, values in _asked(site):
        for explain in (explained, explained_for_any):
            plan = explain(site, statement, **values)
            assert is_by_index(plan), plan


def _asked(house: House) -> Iterator[tuple[str, dict[str, object]]]:
    database = house.service.database
    for statement in of_releases(house):
        yield statement, {"rows": as_rows([{"id": "x50"}]), "count": 1}
    yield erasure._DELETE_DOCUMENTS.text, {"id": "x50"}
    for ends in media._AT_THE_ENDS:
        yield ends.text, {"limit": 50}
    yield media._UNUSED.text, {"before": 10**15, "created_at": -1, "owner": "", "sha256": "", "limit": 50}
    yield media._REMOVE.text, {"owner": "desk", "sha256": "s50", "before": 10**15}
    yield releases._NEWEST_OF_CHANNEL.text, {"no": 101, "now": 10**15, "limit": 50}
    among = releases._PUBLIC_AMONG.format(rows=database.rows("wanted", {"id": "text"}))
    yield among, {"wanted": as_rows([{"id": "x50"}]), "now": 10**15}


def is_by_index(plan: str) -> bool:
    """Of these tables no row is looked at that is not asked for: a channel's entries, too, are a few of all there are."""
    large = "channel_entries|releases|version_media|versions"
    by_time = "ix_releases_published_at"  # that is all that ever appeared
    return not re.search(
        rf"Seq Scan on ({large})|SCAN ({large}|renditions|[emv]\b)|{by_time}|SCAN media_files(?! USING INDEX)", plan
    )
