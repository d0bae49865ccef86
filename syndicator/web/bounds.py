"""Connections that know no end: a head that never stops or never comes, a body that drips, an answer that nobody reads.

uvicorn's own leaves all of it to a proxy in front. Without one a single connection could fill the memory (100 MB of
headers were taken and answered), a few thousand that say nothing would keep everybody else out, and as many that never
read their answers took a gigabyte for ever.
"""

import re
import socket
from asyncio import BaseTransport, TimerHandle, Transport
from typing import Any, Final, cast

from starlette import status
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

MAX_HEAD_BYTES: Final = 65_536
"""Of a request's address with its headers and trailers, and of what comes without anything being read from it."""

PATIENCE_S: Final = 30.0
"""How long a head may take from its first byte (the first one from the connection on), a body between two parts, and an
answer between two parts that its reader takes."""

LEAST_BYTES_PER_S: Final = 500
"""Of a body, on average over more than ``PATIENCE_S``: with a byte now and then it would hold a connection for ever.
A poor mobile line has ten times as many, and Apache's mod_reqtimeout asks for no more."""

_UNSENT_BYTES: Final = 131_072

_HOST: Final = re.compile(rb"[\w.~%!$&'()*+,;=:\[\]-]*", re.ASCII)
_WRONG_HOST: Final = "A request has exactly one Host header, with a host and perhaps a port (RFC 9112, section 3.2)."
_TOO_LARGE: Final = b"The head of a request may have %d bytes.\n"


def bound(listening: socket.socket) -> None:
    """Bounds for readers who do not read, which connections inherit; the system keeps them as far as it knows them.

    Ours would not do: an answer of several megabytes is out of our hands, and stays in the system's, before anybody has
    read of it; a connection that is closed then waits there for its reader, too. So the system takes little beforehand,
    and ends a connection on which nothing is taken for ``PATIENCE_S``.
    """
    bounds = {"TCP_USER_TIMEOUT": int(PATIENCE_S * 1000), "TCP_NOTSENT_LOWAT": _UNSENT_BYTES}
    for name, value in bounds.items():
        option = getattr(socket, name, None)
        if option is not None:
            listening.setsockopt(socket.IPPROTO_TCP, option, value)


class TooLarge(Exception):
    """Ends the reading of a request; the parser hands it on as an error of its own."""


class WrongHost(Exception):
    """Ends the reading of a request, as ``TooLarge`` does."""


class Bounded(HttpToolsProtocol):
    """uvicorn's own, within ``MAX_HEAD_BYTES`` and ``PATIENCE_S``.

    A head that is too large is answered 431 where nothing else is being answered, and the connection is closed. One
    that does not say for which host it is, or in two ways, is answered 400: a proxy may have read the other one.
    Whoever lets it wait too long is hung up on: no answer belongs to what was not asked.
    """

    def __init__(self, *args: Any, **named: Any) -> None:  # noqa: ANN401 (uvicorn's own affair)
        super().__init__(*args, **named)
        self._head_bytes = 0
        self._unread_bytes = 0
        self._is_read = False
        self._is_host_wrong = False
        self._is_held = False
        self._awaited_since_s: float | None = None
        self._watch: TimerHandle | None = None

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(cast("Transport", transport))
        self._awaited_since_s = self.loop.time()
        self._watch = self.loop.call_later(PATIENCE_S, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self._watch is not None:
            self._watch.cancel()

    def data_received(self, data: bytes) -> None:
        """The parser keeps a field to itself until it ends: what it says nothing of is counted here."""
        self._is_read = False
        if self._is_held and self._awaited_since_s is not None:  # nothing was read meanwhile: that wait was not for it
            self._awaited_since_s = self.loop.time()
        super().data_received(data)
        self._is_held = self.flow.read_paused
        self._unread_bytes = 0 if self._is_read else self._unread_bytes + len(data)
        if self._unread_bytes > MAX_HEAD_BYTES and not self.transport.is_closing():
            self._refuse()

    def on_message_begin(self) -> None:
        self._head_bytes = 0
        self._awaited_since_s = self.loop.time()
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Trailers come here, too."""
        self._count(len(name) + len(value))
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._is_host_wrong = not _is_host_right(self.headers, self.parser.get_http_version())
        if self._is_host_wrong:
            raise WrongHost
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._is_read = True
        # What still comes after the answer is read by nobody.
        if self._awaited_since_s is not None and not self.cycle.response_complete:
            bought_s = len(body) / LEAST_BYTES_PER_S
            self._awaited_since_s = min(self.loop.time(), self._awaited_since_s + bought_s)
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._awaited_since_s = None
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        if self._head_bytes > MAX_HEAD_BYTES:
            self._refuse()
        else:
            super().send_400_response(_WRONG_HOST if self._is_host_wrong else msg)

    def _count(self, size: int) -> None:
        self._is_read = True
        self._head_bytes += size
        if self._head_bytes > MAX_HEAD_BYTES:
            raise TooLarge

    def _refuse(self) -> None:
        latest: RequestResponseCycle | None = self.cycle  # as uvicorn has it, whatever its types say
        if latest is None or latest.response_complete:
            says = _TOO_LARGE % MAX_HEAD_BYTES
            always = b"".join(b"%s: %s\r\n" % header for header in self.server_state.default_headers)
            about = b"content-type: text/plain; charset=utf-8\r\ncontent-length: %d\r\nconnection: close\r\n\r\n"
            line = STATUS_LINE[status.HTTP_431_REQUEST_HEADER_FIELDS_TOO_LARGE]
            self.transport.write(b"".join((line, always, about % len(says), says)))
        self.transport.close()

    def _look(self) -> None:
        """One timer for the whole of a connection: to set one for each request would cost more than the request."""
        since_s = self._awaited_since_s
        waited_s = 0.0 if since_s is None or self.flow.read_paused else self.loop.time() - since_s
        if waited_s >= PATIENCE_S:
            self.transport.close()
        else:
            self._watch = self.loop.call_later(PATIENCE_S - waited_s, self._look)


def _is_host_right(headers: list[tuple[bytes, bytes]], version: str) -> bool:
    """Whether there is one host at most and one at least, unless the client is too old to know of it."""
    hosts = [value for name, value in headers if name == b"host"]
    if len(hosts) != 1:
        return not hosts and version == "1.0"
    return _HOST.fullmatch(hosts[0]) is not None
