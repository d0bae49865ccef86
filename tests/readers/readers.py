"""Readers of feeds that nobody here wrote, each with what it makes of an entry."""

import html
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from time import struct_time
from typing import Final

import atoma
import fastfeedparser
import feedparser
import podcastparser

Enclosures = tuple[tuple[str, str, int], ...]


@dataclass(frozen=True, slots=True)
class Read:
    """An entry as a reader has it; None where the reader knows no such thing. Times without their fractions."""

    id: str
    title: str
    link: str
    content: str
    published: datetime
    updated: datetime | None
    author: str | None
    tags: frozenset[str] | None
    enclosures: Enclosures | None


def by_feedparser(body: bytes) -> list[Read]:
    """Its titles and texts are HTML, tidied."""
    feed = feedparser.parse(body)
    assert not feed.bozo
    return [
        Read(
            id=each.id,
            title=html.unescape(each.title),
            link=each.link,
            content=each.content[0].value if each.get("content") else each.summary,
            published=_instant(each.published_parsed),
            updated=_instant(each.updated_parsed),
            author=each.author_detail.name,
            tags=frozenset(tag.label or tag.term for tag in each.get("tags") or ()),
            enclosures=tuple((found.href, found.type, int(found.length)) for found in each.enclosures),
        )
        for each in feed.entries
    ]


def by_podcastparser(body: bytes) -> list[Read]:
    """It lists files of Media RSS beside enclosures."""
    return [
        Read(
            id=each["guid"],
            title=each["title"],
            link=each["link"],
            content=each.get("description_html") or each["description"],
            published=datetime.fromtimestamp(each["published"], UTC),
            updated=None,
            author=None,
            tags=None,
            enclosures=None,
        )
        for each in podcastparser.parse("", BytesIO(body))["episodes"]
    ]


def by_fastfeedparser(body: bytes) -> list[Read]:
    return [
        Read(
            id=each["id"],
            title=each["title"],
            link=each["link"],
            content=each["content"][0]["value"] if each.get("content") else each["description"],
            published=_instant(each["published"]),
            updated=_instant(each["updated"]),
            author=each["author"],
            tags=frozenset(tag.get("label") or tag["term"] for tag in each.get("tags") or ()),
            enclosures=tuple((e["url"], e["type"], int(e.get("length", 0))) for e in each.get("enclosures") or ()),
        )
        for each in fastfeedparser.parse(body).entries
    ]


def by_atoma_rss(body: bytes) -> list[Read]:
    return [
        Read(
            id=each.guid,
            title=each.title,
            link=each.link,
            content=each.content_encoded or each.description,
            published=_instant(each.pub_date),
            updated=None,
            author=None,
            tags=frozenset(each.categories),
            enclosures=tuple((found.url, found.type, found.length) for found in each.enclosures),
        )
        for each in atoma.parse_rss_bytes(body).items
    ]


def by_atoma_atom(body: bytes) -> list[Read]:
    return [
        Read(
            id=each.id_,
            title=each.title.value,
            link=next(link.href for link in each.links if link.rel == "alternate"),
            content=each.content.value,
            published=_instant(each.published),
            updated=_instant(each.updated),
            author=each.authors[0].name,
            tags=frozenset(tag.label or tag.term for tag in each.categories),
            enclosures=tuple((e.href, e.type_, e.length) for e in each.links if e.rel == "enclosure"),
        )
        for each in atoma.parse_atom_bytes(body).entries
    ]


def by_atoma_json(body: bytes) -> list[Read]:
    return [
        Read(
            id=each.id_,
            title=each.title,
            link=each.url,
            content=each.content_html,
            published=_instant(each.date_published),
            updated=_instant(each.date_modified),
            author=None,
            tags=frozenset(each.tags),
            enclosures=tuple((e.url, e.mime_type, e.size_in_bytes or 0) for e in each.attachments),
        )
        for each in atoma.parse_json_feed_bytes(body).items
    ]


def _instant(when: datetime | struct_time | str) -> datetime:
    if isinstance(when, struct_time):
        return datetime(*when[:6], tzinfo=UTC)
    if isinstance(when, str):
        when = datetime.fromisoformat(when)
    return when.astimezone(UTC).replace(microsecond=0)


Reader = Callable[[bytes], Sequence[Read]]
READERS: Final[Mapping[tuple[str, str], Reader]] = {
    ("feedparser", "rss"): by_feedparser,
    ("feedparser", "atom"): by_feedparser,
    ("podcastparser", "rss"): by_podcastparser,
    ("podcastparser", "atom"): by_podcastparser,
    ("fastfeedparser", "rss"): by_fastfeedparser,
    ("fastfeedparser", "atom"): by_fastfeedparser,
    ("fastfeedparser", "json"): by_fastfeedparser,
    ("atoma", "rss"): by_atoma_rss,
    ("atoma", "atom"): by_atoma_atom,
    ("atoma", "json"): by_atoma_json,
}
