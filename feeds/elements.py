"""The XML vocabularies of our feeds and the parts that Atom and RSS have in common."""

from collections.abc import Mapping
from typing import Final

from lxml import etree

from feeds.model import MEDIA_TYPES, Entry, Format, Head
from feeds.text import escape_attribute, escape_content

ATOM: Final = "http://www.w3.org/2005/Atom"
DUBLIN_CORE: Final = "http://purl.org/dc/elements/1.1/"
HISTORY: Final = "http://purl.org/syndication/history/1.0"
MEDIA_RSS: Final = "http://search.yahoo.com/mrss/"
TOMBSTONES: Final = "http://purl.org/atompub/tombstones/1.0"
XML: Final = "http://www.w3.org/XML/1998/namespace"
# Link relations that readers and validators of feeds know; the registry of today has more.
_KNOWN_RELATIONS: Final = frozenset({"related", "via", "license", "describedby", "replies", "up", "search"})
# What no public vocabulary says: which version this is and whether it still stands.
LIFECYCLE: Final = "urn:x-syndicator:lifecycle:1"


def add(
    parent: etree._Element, name: str, text: str | None = None, /, **attributes: str | int | None
) -> etree._Element:
    """A new last child; attributes without a value are left out."""
    element = etree.SubElement(parent, name)
    element.text = text
    for attribute, value in attributes.items():
        if value is not None:
            element.set(attribute, str(value))
    return element


def add_feed_links(feed: etree._Element, head: Head, format: Format, name: str) -> None:
    """The one self link, the hub, the other formats and the archive links of RFC 5005."""
    add(feed, name, rel="self", href=head.self_url, type=MEDIA_TYPES[format])
    for other, url in head.other_formats.items():
        add(feed, name, rel="related", href=url, type=MEDIA_TYPES[other])
    for relation, target in (
        ("hub", head.hub_url),
        ("current", head.current_url),
        ("prev-archive", head.prev_archive_url),
        ("next-archive", head.next_archive_url),
    ):
        if target:
            add(feed, name, rel=relation, href=target)


def add_entry_links(element: etree._Element, entry: Entry, name: str) -> None:
    """The entry's further links; a relation that readers do not know becomes "related" (JSON Feed keeps it)."""
    for link in entry.links:
        add(
            element,
            name,
            rel=link.rel if link.rel in _KNOWN_RELATIONS else "related",
            href=link.href,
            title=link.title,
            hreflang=link.hreflang,
        )


def add_archive_mark(feed: etree._Element, head: Head) -> None:
    if head.is_archive:
        add(feed, f"{{{HISTORY}}}archive")


def add_lifecycle(element: etree._Element, entry: Entry) -> None:
    add(element, f"{{{LIFECYCLE}}}version", str(entry.version))
    add(element, f"{{{LIFECYCLE}}}status", entry.status)
    if entry.note:
        add(element, f"{{{LIFECYCLE}}}note", entry.note)


def add_stylesheet(root: etree._Element, head: Head) -> None:
    """The processing instruction by which a browser shows the feed readably."""
    if head.stylesheet_url:
        href = escape_attribute(escape_content(head.stylesheet_url))
        root.addprevious(etree.ProcessingInstruction("xml-stylesheet", f'type="text/css" href="{href}"'))


def shared_namespaces(head: Head) -> Mapping[str, str]:
    """Prefixes that both formats declare; fragments rely on all but the archive's."""
    declared = {"media": MEDIA_RSS, "syndicator": LIFECYCLE}
    return declared | {"fh": HISTORY} if head.is_archive else declared
