"""Answers as readers ask for them: in the coding they take, and not again to who holds them already."""

import hashlib
from functools import cached_property
from typing import Final

from isal import igzip
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from syndicator.web.conditions import names, takes_gzip, wishes

Headers = list[tuple[bytes, bytes]]

EMPTY: Final[Message] = {"type": "http.response.body", "body": b""}
VARY: Final = (b"vary", b"Accept-Encoding")
_GZIP_LEVEL: Final = 2


class Answer:
    """One way to answer, as the messages that ASGI sends."""

    __slots__ = ("body", "etag", "not_modified", "start")

    def __init__(self, etag: bytes, status: int, headers: Headers, body: bytes, validators: Headers) -> None:
        self.etag = etag
        self.start: Message = {
            "type": "http.response.start",
            "status": status,
            "headers": [*headers, (b"content-length", str(len(body)).encode())],
        }
        self.body: Message = {"type": "http.response.body", "body": body}
        self.not_modified: Message = {"type": "http.response.start", "status": 304, "headers": validators}


class Composed(Response):
    """A page, list or file that is no feed, under the conditions and codings of one.

    Its tag is made of its bytes; it has no time, for nothing says when they changed. Only text is compressed.
    """

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        coding, none_match, _, _ = wishes(scope["headers"])
        answer = self._packed if self._is_text and takes_gzip(coding) else self._plain
        # Conditions are for what would be answered with 200 (RFC 9110, section 13.2.1).
        if self.status_code == 200 and names(none_match, answer.etag):  # noqa: PLR2004
            await send(answer.not_modified)
            await send(EMPTY)
            return
        await send(answer.start)
        await send(EMPTY if scope["method"] == "HEAD" else answer.body)

    @property
    def _is_text(self) -> bool:
        return (self.media_type or "").startswith("text/")

    @cached_property
    def _plain(self) -> Answer:
        return self._answer(bytes(self.body), b"")

    @cached_property
    def _packed(self) -> Answer:
        return self._answer(packed(bytes(self.body)), b"-gzip", (b"content-encoding", b"gzip"))

    def _answer(self, body: bytes, coding: bytes, *further: tuple[bytes, bytes]) -> Answer:
        etag = b'"%s%s"' % (hashlib.sha256(self.body).hexdigest()[:24].encode(), coding)
        always = [header for header in self.raw_headers if header[0] != b"content-length"]
        validators = [(b"etag", etag), VARY, *(header for header in always if header[0] == b"cache-control")]
        return Answer(etag, self.status_code, [*always, (b"etag", etag), VARY, *further], body, validators)


def packed(body: bytes) -> bytes:
    """The body in gzip, always the same bytes for the same."""
    return igzip.compress(body, compresslevel=_GZIP_LEVEL, mtime=0)
