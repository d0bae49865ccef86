"""The bytes that readers get. A change of the entries' part needs a new TEMPLATE_VERSION."""

from collections.abc import Callable

import pytest

from feeds.documents import document
from feeds.fragments import TEMPLATE_VERSION
from feeds.model import FORMATS, Format
from tests.unit.feeds import samples

ENDINGS: dict[Format, str] = {"rss": "rss.xml", "atom": "atom.xml", "json": "json"}


@pytest.mark.parametrize("format", FORMATS)
def test_the_current_document(format: Format, golden: Callable[[str, bytes], None]) -> None:
    entries = [samples.entry(), samples.plain_entry()]
    body = document(samples.head(format), entries, format)
    golden(f"feeds/current-template-{TEMPLATE_VERSION}.{ENDINGS[format]}", body)


@pytest.mark.parametrize("format", FORMATS)
def test_an_archive_document_with_a_stub(format: Format, golden: Callable[[str, bytes], None]) -> None:
    head = samples.head(
        format,
        is_archive=True,
        tombstones=(),
        current_url=f"https://wire.example/feeds/all.{format}",
        next_archive_url=f"https://wire.example/feeds/all/5.{format}",
    )
    stub = samples.plain_entry(status="canceled", version=3, content_html="<p>Withdrawn by its publisher.</p>")
    golden(
        f"feeds/archive-template-{TEMPLATE_VERSION}.{ENDINGS[format]}",
        document(head, [stub, samples.plain_entry(2)], format),
    )
