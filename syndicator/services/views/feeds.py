"""Feed documents as they are stored, and which of them changed: what a server keeps in memory."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from feeds.model import FORMATS, Format
from syndicator.services.setup import Setup
from syndicator.store import numbers, renditions


@dataclass(frozen=True, slots=True)
class DocumentName:
    """``page`` 0 is the channel's current document, others are archive documents."""

    channel: str
    page: int
    format: Format


@dataclass(frozen=True, slots=True)
class EntrySpan:
    """Where an entry stands in the bytes, and since which change it reads like this."""

    mark: int
    offset: int
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDocument:
    """A document's bytes. ``tag`` names this state of it, ``last_modified`` is in seconds since 1970."""

    name: DocumentName
    gzip: bytes
    size: int
    tag: str
    change: int
    last_modified: int
    spans: Sequence[EntrySpan]


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed up to the change of that number."""

    last: int
    documents: tuple[DocumentName, ...]
    went_back: bool = False
    """The database does not know of that change: it is an older one now, and anything may differ."""


def document(setup: Setup, name: DocumentName) -> StoredDocument | None:
    """The stored document, or nothing where the channel, the page or the format does not exist."""
    with setup.database.read() as connection:
        row = renditions.get(connection, name.channel, name.page, name.format)
    if row is None:
        return None
    return StoredDocument(
        name=name,
        gzip=bytes(row["gzip"]),
        size=row["size"],
        tag=row["etag"],
        change=row["change"],
        last_modified=row["last_modified"],
        spans=[EntrySpan(mark, offset, length) for _, _, _, mark, offset, length in json.loads(row["spans"])],
    )


def last_change(setup: Setup) -> int:
    with setup.database.read() as connection:
        return numbers.last(connection, numbers.CHANGE)


def changes_since(setup: Setup, change: int) -> Changes:
    """The documents that changed, or went away with their channel, after that change."""
    with setup.database.read() as connection:
        last = numbers.last(connection, numbers.CHANGE)
        rows = renditions.since(connection, change)
    if last < change:
        return Changes(last, (), went_back=True)
    return Changes(
        max((row["change"] for row in rows), default=change),
        tuple(
            DocumentName(row["name"], row["page"], form) for row in rows for form in FORMATS if form == row["format"]
        ),
    )
