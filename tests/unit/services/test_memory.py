"""What rendering keeps in memory has a bound, however much there is to be rendered."""

import gc
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from config.settings import Settings
from feeds.fragments import TEMPLATE_VERSION
from feeds.model import FORMATS
from syndicator.bootstrap import Syndicator
from syndicator.model.release import Record
from syndicator.services import fragments as module
from syndicator.services.fragments import Fragments
from syndicator.services.regenerate import dirty_channels, regenerate
from tests.servers.migrated import migrated_file
from tests.unit.web.served import record

RELEASES = 60
PARAGRAPH = "Ein Satz einer Pressemitteilung, wie er vorkommt. " * 1000
FALL_BEHIND = (
    "INSERT INTO dirty_pages (channel_no, page) SELECT DISTINCT channel_no, page FROM channel_entries WHERE page > 0",
    "UPDATE channels SET generation = generation + 1",
)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Syndicator]:
    migrated_file(tmp_path / "syndicator.db")
    one = Syndicator(Settings(data_dir=tmp_path, feed_window=4))
    one.migrate()
    yield one
    one.close()


@pytest.fixture
def little(service: Syndicator, monkeypatch: pytest.MonkeyPatch) -> Fragments:
    """Who remembers a megabyte of each kind."""
    for name in ("_MAX_FRAGMENT_BYTES", "_MAX_PIECE_BYTES"):
        monkeypatch.setattr(module, name, 1_000_000)
    return Fragments(service.setup)


def test_any_number_of_archive_pages_is_rendered_in_the_memory_of_one(service: Syndicator, little: Fragments) -> None:
    for number in range(RELEASES):
        body = [{"type": "paragraph", "text": f"{number}. {PARAGRAPH}"}]
        fields = record(headline=f"Release {number}", body=body, quotes=None)
        service.submit(Record.model_validate(fields), owner="operator", key=str(number))
        service.fan_out("test")
        service.regenerate(dirty_channels(service.setup), "test")
    with service.database.write() as connection:
        for statement in FALL_BEHIND:
            connection.execute(text(statement))
        in_all = connection.execute(text("SELECT sum(length(body)) FROM fragments")).scalar_one()
    numbers = dirty_channels(service.setup)
    assert len(numbers) > 1
    _, peak = traced(lambda: regenerate(service.setup, little, numbers, "test"))
    assert dirty_channels(service.setup) == []
    assert peak < in_all / 2


def test_what_is_remembered_takes_no_more_than_it_may(service: Syndicator, little: Fragments) -> None:
    """Of little fragments and pieces most is what stands around their bytes."""
    service.submit(Record.model_validate(record()), owner="operator", key="key")
    with service.database.write() as connection:
        connection.execute(text(_RELEASES))
        for form in FORMATS:
            connection.execute(text(_FRAGMENTS), {"body": b"x" * 100, "form": form, "template": TEMPLATE_VERSION})

    def remember() -> None:
        with service.database.read() as connection:
            for number in range(3000):
                known, composed = little.of(connection, [(f"rel_{number:026}", 1, 0)])
                assert len(known) == 3
                assert not composed

    for some in (remember, lambda: remember_pieces(little)):
        left, _ = traced(some)
        assert 500_000 < left < 1_000_000


def remember_pieces(little: Fragments) -> None:
    for number in range(2000):
        run = tuple((f"rel_{number + place:026}", 1, 0) for place in range(12))
        little.piece(("atom", run), lambda: b"x" * 100)


def traced(work: Callable[[], object]) -> tuple[int, int]:
    """Bytes that are left when it is done, and the most that there were."""
    gc.collect()
    tracemalloc.start()
    try:
        work()
        gc.collect()
        return tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()


_NUMBERS = "(WITH RECURSIVE n(x) AS (SELECT 0 UNION ALL SELECT x + 1 FROM n WHERE x < 2999) SELECT x FROM n) numbers"
_RELEASES = f"""
    INSERT INTO releases (id, owner, guid, state, version, publisher_key, content_hash, updated_at, created_at)
    SELECT printf('rel_%026d', x), owner, 'x' || x, state, 1, publisher_key, '', 0, 0 FROM releases, {_NUMBERS}
"""
_FRAGMENTS = f"""
    INSERT INTO fragments (release_id, version, edition, format, template, body)
    SELECT printf('rel_%026d', x), 1, 0, :form, :template, :body FROM {_NUMBERS}
"""
