"""Entries as bytes, each composed once per version and edition and joined into every document from then on."""

from collections.abc import Mapping, Sequence

from feeds.fragments import TEMPLATE_VERSION, fragment
from feeds.model import Entry, Format
from syndicator.article.compose import Audience, compose
from syndicator.article.entry import entry
from syndicator.services.attach import addresses
from syndicator.services.relations import shown
from syndicator.services.setup import Setup
from syndicator.store import releases, renditions
from syndicator.store.database import Connection
from syndicator.store.renditions import Edition

_MAX_KEPT_BYTES = 64_000_000
_MAX_ENTRIES = 1000


class Fragments:
    """From memory, else from the store, else composed. One per process; threads may share it."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._kept: dict[tuple[Edition, Format], bytes] = {}
        self._size = 0
        self._entries: dict[Edition, Entry] = {}  # one composing serves all formats

    def of(
        self, connection: Connection, wanted: Sequence[Edition], form: Format
    ) -> tuple[list[bytes], dict[Edition, bytes]]:
        """The fragments in the order wanted, and those among them that the store does not hold yet."""
        kept = {each: self._kept.get((each, form)) for each in wanted}
        missing = [each for each, body in kept.items() if body is None]
        found: dict[Edition, bytes] = {}
        if missing:
            found = renditions.fragments(self._setup.database, connection, missing, form, TEMPLATE_VERSION)
        composed = {each: self._compose(connection, each, form) for each in missing if each not in found}
        self._keep(form, {**found, **composed})
        known = {**{each: body for each, body in kept.items() if body is not None}, **found, **composed}
        return [known[each] for each in wanted], composed

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

    def _keep(self, form: Format, fresh: Mapping[Edition, bytes]) -> None:
        if self._size > _MAX_KEPT_BYTES:
            self._kept = {}
            self._size = 0
        for edition, body in fresh.items():
            self._kept[edition, form] = body
            self._size += len(body)
