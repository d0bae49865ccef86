"""Feed documents in memory, each with its answers ready made: a request costs a lookup and one write."""

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass
from email.utils import formatdate
from typing import Final

from isal import igzip

from feeds.documents import Joined, excerpt
from feeds.model import CONTENT_TYPES, MEDIA_TYPES, Format
from syndicator import log
from syndicator.model.addresses import feed_path
from syndicator.services.setup import Setup
from syndicator.services.views import feeds as views
from syndicator.services.views.feeds import DocumentName, StoredDocument
from syndicator.web.answers import VARY, Answer, Headers, packed

POLL_S: Final = 0.2
_LEAST_PATIENCE_S: Final = 1.0
_MAX_KEPT_BYTES: Final = 256_000_000
_MAX_PATH: Final = 200
_PREFIX: Final = "/feeds/"


@dataclass(frozen=True, slots=True)
class Terms:
    """What stands in the headers of every feed, whatever its contents."""

    max_age_s: int
    hub_url: str
    policy_url: str


class Document:
    """A stored document and its answers: per coding, and for readers that want only what is new."""

    def __init__(self, stored: StoredDocument, self_url: str, terms: Terms) -> None:
        self.change = stored.change
        self.last_modified = stored.last_modified
        self.last_modified_text = formatdate(stored.last_modified, usegmt=True).encode()
        self._stored = stored
        self._cache_control = f"public, max-age={terms.max_age_s}".encode()
        self._always = _always(stored.name.format, self_url, terms)
        self._identity: Answer | None = None
        self._news: dict[tuple[int, bool], Answer] = {}
        self.news_bytes = 0
        self.gzip = self._answer(200, stored.gzip, gzip=True, cache_control=self._cache_control)

    @property
    def identity(self) -> Answer:
        """Decompressed for the first reader that takes no gzip."""
        if self._identity is None:
            body = _decompressed(self._stored.gzip)
            self._identity = self._answer(200, body, gzip=False, cache_control=self._cache_control)
        return self._identity

    @property
    def kept_bytes(self) -> int:
        """At most: the whole in both codings, and as much again for answers that hold a part of it."""
        return 2 * self._whole_bytes

    @property
    def _whole_bytes(self) -> int:
        return len(self._stored.gzip) + self._stored.size

    def since(self, change: int, *, gzip: bool) -> Answer | None:
        """226 with the entries that are new or changed since then; nothing if that is all of them."""
        spans = self._stored.spans
        fresh = [place for place, span in enumerate(spans) if span.mark > change]
        if len(fresh) == len(spans):
            return None
        # Marks fall with the change asked for, so their number says which entries these are.
        wanted = len(fresh), gzip
        known = self._news.get(wanted)
        if known is None:
            known = self._excerpt(fresh, gzip=gzip)
            self._remember(wanted, known)
        return known

    def _remember(self, wanted: tuple[int, bool], news: Answer) -> None:
        """Readers come from the last few states: of answers to whoever asks for all others the oldest are dropped."""
        self._news[wanted] = news
        self.news_bytes += len(news.whole.body)
        while self.news_bytes > self._whole_bytes:
            self.news_bytes -= len(self._news.pop(next(iter(self._news))).whole.body)

    def _excerpt(self, fresh: Iterable[int], *, gzip: bool) -> Answer:
        whole = Joined(
            _decompressed(self._stored.gzip), tuple((span.offset, span.length) for span in self._stored.spans)
        )
        body = excerpt(whole, fresh, self._stored.name.format)
        if gzip:
            body = packed(body)
        # A cache that does not know this status must not keep it; one that does reads "im" (RFC 3229, 10.8).
        return self._answer(226, body, gzip=gzip, cache_control=b"no-store, im")

    def _answer(self, status: int, body: bytes, *, gzip: bool, cache_control: bytes) -> Answer:
        etag = f'"{self._stored.tag}{"-gzip" if gzip else ""}"'.encode()
        validators: Headers = [
            (b"etag", etag),
            (b"cache-control", cache_control),
            VARY,
        ]
        if self._stored.name.format == "json":
            validators += _CORS
        # Not with a 304: who holds the tag needs no time beside it (RFC 9110, section 15.4.5).
        further: Headers = [(b"last-modified", self.last_modified_text)]
        if gzip:
            further.append((b"content-encoding", b"gzip"))
        if status == 226:  # noqa: PLR2004 (IM Used)
            further.append((b"im", b"feed"))
        return Answer(etag, status, [*validators, *self._always, *further], body, validators)


_CORS: Final[Headers] = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"ETag, Last-Modified, Link"),
]


def _always(format: Format, self_url: str, terms: Terms) -> Headers:
    links = [f'<{self_url}>; rel="self"; type="{MEDIA_TYPES[format]}"']
    if terms.hub_url:
        links.append(f'<{terms.hub_url}>; rel="hub"')
    return [
        (b"content-type", CONTENT_TYPES[format].encode()),
        (b"link", ", ".join(links).encode()),
        (b"tdm-reservation", b"1"),
        (b"tdm-policy", terms.policy_url.encode()),
    ]


class Documents:
    """All feed documents by path; those that were asked for stay in memory until they change.

    A task of this process reads five times a second which documents changed. While it cannot, what is
    kept goes on being served for ``max_age_s``, as any cache in front might do, and then no more.
    """

    def __init__(self, setup: Setup, max_age_s: int) -> None:
        self._setup = setup
        self._terms = Terms(max_age_s, setup.hub_url, f"{setup.addresses.base}/terms")
        self.kept: dict[str, Document] = {}
        self._kept_bytes = 0
        self._loading: dict[str, asyncio.Future[Document | None]] = {}
        self._seen: int | None = None
        self._missed = False  # what answers again after it did not may be an older state, with later changes already

    async def load(self, path: str) -> Document | None:
        """The document from the store; asked for once, however many wait for it. Errors: StoreError."""
        name = named(path)
        if name is None:
            return None
        loading = self._loading.get(path)
        if loading is None:
            loading = self._loading[path] = asyncio.ensure_future(self._load(path, name))
            loading.add_done_callback(lambda _: self._loading.pop(path))
        return await asyncio.shield(loading)

    async def follow(self) -> None:
        """Drops what changed, until it is cancelled."""
        heard_at = time.monotonic()
        while True:
            hearing = asyncio.ensure_future(self.hear())
            patience_s = max(self._terms.max_age_s, _LEAST_PATIENCE_S)
            if not (await asyncio.wait({hearing}, timeout=patience_s))[0]:
                self._stop_trusting()
            try:
                await hearing
                heard_at = time.monotonic()
            except Exception as error:  # noqa: BLE001 (the ticker's boundary: the next round may work)
                if not self._missed:  # an outage is one line, not five a second
                    log.logger("feeds").warning("changes unknown", reason=str(error))
                self._missed = True
                if time.monotonic() - heard_at > patience_s:
                    self._stop_trusting()
            await asyncio.sleep(POLL_S)

    async def hear(self) -> None:
        """Drops what changed since the last time. What is loaded before the first time is not kept."""
        changes = await asyncio.to_thread(self._changes)
        if changes.went_back or self._missed:
            self._stop_trusting()
        self._seen, self._missed = changes.last, False
        for name in changes.documents:
            self._forget(feed_path(name.channel, name.format, name.page))

    async def _load(self, path: str, name: DocumentName) -> Document | None:
        seen = self._seen
        stored = await asyncio.to_thread(views.document, self._setup, name)
        if stored is None:
            return None
        self_url = self._setup.addresses.feed(name.channel, name.format, name.page)
        document = Document(stored, self_url, self._terms)
        # What changed while it was read may be this document: then the next one to ask reads it again.
        if seen is not None and seen == self._seen:
            self._keep(path, document)
        return document

    def _keep(self, path: str, document: Document) -> None:
        self._forget(path)
        self.kept[path] = document
        self._kept_bytes += document.kept_bytes
        while self._kept_bytes > _MAX_KEPT_BYTES:
            self._forget(next(iter(self.kept)))

    def _forget(self, path: str) -> None:
        old = self.kept.pop(path, None)
        if old is not None:
            self._kept_bytes -= old.kept_bytes

    def _changes(self) -> views.Changes:
        if self._seen is None:
            return views.Changes(views.last_change(self._setup), ())
        return views.changes_since(self._setup, self._seen)

    def _stop_trusting(self) -> None:
        self.kept.clear()
        self._kept_bytes = 0
        self._seen = None


def _decompressed(gzip: bytes) -> bytes:
    body: bytes = igzip.decompress(gzip)  # type: ignore[no-untyped-call]
    return body


def named(path: str) -> DocumentName | None:
    """The document at a path such as /feeds/all.atom or /feeds/all/3.atom; nothing for any other path."""
    if len(path) > _MAX_PATH or not path.startswith(_PREFIX) or not path.isprintable():
        return None
    stem, _, ending = path[len(_PREFIX) :].rpartition(".")
    channel, slash, number = stem.partition("/")
    page = int(number) if number.isascii() and number.isdigit() and len(number) < 10 else 0  # noqa: PLR2004
    for form in CONTENT_TYPES:
        if form == ending and channel and (page > 0 or not slash) and feed_path(channel, form, page) == path:
            return DocumentName(channel, page, form)
    return None
