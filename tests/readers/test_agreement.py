"""Every reader finds the same releases in every format: which, called what, where, when, by whom, with which files."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

import html5lib
import pytest

from tests.readers.house import HEADLINES, Document
from tests.readers.readers import READERS, Read

# Files of Atom entries are no matter of this reader.
NO_ATOM_FILES: Final = "fastfeedparser"


@pytest.fixture(scope="module")
def told(published: Sequence[Document]) -> dict[str, list[dict[str, Any]]]:
    """Our own JSON Feed documents by their addresses without the ending, read without any reader."""
    return {
        each.address.removesuffix(".json"): json.loads(each.body)["items"] for each in published if each.form == "json"
    }


@pytest.mark.parametrize(("reader", "form"), READERS, ids=["-".join(pair) for pair in READERS])
def test_a_reader_finds_what_was_published(
    published: Sequence[Document], told: dict[str, list[dict[str, Any]]], reader: str, form: str
) -> None:
    seen = 0
    for each in published:
        if each.form != form:
            continue
        found = READERS[reader, form](each.body)
        items = told[each.address.removesuffix(f".{form}")]
        assert [entry.id for entry in found] == [item["id"] for item in items]
        for entry, item in zip(found, items, strict=True):
            assert_is(entry, item, form, reader)
        seen += len(found)
    assert seen > 30


def assert_is(entry: Read, item: dict[str, Any], form: str, reader: str) -> None:
    assert (entry.title, entry.link) == (item["title"], item["url"])
    assert entry.published == instant(item["date_published"])
    assert entry.updated in {None, instant(item["date_modified"])}
    assert entry.author in {None, item["authors"][0]["name"]}
    assert entry.tags in {None, frozenset(item.get("tags", []))}
    assert words(entry.content) == words(item["content_html"])
    files = [(each["url"], each["mime_type"], each.get("size_in_bytes", 0)) for each in item.get("attachments", [])]
    if form == "rss":
        files = files[:1]
    if entry.enclosures is not None and (form, reader) != ("atom", NO_ATOM_FILES):
        assert list(entry.enclosures) == files


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC).replace(microsecond=0)


def words(content: str) -> list[str]:
    """The text of it: some readers write the tags in their own way."""
    return " ".join(html5lib.parseFragment(content, treebuilder="etree").itertext()).split()


def test_headlines_and_files_of_every_kind_are_among_them(told: dict[str, list[dict[str, Any]]]) -> None:
    items = [item for each in told.values() for item in each]
    assert {item["title"] for item in items} > set(HEADLINES.values())
    kinds = {file["mime_type"].partition("/")[0] for item in items for file in item.get("attachments", [])}
    assert kinds == {"image", "application", "audio", "video"}
