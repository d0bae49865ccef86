"""Entries as bytes, each composed once per version and edition and joined into every document from then on."""

import threading
from collections.abc import Iterable, Mapping, Sequence

from feeds.fragments import TEMPLATE_VERSION, fragment
from feeds.model import FORMATS, Entry, Format
from syndicator.article.compose import Audience, compose
from syndicator.article.entry import entry
from syndicator.services.attach import addresses
from syndicator.services.relations import shown
from syndicator.services.setup import Setup
from syndicator.store import releases, renditions
from syndicator.store.database import Connection
from syndicator.store.renditions import Edition

Named = tuple[Edition, Format]

_MAX_KEPT_BYTES = 64_000_000
_MAX_ENTRIES = 1000


class Fragments:
    """From memory, else from the store, else composed. One per process; threads may share it."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._kept: dict[Named, bytes] = {}
        self._size = 0
        self._lock = threading.Lock()
        self._entries: dict[Edition, Entry] = {}  # one composing serves all formats

    def of(self, connection: Connection, editions: Iterable[Edition]) -> tuple[dict[Named, bytes], dict[Named, bytes]]:
        """The fragments of these editions in every format, and those among them that the store does not hold yet."""
        kept = {(each, form): self._kept.get((each, form)) for each in editions for form in FORMATS}
        known = {named: body for named, body in kept.items() if body is not None}
        missing = [named for named, body in kept.items() if body is None]
        if not missing:
            return known, {}
        found = renditions.fragments(self._setup.database, connection, missing, TEMPLATE_VERSION)
        composed = {named: self._compose(connection, *named) for named in missing if named not in found}
        fresh = {named: found[named] if named in found else composed[named] for named in missing}
        self._keep(fresh)
        return {**known, **fresh}, composed

    def _compose(self, connection: Connection, wanted: Edition, form: Format) -> bytes:
        composed = self._entries.get(wanted)
        if composed is None:
            if len(self._entries) >= _MAX_ENTRIES:
                self._entries = {}
            composed = self._entries[wanted] = self._entry(connection, wanted)
        return fragment(composed, form)

    def _entry(self, connection: Connection, wanted: Edition) -> Entry:
        stored = releases.version(connection, *wanted[:2])
        release = shown(self._setup, connection, stored)
        urls = addresses(self._setup, connection, stored.release.record, stored.owner)
        article = compose(release, stored.attached, Audience.PUBLIC, urls)
        return entry(release, article, stored.attached, self._setup.addresses)

    def _keep(self, fresh: Mapping[Named, bytes]) -> None:
        """What came first goes first: never all at once, for that would be read again in one go."""
        with self._lock:
            for named, body in fresh.items():
                self._size += len(body) - len(self._kept.pop(named, b""))
                self._kept[named] = body
            while self._size > _MAX_KEPT_BYTES:
                self._size -= len(self._kept.pop(next(iter(self._kept))))


class Gathered:
    """The fragments of one round of rendering, read for many documents at once."""

    def __init__(self, fragments: Fragments, connection: Connection) -> None:
        self._fragments = fragments
        self._connection = connection
        self._known: dict[Named, bytes] = {}
        self.composed: dict[Named, bytes] = {}
        """Those that the store does not hold yet."""

    def add(self, editions: Iterable[Edition]) -> None:
        known, composed = self._fragments.of(self._connection, dict.fromkeys(editions))
        self._known.update(known)
        self.composed.update(composed)

    def bodies(self, editions: Sequence[Edition], form: Format) -> list[bytes]:
        """In this order; each must have been added."""
        return [self._known[edition, form] for edition in editions]
