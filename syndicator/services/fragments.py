"""Entries as bytes, each composed once per version and joined into every document from then on."""

from collections.abc import Mapping, Sequence

from feeds.fragments import TEMPLATE_VERSION, fragment
from feeds.model import Format
from syndicator.article.compose import Audience, compose
from syndicator.article.entry import entry
from syndicator.services.attach import addresses
from syndicator.services.setup import Setup
from syndicator.store import releases, renditions
from syndicator.store.database import Connection

Pair = tuple[str, int]
"""Release id and version."""

_MAX_KEPT_BYTES = 64_000_000


class Fragments:
    """From memory, else from the store, else composed. One per process; threads may share it."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._kept: dict[tuple[str, int, Format], bytes] = {}
        self._size = 0

    def of(self, connection: Connection, wanted: Sequence[Pair], form: Format) -> tuple[list[bytes], dict[Pair, bytes]]:
        """The fragments in the order wanted, and those among them that the store does not hold yet."""
        kept = {pair: self._kept.get((*pair, form)) for pair in wanted}
        missing = [pair for pair, body in kept.items() if body is None]
        found: dict[Pair, bytes] = {}
        if missing:
            found = renditions.fragments(self._setup.database, connection, missing, form, TEMPLATE_VERSION)
        composed = {pair: self._compose(connection, pair, form) for pair in missing if pair not in found}
        self._keep(form, {**found, **composed})
        known = {**{pair: body for pair, body in kept.items() if body is not None}, **found, **composed}
        return [known[pair] for pair in wanted], composed

    def _compose(self, connection: Connection, pair: Pair, form: Format) -> bytes:
        stored = releases.version(connection, *pair)
        urls = addresses(self._setup, connection, stored.release.record, stored.owner)
        article = compose(stored.release, stored.attached, Audience.PUBLIC, urls)
        return fragment(entry(stored.release, article, stored.attached, self._setup.addresses), form)

    def _keep(self, form: Format, fresh: Mapping[Pair, bytes]) -> None:
        if self._size > _MAX_KEPT_BYTES:
            self._kept = {}
            self._size = 0
        for (release_id, version), body in fresh.items():
            self._kept[release_id, version, form] = body
            self._size += len(body)
