"""GET and HEAD of feed documents: ahead of every framework, from answers that are ready made."""

from typing import Final

from starlette.types import Receive, Scope, Send

from syndicator import log
from syndicator.errors import SyndicatorError
from syndicator.web.answers import Answer, Headers, Ready
from syndicator.web.conditions import Wishes, names, newest_base, takes_gzip, unmodified, wants_new_entries, wishes
from syndicator.web.documents import Document, Documents

_KNOWN_CODINGS: Final = 1000
_LONGEST_CODING: Final = 200
_READING: Final = frozenset({"GET", "HEAD"})
_ALLOWED: Final = b"GET, HEAD, OPTIONS"
_PLAIN: Final[Headers] = [
    (b"content-type", b"text/plain; charset=utf-8"),
    (b"cache-control", b"no-store"),
]
_PREFLIGHT: Final[Headers] = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-allow-methods", b"GET, HEAD"),
    (b"access-control-allow-headers", b"If-None-Match, If-Modified-Since, A-IM"),
    (b"access-control-max-age", b"86400"),
]


class FeedServer:
    """An ASGI application for the paths under /feeds/ that has most of its answers at hand."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        # Readers send a handful of different wishes; each is read once.
        self._codings: dict[bytes, bool] = {b"": False}

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """One request. Nothing is parsed that an equal header answered before."""
        answer = self.at_hand(scope) or await self._fetched(scope)
        await answer.send(scope["method"], send)

    def at_hand(self, scope: Scope) -> Ready | None:
        """The answer, unless the store has to be asked for the document first."""
        method: str = scope["method"]
        path: str = scope["path"]
        if method not in _READING:
            return _refusal(path, method)
        document = self._documents.kept.get(path)
        return None if document is None else self._choose(document, scope["headers"])

    async def _fetched(self, scope: Scope) -> Ready:
        """The answer from a document that is not in memory, or why there is none."""
        try:
            document = await self._documents.load(scope["path"])
        except SyndicatorError as error:
            log.logger("feeds").error("feed unreadable", reason=str(error))
            return _saying(503, b"The feed cannot be read now.\n", (b"retry-after", b"5"))
        if document is None:
            return _saying(404, b"There is no such feed. /channels lists all.\n")
        return self._choose(document, scope["headers"])

    def _choose(self, document: Document, headers: Headers) -> Ready:
        asked = wishes(headers)
        gzip = self._codings.get(asked[0])
        if gzip is None:
            gzip = self._learn(asked[0])
        answer = document.gzip if gzip else document.identity
        if _is_held(asked, document, answer):
            return answer.not_modified
        if asked[3] and asked[1] and wants_new_entries(asked[3]):
            answer = _news(document, asked[1], gzip=gzip) or answer
        return answer.whole

    def _learn(self, coding: bytes) -> bool:
        if len(self._codings) >= _KNOWN_CODINGS:
            self._codings = {b"": False}
        gzip = takes_gzip(coding)
        if len(coding) <= _LONGEST_CODING:
            self._codings[coding] = gzip
        return gzip


def _is_held(asked: Wishes, document: Document, answer: Answer) -> bool:
    """Whether the reader holds this state already. Tags count before times (RFC 9110, section 13.2.2)."""
    _, none_match, since, _ = asked
    if none_match:
        return none_match == answer.etag or names(none_match, answer.etag)
    return bool(since) and (since == document.last_modified_text or unmodified(since, document.last_modified))


def _news(document: Document, none_match: bytes, *, gzip: bool) -> Answer | None:
    base = newest_base(none_match, document.change)
    return None if base is None else document.since(base, gzip=gzip)


def _refusal(path: str, method: str) -> Ready:
    if method == "OPTIONS":
        return Ready(204, [(b"allow", _ALLOWED), *(_PREFLIGHT if path.endswith(".json") else [])])
    return _saying(405, b"Feeds are only read: GET or HEAD.\n", (b"allow", _ALLOWED))


def _saying(status: int, text: bytes, *further: tuple[bytes, bytes]) -> Ready:
    return Ready(status, [*_PLAIN, (b"content-length", b"%d" % len(text)), *further], text)
