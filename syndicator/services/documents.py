"""A channel's state → the bytes of its documents. Reads, and writes nothing."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, groupby

from feeds.archive import closing
from feeds.documents import SEPARATOR, spans
from feeds.heads import FOOT, render_head
from feeds.model import FORMATS, Format, Head, Tombstone
from feeds.packed import constant, gzipped, piece
from syndicator.clock import SECOND_US, from_us, to_us
from syndicator.services.fragments import Fragments, Gathered
from syndicator.services.setup import Setup
from syndicator.store import channels
from syndicator.store.database import Connection, RowMapping
from syndicator.store.renditions import CURRENT, Edition

_TOMBSTONES_SHOWN_US = 30 * 86_400 * SECOND_US
_RUN = 12
"""Entries that are compressed together: enough to compress well, and few to compress anew when one changes."""
_HEAD_BYTES = 8_000


@dataclass(frozen=True, slots=True)
class Page:
    """One document of a channel: its number (0: the current one) and its entries, newest first."""

    number: int
    entries: tuple[RowMapping, ...]
    runs: tuple[tuple[Edition, ...], ...]
    """The entries in runs that neither newer nor older ones change: by their positions."""
    updated_us: int | None

    @classmethod
    def of(cls, number: int, entries: Sequence[RowMapping]) -> "Page":
        runs = groupby(entries, lambda row: row["position"] // _RUN)
        return cls(
            number,
            tuple(entries),
            tuple(tuple((row["release_id"], row["version"], row["edition"]) for row in run) for _, run in runs),
            max((row["updated_at"] for row in entries), default=None),
        )

    @property
    def editions(self) -> tuple[Edition, ...]:
        return tuple(chain.from_iterable(self.runs))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """One document in one format: bytes compressed, a hash of them, and where each entry stands.

    The hash covers the head, the hash of each entry, the separator and the foot. So it changes when the document does,
    without the document being hashed as a whole.
    """

    page: int
    format: Format
    gzip: bytes
    sha256: str
    size: int
    editions: tuple[Edition, ...]
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a channel's documents are made of: entries not in the archive yet, and which archive pages are behind."""

    channel: RowMapping
    waiting: Page
    behind: tuple[int, ...]
    stones: tuple[Tombstone, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelDocuments:
    """Everything of a channel that had to be made anew, as of ``generation``."""

    channel: RowMapping
    pages: int
    closed: tuple[Page, ...]
    rendered: tuple[Rendered, ...]

    @property
    def number(self) -> int:
        return int(self.channel["no"])

    @property
    def generation(self) -> int:
        """Read before the entries: what is rendered is at least as new as this."""
        return int(self.channel["generation"])


def standings(setup: Setup, connection: Connection, rows: Sequence[RowMapping], now: int) -> list[Standing]:
    """Of these channels, whose rows were read before: what is made of it is at least as new as their generations."""
    numbers = [row["no"] for row in rows]
    marked = channels.dirty_pages(setup.database, connection, numbers)
    entries = channels.entries(setup.database, connection, [(number, CURRENT) for number in numbers])
    since = now - _TOMBSTONES_SHOWN_US
    withdrawn = channels.withdrawn(setup.database, connection, numbers, since)
    behind: dict[int, list[int]] = {number: [] for number in numbers}
    for number, page in marked:
        behind[number].append(page)
    return [
        Standing(
            channel=row,
            waiting=Page.of(CURRENT, entries.get((row["no"], CURRENT), ())),
            behind=tuple(behind[row["no"]]),
            stones=tuple(
                Tombstone(ref=each["guid"], when=from_us(each["at"]), comment=each["note"])
                for each in withdrawn.get(row["no"], ())
            ),
        )
        for row in rows
    ]


def gathered(fragments: Fragments, connection: Connection, some: Sequence[Standing]) -> Gathered:
    """All fragments that these channels' documents are joined from, but for archive pages: those may be any number."""
    found = Gathered(fragments, connection)
    found.add(edition for each in some for edition in each.waiting.editions)
    return found


def render_channel(setup: Setup, connection: Connection, gathered: Gathered, standing: Standing) -> ChannelDocuments:
    """The current document, pages that close now, and archive pages that show a changed release."""
    channel, waiting = standing.channel, standing.waiting
    closed, current = _close(setup, waiting.entries, _sizes(waiting, gathered), channel["pages"])
    archived = list(standing.behind)
    if closed and channel["pages"] and channel["pages"] not in archived:
        # It names a next page from now on.
        archived.append(channel["pages"])
    newest = channel["pages"] + len(closed)
    rest = ((page, gathered) for page in (*closed, current))
    rendered = [
        _render(page, head, form, known)
        for page, known in chain(_archive_pages(setup, connection, gathered, channel["no"], archived), rest)
        for form in FORMATS
        for head in (_head(setup, channel, page, form, newest, standing.stones if page is current else ()),)
    ]
    return ChannelDocuments(channel=channel, pages=newest, closed=tuple(closed), rendered=tuple(rendered))


def _archive_pages(
    setup: Setup, connection: Connection, gathered: Gathered, channel: int, numbers: Sequence[int]
) -> Iterator[tuple[Page, Gathered]]:
    """One at a time, each with its fragments: a channel may have more archive pages than fit into memory."""
    for number in numbers:
        named = (channel, number)
        page = Page.of(number, channels.entries(setup.database, connection, [named]).get(named, ()))
        yield page, gathered.apart(page.editions)


def _sizes(page: Page, gathered: Gathered) -> list[int]:
    """Bytes of each entry in its largest format: pages have the same entries in all of them."""
    by_format = [[len(each.body) for each in gathered.some(page.editions, form)] for form in FORMATS]
    return [max(sizes) for sizes in zip(*by_format, strict=True)]


def _close(setup: Setup, waiting: Sequence[RowMapping], sizes: Sequence[int], pages: int) -> tuple[list[Page], Page]:
    """Pages that the oldest entries close into, and what stays in the current document."""
    closed: list[Page] = []
    # A document is its entries and a head; their sum is what may not be larger.
    limits = replace(setup.feed_limits, max_bytes=setup.feed_limits.max_bytes - _HEAD_BYTES)
    left = list(zip(reversed(waiting), reversed(sizes), strict=True))
    while count := closing([size for _, size in left], limits):
        oldest, left = left[:count], left[count:]
        closed.append(Page.of(pages + len(closed) + 1, [row for row, _ in reversed(oldest)]))
    return closed, Page.of(CURRENT, [row for row, _ in reversed(left)])


def _render(page: Page, head: Head, form: Format, gathered: Gathered) -> Rendered:
    start, gap, end = render_head(head, form), SEPARATOR[form], FOOT[form]
    newest, *older = page.runs or ((),)
    pieces = [
        piece(start + gathered.joined(newest, form)),
        *(gathered.following(run, form) for run in older),
        constant(end),
    ]
    editions = page.editions
    entries = gathered.some(editions, form)
    return Rendered(
        page=page.number,
        format=form,
        gzip=gzipped(pieces),
        sha256=hashlib.sha256(b"".join((start, *(each.digest for each in entries), gap, end))).hexdigest(),
        size=sum(each.size for each in pieces),
        editions=editions,
        spans=spans(len(start), (each.body for each in entries), form),
    )


def _head(
    setup: Setup, channel: RowMapping, page: Page, form: Format, newest: int, stones: tuple[Tombstone, ...]
) -> Head:
    """``newest``: number of the newest archive page once this rendering is stored."""
    name, addresses = channel["name"], setup.addresses
    network = setup.network(None)
    times = [page.updated_us or channel["created_at"], *(to_us(stone.when) for stone in stones)]
    before = (newest if page.number == CURRENT else page.number - 1) or None
    after = page.number + 1 if CURRENT < page.number < newest else None
    if page.number == newest == 1:
        # An archive document has a neighbour (ArchiveIncomplete); that of the only one is the current document.
        after = CURRENT
    return Head(
        id=addresses.channel(name),
        title=f"{network.title}: {channel['title']}",
        description=f"{channel['title']} — press releases with full text, publisher, contacts and rights.",
        home_url=addresses.channel(name),
        self_url=addresses.feed(name, form, page.number),
        language=_language(channel, network.default_language),
        updated=from_us(max(times)),
        rights=f"Responsible for each release: its publisher. Network: {network.operator}.",
        hub_url=setup.hub_url or None,
        current_url=addresses.feed(name, form) if page.number else None,
        prev_archive_url=addresses.feed(name, form, before) if before else None,
        next_archive_url=None if after is None else addresses.feed(name, form, after),
        is_archive=page.number != CURRENT,
        tombstones=stones,
        icon_url=f"{addresses.base}/static/icon.png",
        stylesheet_url=f"{addresses.base}/static/feed.css",
        other_formats={other: addresses.feed(name, other, page.number) for other in FORMATS if other != form},
    )


def _language(channel: RowMapping, otherwise: str) -> str:
    return channel["value"] if channel["kind"] == "language" else otherwise
