"""Atom 1.0 (RFC 4287) by feedgen, with what feedgen lacks or gets wrong as its extension.

Inside an extension Atom children have bare names: feedgen declares Atom's namespace as
the default of the root, without lxml knowing.
"""

from collections.abc import Iterable
from datetime import datetime

from feedgen.entry import FeedEntry
from feedgen.feed import FeedGenerator
from lxml import etree

# feedgen's modules use lxml.etree without importing it.
from feeds import elements
from feeds.elements import add
from feeds.media import add_media
from feeds.model import Entry, Head, Person, Source, Tombstone
from feeds.moments import in_utc, rfc3339
from feeds.text import without_seeming_markup


def render(head: Head, entries: Iterable[Entry]) -> bytes:
    """The whole document; entries in the order given."""
    feed = _feed(head)
    for entry in entries:
        _add_entry(feed, entry)
    document: bytes = feed.atom_str(encoding="UTF-8")
    return without_seeming_markup(document)


class _HeadExtension:
    """What feedgen calls once for the feed, before the entries."""

    head: Head

    def extend_ns(self) -> dict[str, str]:
        namespaces = dict(elements.shared_namespaces(self.head))
        if self.head.tombstones:
            namespaces["at"] = elements.TOMBSTONES
        return namespaces

    def extend_atom(self, feed: etree._Element) -> None:
        _write_time(feed, "updated", self.head.updated)
        elements.add_feed_links(feed, self.head, "atom", "link")
        # Last, for readers that take the last link of a feed for its page.
        add(feed, "link", rel="alternate", href=self.head.home_url, type="text/html")
        elements.add_archive_mark(feed, self.head)
        for tombstone in self.head.tombstones:
            _add_tombstone(feed, tombstone)
        elements.add_stylesheet(feed, self.head)


class _EntryExtension:
    """What feedgen calls for each entry."""

    entry: Entry

    def extend_atom(self, element: etree._Element) -> None:
        element.set(f"{{{elements.XML}}}lang", self.entry.language)
        _write_time(element, "published", self.entry.published)
        _write_time(element, "updated", self.entry.updated)
        _add_links(element, self.entry)
        if self.entry.source:
            _add_source(element, self.entry.source)
        for enclosure in self.entry.enclosures:
            add_media(element, enclosure)
        elements.add_lifecycle(element, self.entry)


def _feed(head: Head) -> FeedGenerator:
    feed = FeedGenerator()
    feed.register_extension("syndicator", _HeadExtension, _EntryExtension, rss=False)
    feed.syndicator.head = head
    feed.id(head.id)
    feed.title(head.title)
    feed.subtitle(head.description)
    feed.updated(in_utc(head.updated))
    feed.language(head.language)
    feed.generator(head.generator)
    feed.author([_author(person) for person in head.authors])
    feed.rights(head.rights)
    feed.icon(head.icon_url)
    return feed


def _add_entry(feed: FeedGenerator, entry: Entry) -> FeedEntry:
    element = feed.add_entry(order="append")
    element.syndicator.entry = entry
    element.id(entry.id)
    element.title(entry.title)
    element.published(in_utc(entry.published))
    element.updated(in_utc(entry.updated))
    element.author([_author(person) for person in entry.authors])
    element.content(entry.content_html, type="html")
    if entry.summary:
        element.summary(entry.summary, type="text")
    element.category(
        [_present(term=category.term, scheme=category.scheme, label=category.label) for category in entry.categories]
    )
    element.rights(entry.rights)
    return element


def _write_time(element: etree._Element, name: str, when: datetime) -> None:
    """In place of what feedgen wrote, which has microseconds."""
    written = element.find(name)
    if written is not None:
        written.text = rfc3339(when)


def _add_links(element: etree._Element, entry: Entry) -> None:
    """All links of the entry, its page first and last.

    feedgen writes entry links without rel, type and length (upstream issues 135 and
    143), so that readers see no enclosures: it is never told of any. Some readers take
    the first link for the page and some the last, whatever its relation: among others
    it stands at both ends, told apart by its language, as RFC 4287, section 4.1.2 asks.
    """
    among_others = bool(entry.enclosures or entry.links)
    if among_others:
        add(element, "link", rel="alternate", type="text/html", href=entry.url)
    for enclosure in entry.enclosures:
        add(
            element,
            "link",
            rel="enclosure",
            type=enclosure.type,
            href=enclosure.url,
            title=enclosure.title or None,
            length=enclosure.length,
        )
    elements.add_entry_links(element, entry, "link")
    hreflang = entry.language if among_others else None
    add(element, "link", rel="alternate", type="text/html", href=entry.url, hreflang=hreflang)


def _add_source(element: etree._Element, origin: Source) -> None:
    source = add(element, "source")
    add(source, "id", origin.id)
    add(source, "title", origin.title)
    add(source, "updated", rfc3339(origin.updated))
    add(source, "link", rel="self", href=origin.url)


def _add_tombstone(feed: etree._Element, tombstone: Tombstone) -> None:
    stone = add(
        feed,
        f"{{{elements.TOMBSTONES}}}deleted-entry",
        ref=tombstone.ref,
        when=rfc3339(tombstone.when),
    )
    if tombstone.comment:
        add(stone, f"{{{elements.TOMBSTONES}}}comment", tombstone.comment)


def _author(person: Person) -> dict[str, str]:
    return _present(name=person.name, email=person.email, uri=person.uri)


def _present(**texts: str | None) -> dict[str, str]:
    return {name: text for name, text in texts.items() if text}
