"""Documents put together of pieces: the same file from whoever makes it, and every entry where it is said to stand."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from isal import igzip

from config.settings import Settings
from feeds.documents import document
from feeds.model import FORMATS, Format
from syndicator.bootstrap import Syndicator
from syndicator.model.release import Record
from syndicator.services import documents, fragments
from syndicator.services.documents import ChannelDocuments, gathered, render_channel, standings
from syndicator.services.fragments import Fragments
from syndicator.services.regenerate import dirty_channels
from syndicator.store import channels, renditions
from tests.servers.migrated import migrated_file
from tests.unit.web.served import record

RELEASES = 31  # more than one run of entries, and none of them whole at both ends


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Syndicator]:
    migrated_file(tmp_path / "syndicator.db")
    one = Syndicator(Settings(data_dir=tmp_path))
    one.migrate()
    yield one
    one.close()


@pytest.fixture
def filled(service: Syndicator) -> Syndicator:
    """Rendered release by release, with what every one before left in memory."""
    for number in range(RELEASES):
        fields = record(headline=f"Release {number}")
        service.submit(Record.model_validate(fields), owner="operator", key=str(number))
        service.fan_out("test")
        service.regenerate(dirty_channels(service.setup), "test")
    return service


def test_a_process_that_remembers_nothing_makes_the_same_files(filled: Syndicator) -> None:
    anew = rendered_anew(filled)
    assert sum(len(each.rendered) for each in anew) >= len(FORMATS) * len(anew) > 0
    with filled.database.read() as connection:
        for each in anew:
            for made in each.rendered:
                row = renditions.get(connection, each.channel["name"], made.page, made.format)
                assert row is not None
                assert bytes(row["gzip"]) == made.gzip
                assert row["etag"].partition("-")[2] == made.sha256[:24]
                assert row["size"] == made.size == len(igzip.decompress(made.gzip))  # type: ignore[no-untyped-call]


@pytest.mark.parametrize("form", FORMATS)
def test_what_is_put_together_is_the_document_of_these_entries(filled: Syndicator, form: Format) -> None:
    with filled.database.read() as connection:
        row = renditions.get(connection, "all", 0, form)
        channel = channels.by_name(connection, "all")
        (standing,) = standings(filled.setup, connection, [channel], filled.database.now_us(connection))
        composing = Fragments(filled.setup)
        entries = [composing._entry(connection, edition) for edition in standing.waiting.editions]
    head = documents._head(filled.setup, channel, standing.waiting, form, 0, standing.stones)
    assert row is not None
    assert igzip.decompress(bytes(row["gzip"])) == document(head, entries, form)  # type: ignore[no-untyped-call]


@pytest.mark.parametrize("form", FORMATS)
def test_every_entry_stands_where_it_is_said_to(filled: Syndicator, form: str) -> None:
    with filled.database.read() as connection:
        row = renditions.get(connection, "all", 0, form)
    assert row is not None
    body: bytes = igzip.decompress(bytes(row["gzip"]))  # type: ignore[no-untyped-call]
    found = [body[at : at + length] for _, _, _, _, at, length in json.loads(row["spans"])]
    assert len(found) == RELEASES
    for number, each in enumerate(reversed(found)):
        assert f"Release {number}<".encode() in each or f'"Release {number}"'.encode() in each
        assert each.startswith((b"<item", b"<entry", b"{"))
        assert each.endswith((b"</item>", b"</entry>", b"}"))


def test_another_text_gives_another_hash_and_the_same_text_the_same(filled: Syndicator) -> None:
    before, again = hashes(rendered_anew(filled)), hashes(rendered_anew(filled))
    assert before == again
    filled.submit(Record.model_validate(record(headline="One more")), owner="operator", key="one more")
    filled.fan_out("test")
    assert not set(before) & set(hashes(rendered_anew(filled)))


@pytest.mark.parametrize("table", ["FOOT", "SEPARATOR"])
def test_another_end_or_separator_gives_another_hash(
    filled: Syndicator, table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = hashes(rendered_anew(filled))
    for module in (documents, fragments):
        if hasattr(module, table):
            monkeypatch.setattr(module, table, {form: getattr(module, table)[form] + b"\n" for form in FORMATS})
    assert not set(before) & set(hashes(rendered_anew(filled)))


def rendered_anew(service: Syndicator) -> Sequence[ChannelDocuments]:
    """All channels, by somebody who has only just come."""
    with service.database.read() as connection:
        rows = channels.listed(connection)
        some = standings(service.setup, connection, rows, service.database.now_us(connection))
        found = gathered(Fragments(service.setup), connection, some)
        return [render_channel(service.setup, connection, found, each) for each in some]


def hashes(some: Sequence[ChannelDocuments]) -> list[str]:
    return [made.sha256 for each in some for made in each.rendered]
