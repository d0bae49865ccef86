"""Answers as readers ask for them: in the coding they take, and a 304 for readers that hold them already."""

import hashlib
import re
from functools import cached_property
from http import HTTPStatus
from typing import Final

from isal import igzip
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from syndicator.web.conditions import names, takes_gzip, wishes

Headers = list[tuple[bytes, bytes]]

VARY: Final = (b"vary", b"Accept-Encoding")
_EMPTY: Final[Message] = {"type": "http.response.body", "body": b""}
_GZIP_LEVEL: Final = 2
_CONTROL: Final = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")


class Ready:
    """An answer that only has to be sent: as the messages of ASGI, or as the bytes of HTTP/1.1.

    The headers hold the body's length unless the status has no body. What stands in every answer of the
    server, such as the time, is added by whoever sends.
    """

    def __init__(self, status: int, headers: Headers, body: bytes = b"") -> None:
        self.status = status
        self.headers = headers
        self.body = body

    async def send(self, method: str, send: Send) -> None:
        """By way of ASGI; without the body where only the headers were asked for."""
        await send(self._start)
        await send(_EMPTY if method == "HEAD" else self._rest)

    @cached_property
    def status_line(self) -> bytes:
        return b"HTTP/1.1 %d %s\r\n" % (self.status, HTTPStatus(self.status).phrase.encode())

    @cached_property
    def header_lines(self) -> bytes:
        return lines(self.headers)

    @cached_property
    def _start(self) -> Message:
        return {"type": "http.response.start", "status": self.status, "headers": self.headers}

    @cached_property
    def _rest(self) -> Message:
        return {"type": "http.response.body", "body": self.body}


class Answer:
    """One representation: the whole answer, and the one for readers that hold it already."""

    __slots__ = ("etag", "not_modified", "whole")

    def __init__(self, etag: bytes, status: int, headers: Headers, body: bytes, validators: Headers) -> None:
        self.etag = etag
        self.whole = Ready(status, [*headers, (b"content-length", b"%d" % len(body))], body)
        self.not_modified = Ready(304, validators)


class Composed(Response):
    """A page, list or file that is no feed, under the conditions and codings of one.

    Its tag is made of its bytes; it has no time, for nothing says when they changed. Only text is compressed.
    """

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        coding, none_match, _, _ = wishes(scope["headers"])
        answer = self._packed if self._is_text and takes_gzip(coding) else self._plain
        # Conditions are for what would be answered with 200 (RFC 9110, section 13.2.1).
        held = self.status_code == 200 and names(none_match, answer.etag)  # noqa: PLR2004
        await (answer.not_modified if held else answer.whole).send(scope["method"], send)

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


def lines(headers: Headers) -> bytes:
    """Headers as HTTP/1.1 has them. Errors: ValueError where a value would end its line and begin another."""
    for name, value in headers:
        if _CONTROL.search(value):
            raise ValueError(f"a control character in the header {name.decode()}")
    return b"".join(b"%s: %s\r\n" % header for header in headers)


def packed(body: bytes) -> bytes:
    """The body in gzip, always the same bytes for the same."""
    return igzip.compress(body, compresslevel=_GZIP_LEVEL, mtime=0)
