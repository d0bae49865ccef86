"""Entries as bytes, each composed once per version and edition and joined into every document from then on.

Runs of entries that stand together are compressed once, too.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from feeds.documents import SEPARATOR
from feeds.fragments import TEMPLATE_VERSION, fragment
from feeds.model import FORMATS, Entry, Format
from feeds.packed import Piece, piece
from syndicator.article.compose import Audience, compose
from syndicator.article.entry import entry
from syndicator.services.attach import addresses
from syndicator.services.kept import Kept
from syndicator.services.relations import shown
from syndicator.services.setup import Setup
from syndicator.store import releases, renditions
from syndicator.store.database import Connection
from syndicator.store.renditions import Edition

Named = tuple[Edition, Format]

Run = tuple[Format, tuple[Edition, ...]]

_MAX_FRAGMENT_BYTES = 24_000_000
_MAX_PIECE_BYTES = 12_000_000
# What one takes beside its bytes: its name, of a dozen editions for a piece, and its place.
_AROUND_FRAGMENT_BYTES = 500
_AROUND_PIECE_BYTES = 2500


class Fragment(NamedTuple):
    """An entry's bytes, and their SHA-256."""

    body: bytes
    digest: bytes

    @classmethod
    def of(cls, body: bytes) -> "Fragment":
        return cls(body, hashlib.sha256(body).digest())


class Fragments:
    """From memory, else from the store, else composed. One per process; threads may share it."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._kept = Kept[Named, Fragment](_MAX_FRAGMENT_BYTES, lambda each: len(each.body) + _AROUND_FRAGMENT_BYTES)
        self._pieces = Kept[Run, Piece](_MAX_PIECE_BYTES, lambda each: len(each.deflated) + _AROUND_PIECE_BYTES)

    def of(
        self, connection: Connection, editions: Iterable[Edition]
    ) -> tuple[dict[Named, Fragment], dict[Named, bytes]]:
        """The fragments of these editions in every format, and those among them that the store does not hold yet."""
        kept = {(each, form): self._kept.get((each, form)) for each in editions for form in FORMATS}
        known = {named: each for named, each in kept.items() if each is not None}
        missing = [named for named, each in kept.items() if each is None]
        if not missing:
            return known, {}
        found = renditions.fragments(self._setup.database, connection, missing, TEMPLATE_VERSION)
        composed = dict(self._composed(connection, [named for named in missing if named not in found]))
        for named in missing:
            known[named] = Fragment.of(found[named] if named in found else composed[named])
            self._kept.put(named, known[named])
        return known, composed

    def piece(self, run: Run, make: Callable[[], bytes]) -> Piece:
        """The run of entries compressed; made if it is not remembered."""
        found = self._pieces.get(run)
        if found is None:
            found = piece(make())
            self._pieces.put(run, found)
        return found

    def _composed(self, connection: Connection, missing: Iterable[Named]) -> Iterator[tuple[Named, bytes]]:
        """One composing serves all formats, and is not kept: an erased contact may stand in it."""
        for edition, some in groupby(missing, itemgetter(0)):
            whole = self._entry(connection, edition)
            for named in some:
                yield named, fragment(whole, named[1])

    def _entry(self, connection: Connection, wanted: Edition) -> Entry:
        stored = releases.version(connection, *wanted[:2])
        release = shown(self._setup, connection, stored)
        urls = addresses(self._setup, connection, stored.release.record, stored.owner)
        article = compose(release, stored.attached, Audience.PUBLIC, urls)
        return entry(release, article, stored.attached, self._setup.addresses)


class Gathered:
    """The fragments of one round of rendering, read for many documents at once."""

    def __init__(self, fragments: Fragments, connection: Connection) -> None:
        self._fragments = fragments
        self._connection = connection
        self._known: dict[Named, Fragment] = {}
        self.composed: dict[Named, bytes] = {}
        """Those that the store does not hold yet."""

    def add(self, editions: Iterable[Edition]) -> None:
        known, composed = self._fragments.of(self._connection, dict.fromkeys(editions))
        self._known.update(known)
        self.composed.update(composed)

    def apart(self, editions: Iterable[Edition]) -> "Gathered":
        """The fragments of one more document, read for it alone."""
        other = Gathered(self._fragments, self._connection)
        other.composed = self.composed
        other.add(editions)
        return other

    def some(self, editions: Iterable[Edition], form: Format) -> list[Fragment]:
        """In this order; each must have been added."""
        return [self._known[edition, form] for edition in editions]

    def joined(self, editions: Iterable[Edition], form: Format) -> bytes:
        """Their bytes as they stand in a document."""
        return SEPARATOR[form].join(each.body for each in self.some(editions, form))

    def following(self, editions: tuple[Edition, ...], form: Format) -> Piece:
        """They as they stand behind others in a document, compressed."""
        return self._fragments.piece((form, editions), lambda: SEPARATOR[form] + self.joined(editions, form))
