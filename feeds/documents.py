"""Feed documents: a head and the fragments of entries joined, or single entries cut out again."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from feeds.fragments import fragment
from feeds.heads import FOOT, render_head
from feeds.model import Entry, Format, Head

SEPARATOR: Final[dict[Format, bytes]] = {"rss": b"", "atom": b"", "json": b","}


@dataclass(frozen=True, slots=True)
class Joined:
    """A document and where each of its entries stands: (offset, length) in bytes."""

    body: bytes
    spans: tuple[tuple[int, int], ...]


def document(head: Head, entries: Iterable[Entry], format: Format) -> bytes:
    """Head, fragments and end joined: byte-identical to rendering all entries at once."""
    between = SEPARATOR[format].join(fragment(entry, format) for entry in entries)
    return render_head(head, format) + between + FOOT[format]


def excerpt(joined: Joined, keep: Iterable[int], format: Format) -> bytes:
    """The same document with only the entries at these positions (RFC 3229, `A-IM: feed`)."""
    if not joined.spans:
        return joined.body
    first, (last, length) = joined.spans[0][0], joined.spans[-1]
    kept = (joined.body[at : at + size] for at, size in (joined.spans[position] for position in keep))
    return b"".join((joined.body[:first], SEPARATOR[format].join(kept), joined.body[last + length :]))


def spans(offset: int, fragments: Iterable[bytes], format: Format) -> tuple[tuple[int, int], ...]:
    """Where each of them stands in a document whose head ends at that offset."""
    found, gap = [], len(SEPARATOR[format])
    for each in fragments:
        length = len(each)
        found.append((offset, length))
        offset += length + gap
    return tuple(found)
