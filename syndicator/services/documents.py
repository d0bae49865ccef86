"""A channel's state → the bytes of its documents. Reads, and writes nothing."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from isal import igzip

from feeds.archive import closing
from feeds.documents import join
from feeds.model import FORMATS, Format, Head, Tombstone
from syndicator.clock import SECOND_US, from_us, to_us
from syndicator.services.fragments import Fragments
from syndicator.services.setup import Setup
from syndicator.store import channels
from syndicator.store.database import Connection, RowMapping
from syndicator.store.renditions import Edition

CURRENT = 0
_TOMBSTONES_SHOWN_US = 30 * 86_400 * SECOND_US
_GZIP_LEVEL = 2
_HEAD_BYTES = 8_000


@dataclass(frozen=True, slots=True)
class Page:
    """One document of a channel: its number (0: the current one) and its entries, newest first."""

    number: int
    entries: tuple[RowMapping, ...]

    @property
    def editions(self) -> tuple[Edition, ...]:
        return tuple((row["release_id"], row["version"], row["edition"]) for row in self.entries)

    @property
    def updated_us(self) -> int | None:
        return max((row["updated_at"] for row in self.entries), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """One document in one format: bytes compressed, their hash, and where each entry stands."""

    page: int
    format: Format
    gzip: bytes
    sha256: str
    size: int
    editions: tuple[Edition, ...]
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelDocuments:
    """Everything of a channel that had to be made anew, as of ``generation``."""

    channel: RowMapping
    pages: int
    closed: tuple[Page, ...]
    rendered: tuple[Rendered, ...]
    composed: dict[tuple[Edition, Format], bytes]

    @property
    def generation(self) -> int:
        """Read before the entries: what is rendered is at least as new as this."""
        return int(self.channel["generation"])


def render_channel(
    setup: Setup, fragments: Fragments, connection: Connection, channel: RowMapping, now: int
) -> ChannelDocuments:
    """The current document, pages that close now, and archive pages that show a changed release."""
    number, pages = channel["no"], channel["pages"]
    waiting = tuple(channels.entries(connection, number, CURRENT))
    composed: dict[tuple[Edition, Format], bytes] = {}
    sizes = _sizes(Page(CURRENT, waiting), fragments, connection, composed)
    closed, current = _close(setup, waiting, sizes, pages)
    changed = {*channels.dirty_pages(connection, number), *([pages] if closed and pages else [])}
    archived = [Page(page, tuple(channels.entries(connection, number, page))) for page in sorted(changed)]
    stones = tuple(
        Tombstone(ref=row["guid"], when=from_us(row["at"]), comment=row["note"])
        for row in channels.withdrawn(connection, number, now - _TOMBSTONES_SHOWN_US)
    )
    newest = pages + len(closed)
    rendered = [
        _render(page, head, form, fragments, connection, composed)
        for page in (*archived, *closed, current)
        for form in FORMATS
        for head in (_head(setup, channel, page, form, newest, stones if page is current else ()),)
    ]
    return ChannelDocuments(
        channel=channel, pages=newest, closed=tuple(closed), rendered=tuple(rendered), composed=composed
    )


def _sizes(
    page: Page, fragments: Fragments, connection: Connection, composed: dict[tuple[Edition, Format], bytes]
) -> list[int]:
    """Bytes of each entry in its largest format: pages have the same entries in all of them."""
    by_format = [map(len, _bodies(page, form, fragments, connection, composed)) for form in FORMATS]
    return [max(sizes) for sizes in zip(*by_format, strict=True)]


def _bodies(
    page: Page,
    form: Format,
    fragments: Fragments,
    connection: Connection,
    composed: dict[tuple[Edition, Format], bytes],
) -> list[bytes]:
    """The page's entries. Those that the store does not hold yet are noted in ``composed``, to be stored."""
    bodies, fresh = fragments.of(connection, page.editions, form)
    composed.update({(edition, form): body for edition, body in fresh.items()})
    return bodies


def _close(setup: Setup, waiting: Sequence[RowMapping], sizes: Sequence[int], pages: int) -> tuple[list[Page], Page]:
    """Pages that the oldest entries close into, and what stays in the current document."""
    closed: list[Page] = []
    # A document is its entries and a head; their sum is what may not be larger.
    limits = replace(setup.feed_limits, max_bytes=setup.feed_limits.max_bytes - _HEAD_BYTES)
    left = list(zip(reversed(waiting), reversed(sizes), strict=True))
    while count := closing([size for _, size in left], limits):
        oldest, left = left[:count], left[count:]
        closed.append(Page(pages + len(closed) + 1, tuple(row for row, _ in reversed(oldest))))
    return closed, Page(CURRENT, tuple(row for row, _ in reversed(left)))


def _render(
    page: Page,
    head: Head,
    form: Format,
    fragments: Fragments,
    connection: Connection,
    composed: dict[tuple[Edition, Format], bytes],
) -> Rendered:
    joined = join(head, _bodies(page, form, fragments, connection, composed), form)
    return Rendered(
        page=page.number,
        format=form,
        gzip=igzip.compress(joined.body, compresslevel=_GZIP_LEVEL, mtime=0),
        sha256=hashlib.sha256(joined.body).hexdigest(),
        size=len(joined.body),
        editions=page.editions,
        spans=joined.spans,
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


def fragments_to_store(documents: Iterable[ChannelDocuments]) -> Iterator[tuple[Edition, Format, bytes]]:
    for each in documents:
        for (edition, form), body in each.composed.items():
            yield edition, form, body
