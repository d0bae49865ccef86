"""A subscription list of feeds (OPML 2.0, http://opml.org/spec2.opml)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from lxml import etree

from feeds.elements import add
from feeds.moments import rfc822


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """One channel: its page and the address of its feed. `category` is the folder it goes in."""

    title: str
    home_url: str
    feed_url: str
    category: str | None = None
    language: str | None = None


def render(title: str, outlines: Iterable[Outline], updated: datetime) -> bytes:
    """The list as OPML, one outline per channel, neighbours of one category in one folder.

    A reader subscribes to every outline, so each channel is listed once, in one format.
    """
    opml = etree.Element("opml", version="2.0")
    head = add(opml, "head")
    add(head, "title", title)
    add(head, "dateModified", rfc822(updated))
    body = add(opml, "body")
    for category, channels in groupby(outlines, key=lambda outline: outline.category):
        folder = add(body, "outline", text=category) if category else body
        for outline in channels:
            _add_channel(folder, outline)
    return etree.tostring(opml, encoding="UTF-8", xml_declaration=True)


def _add_channel(folder: etree._Element, outline: Outline) -> None:
    # Type "rss" means any feed, says the specification of the format; readers want `title` too.
    add(
        folder,
        "outline",
        type="rss",
        text=outline.title,
        title=outline.title,
        xmlUrl=outline.feed_url,
        htmlUrl=outline.home_url,
        language=outline.language,
        category=outline.category,
    )
