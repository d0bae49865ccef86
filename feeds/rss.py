"""RSS 2.0 (https://www.rssboard.org/rss-specification) by feedgen, mended by its extension.

Readers take `description` for HTML: the summary, which is plain text, is escaped for it
once more. Titles are plain text.
"""

import html
from collections.abc import Iterable

from feedgen.feed import FeedGenerator
from lxml import etree

# feedgen's modules use lxml.etree without importing it.
from feeds import elements
from feeds.elements import DUBLIN_CORE, add
from feeds.media import add_media
from feeds.model import Entry, Head
from feeds.moments import rfc822, rfc3339
from feeds.text import without_seeming_markup

_ATOM_LINK = f"{{{elements.ATOM}}}link"


def render(head: Head, entries: Iterable[Entry]) -> bytes:
    """The whole document; entries in the order given."""
    feed = _feed(head)
    for entry in entries:
        _add_entry(feed, entry)
    document: bytes = feed.rss_str(encoding="UTF-8")
    return without_seeming_markup(document)


class _HeadExtension:
    """What feedgen calls once for the channel, before the items."""

    head: Head

    def extend_ns(self) -> dict[str, str]:
        return {"dc": DUBLIN_CORE, **elements.shared_namespaces(self.head)}

    def extend_rss(self, root: etree._Element) -> None:
        channel = root[0]
        add(channel, "lastBuildDate", rfc822(self.head.updated))
        for person in self.head.authors:
            add(channel, f"{{{DUBLIN_CORE}}}creator", person.name)
        elements.add_feed_links(channel, self.head, "rss", _ATOM_LINK)
        elements.add_archive_mark(channel, self.head)
        elements.add_stylesheet(root, self.head)


class _EntryExtension:
    """What feedgen calls for each item."""

    entry: Entry

    def extend_rss(self, item: etree._Element) -> None:
        entry = self.entry
        item.set(f"{{{elements.XML}}}lang", entry.language)
        add(item, "pubDate", rfc822(entry.published))
        # RSS itself has no word for it, and newsrooms' systems take a correction by this time only.
        add(item, f"{{{elements.ATOM}}}updated", rfc3339(entry.updated.replace(microsecond=0)))
        # RSS's own author is an e-mail address, and must not stand beside dc:creator. Readers
        # take names out of it badly: feedparser cuts addresses after four letters of the domain.
        for person in entry.authors:
            add(item, f"{{{DUBLIN_CORE}}}creator", person.name)
        add(item, f"{{{DUBLIN_CORE}}}language", entry.language)
        if entry.rights:
            add(item, f"{{{DUBLIN_CORE}}}rights", entry.rights)
        elements.add_entry_links(item, entry, _ATOM_LINK)
        for enclosure in entry.enclosures:
            add_media(item, enclosure)
        elements.add_lifecycle(item, entry)


def _feed(head: Head) -> FeedGenerator:
    feed = FeedGenerator()
    feed.register_extension("syndicator", _HeadExtension, _EntryExtension, atom=False)
    feed.syndicator.head = head
    _drop_build_time(feed)
    feed.title(head.title)
    feed.link(href=head.home_url, rel="alternate")
    feed.description(head.description)
    feed.language(head.language)
    feed.copyright(head.rights)
    feed.generator(head.generator)
    feed.ttl(head.ttl_minutes)
    if head.icon_url:
        feed.image(url=head.icon_url, title=head.title, link=head.home_url)
    return feed


def _drop_build_time(feed: FeedGenerator) -> None:
    """Keeps feedgen from writing lastBuildDate; the extension does.

    Unset it is the time of rendering, which changes the bytes each time, and feedgen
    formats it by switching the locale of the whole process. It has no public way to
    unset it.
    """
    feed._FeedGenerator__rss_lastBuildDate = None  # noqa: SLF001


def _add_entry(feed: FeedGenerator, entry: Entry) -> None:
    item = feed.add_entry(order="append")
    item.syndicator.entry = entry
    item.id(entry.id)
    item.title(entry.title)
    item.content(entry.content_html)
    if entry.summary:
        # With a summary feedgen writes the content as content:encoded.
        item.description(html.escape(entry.summary, quote=False), isSummary=True)
    for enclosure in entry.enclosures[:1]:
        item.enclosure(enclosure.url, enclosure.length, enclosure.type)
    item.link(href=entry.url, rel="alternate")
    for category in entry.categories:
        item.category(_category(category.term, category.scheme, category.label))
    if entry.source:
        item.source(url=entry.source.url, title=entry.source.title)


def _category(term: str, scheme: str | None, label: str | None) -> dict[str, str]:
    category = {"term": term}
    if scheme:
        category["scheme"] = scheme
    if label:
        category["label"] = label
    return category
