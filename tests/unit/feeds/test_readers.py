"""What feedparser, which nobody here wrote, finds in the feeds."""

import html
from typing import Any

import feedparser
import pytest

from feeds.documents import document
from feeds.model import Format
from tests.unit.feeds import samples


def parse(format: Format) -> Any:
    body = document(samples.head(format), [samples.entry(), samples.plain_entry()], format)
    parsed = feedparser.parse(body)
    assert not parsed.bozo, parsed.get("bozo_exception")
    return parsed


@pytest.fixture(params=["rss", "atom"])
def format(request: pytest.FixtureRequest) -> Format:
    chosen: Format = request.param
    return chosen


def test_the_feed(format: Format) -> None:
    feed = parse(format).feed
    head = samples.head(format)
    assert html.unescape(feed.title) == head.title
    assert feed.link == head.home_url
    assert feed.language == head.language
    assert feed.rights == head.rights
    assert feed.generator == "Syndicator"
    assert feed.updated_parsed[:6] == (2017, 11, 24, 12, 0, 0)
    links = {link.rel: link.href for link in feed.links}
    assert links["self"] == head.self_url
    assert links["hub"] == head.hub_url
    assert links["prev-archive"] == head.prev_archive_url


def test_every_text_of_an_entry(format: Format) -> None:
    found, entry = parse(format).entries[0], samples.entry()
    assert found.id == entry.id
    assert found.link == entry.url
    assert html.unescape(found.title) == entry.title
    assert html.unescape(found.summary) == entry.summary
    assert found.content[0].value == entry.content_html
    assert found.rights == entry.rights
    assert found.author_detail.name == "BioM GmbH"
    assert found.author_detail.get("email") == (entry.authors[0].email if format == "atom" else None)
    assert [(tag.label or tag.term, tag.scheme) for tag in found.tags] == [
        ("Biotechnologie", "https://cv.example/medtop/"),
        ("Cluster", None),
    ]
    assert found.published_parsed[:6] == (2017, 11, 24, 11, 0, 0)
    assert found.source.title == "BioM"
    assert found.syndicator_version == "2"
    assert found.syndicator_status == "usable"
    assert found.syndicator_note == entry.note


def test_enclosures(format: Format) -> None:
    found, entry = parse(format).entries[0], samples.entry()
    expected = [(each.url, each.type, str(each.length)) for each in entry.enclosures]
    enclosures = [(each.href, each.type, each.length) for each in found.enclosures]
    assert enclosures == (expected if format == "atom" else expected[:1])
    assert [each["url"] for each in found.media_content] == [each.url for each in entry.enclosures]


def test_the_plain_entry_has_its_whole_text_too(format: Format) -> None:
    found = parse(format).entries[1]
    value = found.content[0].value if "content" in found else found.summary
    assert value == "<p>Text 1</p>"
    assert found.author == "Acme"
    assert found.enclosures == []
