"""GET and HEAD of feed documents: raw ASGI ahead of every framework, from answers that are ready made."""

from typing import Final

from starlette.types import Receive, Scope, Send

from syndicator import log
from syndicator.errors import SyndicatorError
from syndicator.web.answers import EMPTY, Answer, Headers
from syndicator.web.conditions import Wishes, names, newest_base, takes_gzip, unmodified, wants_new_entries, wishes
from syndicator.web.documents import Document, Documents

_KNOWN_CODINGS: Final = 1000
_LONGEST_CODING: Final = 200
_ALLOWED: Final = b"GET, HEAD, OPTIONS"
_PLAIN: Final[Headers] = [
    (b"content-type", b"text/plain; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
]
_PREFLIGHT: Final[Headers] = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-allow-methods", b"GET, HEAD"),
    (b"access-control-allow-headers", b"If-None-Match, If-Modified-Since, A-IM"),
    (b"access-control-max-age", b"86400"),
]


class FeedServer:
    """An ASGI application for the paths under /feeds/."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        # Readers send a handful of different wishes; each is read once.
        self._codings: dict[bytes, bool] = {b"": False}

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """One request. Nothing is parsed that an equal header answered before."""
        path: str = scope["path"]
        method: str = scope["method"]
        if method not in {"GET", "HEAD"}:
            await _refuse_method(path, method, send)
            return
        document = self._documents.kept.get(path)
        if document is None:
            document = await self._load(path, method, send)
            if document is None:
                return
        asked = wishes(scope["headers"])
        gzip = self._codings.get(asked[0])
        if gzip is None:
            gzip = self._learn(asked[0])
        answer = document.gzip if gzip else document.identity
        if _is_held(asked, document, answer):
            await send(answer.not_modified)
            await send(EMPTY)
            return
        if asked[3] and asked[1] and wants_new_entries(asked[3]):
            answer = _news(document, asked[1], gzip=gzip) or answer
        await send(answer.start)
        await send(answer.body if method == "GET" else EMPTY)

    async def _load(self, path: str, method: str, send: Send) -> Document | None:
        """The document that is not in memory; the request is answered if there is none."""
        try:
            document = await self._documents.load(path)
        except SyndicatorError as error:
            log.logger("feeds").error("feed unreadable", reason=str(error))
            await _say(503, b"The feed cannot be read now.\n", method, send, [(b"retry-after", b"5")])
            return None
        if document is None:
            await _say(404, b"There is no such feed. /channels lists all.\n", method, send)
        return document

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


async def _refuse_method(path: str, method: str, send: Send) -> None:
    if method == "OPTIONS":
        cross_origin = _PREFLIGHT if path.endswith(".json") else []
        await send({"type": "http.response.start", "status": 204, "headers": [(b"allow", _ALLOWED), *cross_origin]})
        await send({"type": "http.response.body", "body": b""})
        return
    await _say(405, b"Feeds are only read: GET or HEAD.\n", method, send, [(b"allow", _ALLOWED)])


async def _say(status: int, text: bytes, method: str, send: Send, further: Headers | None = None) -> None:
    headers = [*_PLAIN, (b"content-length", str(len(text)).encode()), *(further or [])]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if method == "HEAD" else text})
