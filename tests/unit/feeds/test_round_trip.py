"""Every text of any valid entry and head comes back when an XML parser reads the feed."""

import html
import json

from hypothesis import given
from lxml import etree

from feeds.documents import document
from feeds.model import Category, Enclosure, Entry, Head, Person
from feeds.moments import rfc822, rfc3339
from tests.unit.feeds import samples

A = "{http://www.w3.org/2005/Atom}"
DC = "{http://purl.org/dc/elements/1.1/}"
M = "{http://search.yahoo.com/mrss/}"
S = "{urn:x-syndicator:lifecycle:1}"
AT = "{http://purl.org/atompub/tombstones/1.0}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def texts(element: etree._Element, path: str) -> list[str | None]:
    return [found.text for found in element.iterfind(path)]


def given_texts(*values: str | None) -> list[str]:
    return [value for value in values if value]


def attributes(element: etree._Element) -> dict[str, str]:
    return {str(name): str(value) for name, value in element.items()}


def the(element: etree._Element, path: str) -> etree._Element:
    (found,) = element.iterfind(path)
    return found


@given(samples.heads, samples.entries)
def test_atom(head: Head, entry: Entry) -> None:
    feed = etree.fromstring(document(head, [entry], "atom"))
    assert_atom_head(feed, head)
    assert_atom_entry(the(feed, f"{A}entry"), entry)


def assert_atom_head(feed: etree._Element, head: Head) -> None:
    assert feed.get(LANG) == head.language
    for name, text in (
        ("id", head.id),
        ("title", head.title),
        ("subtitle", head.description),
        ("rights", head.rights),
        ("icon", head.icon_url),
        ("generator", head.generator),
        ("updated", rfc3339(head.updated)),
    ):
        assert texts(feed, A + name) == given_texts(text)
    assert_feed_links(feed, head)
    assert_people(feed, head.authors)
    stones = list(feed.iterfind(f"{AT}deleted-entry"))
    assert [(stone.get("ref"), stone.get("when")) for stone in stones] == [
        (stone.ref, rfc3339(stone.when)) for stone in head.tombstones
    ]
    assert texts(feed, f"{AT}deleted-entry/{AT}comment") == given_texts(*(stone.comment for stone in head.tombstones))


def assert_feed_links(feed: etree._Element, head: Head) -> None:
    links: dict[str | None, list[str | None]] = {}
    for link in feed.iterfind(f"{A}link"):
        links.setdefault(link.get("rel"), []).append(link.get("href"))
    links.pop("alternate", None)
    expected = {
        "self": [head.self_url],
        "related": list(head.other_formats.values()),
        "hub": given_texts(head.hub_url),
        "current": given_texts(head.current_url),
        "prev-archive": given_texts(head.prev_archive_url),
        "next-archive": given_texts(head.next_archive_url),
    }
    assert links == {relation: hrefs for relation, hrefs in expected.items() if hrefs}


def assert_people(element: etree._Element, people: tuple[Person, ...]) -> None:
    assert texts(element, f"{A}author/{A}name") == [person.name for person in people]
    assert texts(element, f"{A}author/{A}email") == given_texts(*(person.email for person in people))
    assert texts(element, f"{A}author/{A}uri") == given_texts(*(person.uri for person in people))


def assert_atom_entry(element: etree._Element, entry: Entry) -> None:
    assert element.get(LANG) == entry.language
    for name, text in (
        ("id", entry.id),
        ("title", entry.title),
        ("summary", entry.summary),
        ("content", entry.content_html),
        ("rights", entry.rights),
        ("published", rfc3339(entry.published)),
        ("updated", rfc3339(entry.updated)),
    ):
        assert texts(element, A + name) == given_texts(text)
    assert_people(element, entry.authors)
    assert [
        Category(term=found.get("term") or "", scheme=found.get("scheme"), label=found.get("label"))
        for found in element.iterfind(f"{A}category")
    ] == list(entry.categories)
    assert_atom_links(element, entry)
    assert_media(element, entry)
    if entry.source:
        source = the(element, f"{A}source")
        assert texts(source, "*") == [entry.source.id, entry.source.title, rfc3339(entry.source.updated), None]
        assert the(source, f"{A}link").get("href") == entry.source.url


def assert_atom_links(element: etree._Element, entry: Entry) -> None:
    links = list(element.iterfind(f"{A}link"))
    enclosed = [attributes(link) for link in links if link.get("rel") == "enclosure"]
    assert enclosed == [
        {"rel": "enclosure", "type": each.type, "href": each.url, "length": str(each.length)}
        | ({"title": each.title} if each.title else {})
        for each in entry.enclosures
    ]
    page = {"rel": "alternate", "type": "text/html", "href": entry.url}
    is_alone = len(links) == 1
    assert attributes(links[0]) == page
    further = links[1 + len(entry.enclosures) : -1]
    assert [(link.get("rel"), link.get("href"), link.get("title")) for link in further] == [
        (link.rel, link.href, link.title) for link in entry.links
    ]
    assert is_alone or attributes(links[-1]) == {**page, "hreflang": entry.language}


def assert_media(element: etree._Element, entry: Entry) -> None:
    found = list(element.iterfind(f"{M}content"))
    assert len(found) == len(entry.enclosures)
    for content, enclosure in zip(found, entry.enclosures, strict=True):
        assert_one_medium(content, enclosure)
    assert texts(element, f"{S}version") == [str(entry.version)]
    assert texts(element, f"{S}status") == [entry.status]
    assert texts(element, f"{S}note") == given_texts(entry.note)


def assert_one_medium(content: etree._Element, enclosure: Enclosure) -> None:
    assert content.get("url") == enclosure.url
    assert content.get("type") == enclosure.type
    assert content.get("fileSize") == (str(enclosure.length) if enclosure.length else None)
    assert texts(content, f"{M}title") == given_texts(enclosure.title)
    assert texts(content, f"{M}description") == given_texts(enclosure.description)
    assert texts(content, f"{M}credit") == given_texts(enclosure.credit)
    assert texts(content, f"{M}copyright") == given_texts(enclosure.copyright)


@given(samples.heads, samples.entries)
def test_rss(head: Head, entry: Entry) -> None:
    channel = the(etree.fromstring(document(head, [entry], "rss")), "channel")
    for name, text in (
        ("title", head.title),
        ("link", head.home_url),
        ("description", head.description),
        ("language", head.language),
        ("copyright", head.rights),
        ("generator", head.generator),
        ("lastBuildDate", rfc822(head.updated)),
        ("image/url", head.icon_url),
    ):
        assert texts(channel, name) == given_texts(text)
    assert texts(channel, f"{DC}creator") == [person.name for person in head.authors]
    assert_feed_links(channel, head)
    assert_rss_item(the(channel, "item"), entry)


def assert_rss_item(item: etree._Element, entry: Entry) -> None:
    assert item.get(LANG) == entry.language
    content = "{http://purl.org/rss/1.0/modules/content/}encoded"
    for name, text in (
        ("title", entry.title),
        ("link", entry.url),
        ("guid", entry.id),
        ("pubDate", rfc822(entry.published)),
        (f"{A}updated", rfc3339(entry.updated.replace(microsecond=0))),
        (content if entry.summary else "description", entry.content_html),
        (f"{DC}language", entry.language),
        (f"{DC}rights", entry.rights),
    ):
        assert texts(item, name) == given_texts(text)
    if entry.summary:
        assert html.unescape(the(item, "description").text or "") == entry.summary
    assert [(found.text, found.get("domain")) for found in item.iterfind("category")] == [
        (category.label or category.term, category.scheme) for category in entry.categories
    ]
    assert texts(item, f"{DC}creator") == [person.name for person in entry.authors]
    assert_media(item, entry)
    enclosed = [(each.get("url"), each.get("type"), each.get("length")) for each in item.iterfind("enclosure")]
    assert enclosed == [(each.url, each.type, str(each.length)) for each in entry.enclosures[:1]]
    if entry.source:
        assert (the(item, "source").text, the(item, "source").get("url")) == (
            entry.source.title,
            entry.source.url,
        )


@given(samples.heads, samples.entries)
def test_json(head: Head, entry: Entry) -> None:
    feed = json.loads(document(head, [entry], "json"))
    assert (feed["title"], feed["description"], feed["feed_url"]) == (
        head.title,
        head.description,
        head.self_url,
    )
    assert feed.get("next_url") == head.prev_archive_url
    (item,) = feed["items"]
    assert (item["id"], item["url"], item["title"]) == (entry.id, entry.url, entry.title)
    assert (item["content_html"], item.get("summary", "")) == (entry.content_html, entry.summary)
    assert item["date_published"] == rfc3339(entry.published)
    assert item["date_modified"] == rfc3339(entry.updated)
    assert [person["name"] for person in item["authors"]] == [person.name for person in entry.authors]
    attached = [
        (each["url"], each["mime_type"], each.get("title"), each["_syndicator"].get("caption"))
        for each in item.get("attachments", [])
    ]
    assert attached == [(each.url, each.type, each.title, each.description) for each in entry.enclosures]
    assert item["_syndicator"].get("note") == entry.note
    assert item["_syndicator"].get("rights") == entry.rights
