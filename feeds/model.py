"""A feed as values: what all three formats are written from.

Knows RFC 4287 (Atom), RSS 2.0, JSON Feed 1.1 and RFC 5005, and nothing of who
publishes what. Every text is plain text unless its name says HTML.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from typing import Final, Literal, get_args

from feeds.moments import in_utc
from feeds.text import is_fit_for_xml

Format = Literal["rss", "atom", "json"]
FORMATS: Final[tuple[Format, ...]] = get_args(Format)

MEDIA_TYPES: Final[Mapping[Format, str]] = {
    "rss": "application/rss+xml",
    "atom": "application/atom+xml",
    "json": "application/feed+json",
}
CONTENT_TYPES: Final[Mapping[Format, str]] = {
    "rss": "application/rss+xml; charset=utf-8",
    "atom": "application/atom+xml; charset=utf-8",
    "json": "application/feed+json; charset=utf-8",
}

Json = str | int | float | bool | None | Sequence["Json"] | Mapping[str, "Json"]
Status = Literal["usable", "withheld", "canceled"]

# The address of an entry is its one alternate link, enclosures are given as such:
# readers that take the first or the last link must find the same page.
_RESERVED_RELATIONS: Final = frozenset({"alternate", "enclosure", "self"})

HEAD_TEXTS: Final = (
    "id",
    "title",
    "description",
    "home_url",
    "self_url",
    "language",
    "rights",
    "hub_url",
    "current_url",
    "prev_archive_url",
    "next_archive_url",
    "icon_url",
    "stylesheet_url",
    "generator",
)
_head_texts: Callable[[object], tuple[str | None, ...]] = attrgetter(*HEAD_TEXTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    name: str
    email: str | None = None
    uri: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A further link of an entry."""

    href: str
    rel: str
    title: str | None = None
    hreflang: str | None = None

    def __post_init__(self) -> None:
        if self.rel in _RESERVED_RELATIONS:
            raise ValueError(f"rel={self.rel!r} is written by the entry itself: use url or enclosures")


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    term: str
    scheme: str | None = None
    label: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosure:
    """A file that belongs to an entry: `length` in bytes, `description` its caption."""

    url: str
    type: str
    length: int
    title: str | None = None
    description: str | None = None
    credit: str | None = None
    copyright: str | None = None
    alt: str | None = None
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tombstone:
    """An entry that was taken back for ever (RFC 6721); `ref` is its id."""

    ref: str
    when: datetime
    comment: str | None = None

    def __post_init__(self) -> None:
        in_utc(self.when)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The feed an entry was first published in; `url` is that feed's own address."""

    id: str
    title: str
    url: str
    updated: datetime

    def __post_init__(self) -> None:
        in_utc(self.updated)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry, the same in every feed it stands in.

    `published` is the time it appeared, `updated` moves with every version. `about`
    goes out as the JSON Feed extension beside version, status, note, rights, source
    and links, whose names it must not use.
    """

    id: str
    title: str
    url: str
    published: datetime
    updated: datetime
    language: str
    summary: str
    content_html: str
    authors: tuple[Person, ...]
    categories: tuple[Category, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    links: tuple[Link, ...] = ()
    rights: str | None = None
    source: Source | None = None
    version: int = 1
    status: Status = "usable"
    note: str | None = None
    about: Mapping[str, Json] = field(default_factory=dict)

    def __post_init__(self) -> None:
        in_utc(self.published)
        in_utc(self.updated)
        _demand(self, ("id", "title", "url", "language", "content_html", "authors"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """Everything of one feed document but its entries; made per format (`self_url`).

    `updated` comes from the newest entry. The archive links are those of RFC 5005,
    section 4. `ttl_minutes` is how often an RSS reader may ask.
    """

    id: str
    title: str
    description: str
    home_url: str
    self_url: str
    language: str
    updated: datetime
    rights: str | None = None
    authors: tuple[Person, ...] = ()
    hub_url: str | None = None
    current_url: str | None = None
    prev_archive_url: str | None = None
    next_archive_url: str | None = None
    is_archive: bool = False
    tombstones: tuple[Tombstone, ...] = ()
    icon_url: str | None = None
    stylesheet_url: str | None = None
    generator: str = "Syndicator"
    other_formats: Mapping[Format, str] = field(default_factory=dict)
    ttl_minutes: int = 5

    def __post_init__(self) -> None:
        in_utc(self.updated)
        _demand(self, ("id", "title", "description", "home_url", "self_url", "language"))
        if not is_fit_for_xml("".join(filter(None, self.texts()))):
            raise ValueError(f"feed {self.id!r}: a text holds a character that XML cannot carry")

    def texts(self) -> tuple[str | None, ...]:
        """Every text of the head, unset ones included: HEAD_TEXTS, people, tombstones, formats."""
        return (
            *_head_texts(self),
            *(text for person in self.authors for text in (person.name, person.email, person.uri)),
            *(text for stone in self.tombstones for text in (stone.ref, stone.comment)),
            *self.other_formats.values(),
        )


def _demand(value: Entry | Head, fields: Iterable[str]) -> None:
    missing = [name for name in fields if not getattr(value, name)]
    if missing:
        raise ValueError(f"{type(value).__name__} {value.id!r} needs: {', '.join(missing)}")
