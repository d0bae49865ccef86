"""Connections of urllib3 that count what they send, stop reading at the cap, and can be ended from outside."""

import io
import socket
import ssl
from collections.abc import Iterator
from http.client import HTTPResponse, RemoteDisconnected
from typing import Any, Final

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from syndicator.delivery.transport.deadline import Attempt, current

_PART: Final = 16_384
_INTERIM: Final = frozenset(range(100, 200)) - {101}
_BODILESS: Final = frozenset({101, 204, 304})
_OF_BODIES: Final = frozenset({b"content-length", b"transfer-encoding"})
_OF_ANY: Final = frozenset({b"connection", b"keep-alive"})
_RETRY_AFTER: Final = b"retry-after"
_NO_MORE: Final = frozenset({b"\r\n", b"\n"})


class _Metered(io.RawIOBase):
    """What comes from a socket, to the last byte that the attempt may read."""

    def __init__(self, raw: io.RawIOBase, attempt: Attempt) -> None:
        self._raw, self._attempt = raw, attempt

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:  # noqa: ANN401 (whatever is a buffer)
        """OSError once there is more than may be read: nobody takes that for the end of the answer."""
        attempt = self._attempt
        count: int = 0 if attempt.is_cut else self._raw.readinto(memoryview(buffer)[: attempt.room + 1])
        attempt.is_cut |= count > attempt.room
        if attempt.is_cut and not attempt.room:
            message = "more than may be read"
            raise OSError(message)
        taken = min(count, attempt.room)
        attempt.room -= taken
        return taken

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Wire(io.BufferedReader):
    """Lines, those that are put ``ahead`` first."""

    ahead: Iterator[bytes] = iter(())

    def readline(self, size: int | None = -1) -> bytes:
        line = next(self.ahead, None)
        return super().readline(size) if line is None else line

    def read_head(self, names: frozenset[bytes]) -> list[bytes]:
        """Reads to the end of a head, and gives its lines with these names, and the last Retry-After.

        More than a hundred lines are too many for http.client, however short, and requests makes one of all with the
        same name. Of cookies and whatever else there may be, nothing is parsed.
        """
        kept: list[bytes] = []
        pause: list[bytes] = []
        name = b""
        while (line := super().readline()) not in _NO_MORE:
            if not line:
                raise RemoteDisconnected("the head of the answer breaks off")
            if not line.startswith((b" ", b"\t")):  # else it goes on with the line before (RFC 9112 section 5.2)
                name = line.partition(b":")[0].lower()
                if name == _RETRY_AFTER:
                    pause.clear()
            if name == _RETRY_AFTER:
                pause.append(line)
            elif name in names:
                kept.append(line.rstrip() + b"\r\n")  # http.client takes the spaces for a part of the value
        return [*kept, *pause, b"\r\n"]


class _CappedResponse(HTTPResponse):
    """Reads head and body, interim answers too, through one meter: http.client bounds each line, not their sum.

    Interim answers are passed over (RFC 9110 section 15.2), whichever they are; http.client knows 100 alone. Where no
    body may come (section 6.4.1) none is waited for, whatever the head says; http.client does where it says "chunked".
    """

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **options)
        reader: Any = self.fp
        self.fp = _Wire(_Metered(reader.detach(), current()))

    def _read_status(self) -> Any:  # noqa: ANN401
        """Version, status and reason of the first answer that is none of the interim ones."""
        wire: Any = self.fp
        line = super()._read_status()  # type: ignore[misc]  # not in the stubs
        while line[1] in _INTERIM:
            wire.read_head(_OF_ANY)
            line = super()._read_status()  # type: ignore[misc]  # not in the stubs
        wire.ahead = iter(wire.read_head(_OF_ANY if line[1] in _BODILESS else _OF_ANY | _OF_BODIES))
        return line


class _Watched:
    """A connection that tells the attempt of its thread which socket it uses and how much of the body it sent."""

    response_class: Any = _CappedResponse
    _is_in_body = False

    def request(self, method: str, url: str, *args: Any, **options: Any) -> None:  # noqa: ANN401, ARG002
        """Asks for the attempt's target: urllib3 and requests would write a URL's path in their own way."""
        attempt = current()
        attempt.use(self)
        self._is_in_body = False
        super().request(method, attempt.target, *args, **options)  # type: ignore[misc]  # mixed into a connection

    def _new_conn(self) -> socket.socket:
        """Within the time that the attempt has for connecting, which urllib3 would begin anew for TCP and for TLS."""
        attempt, host, port = current(), self.host, self.port  # type: ignore[attr-defined]  # mixed into a connection
        sock = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            attempt.opens(sock)
            attempt.use(self)
            sock.settimeout(attempt.left_to_connect_s())
            sock.connect((host, port))
            sock.settimeout(attempt.left_to_connect_s())
        except OSError as error:
            sock.close()
            if isinstance(error, TimeoutError):
                raise
            raise NewConnectionError(self, f"no connection to {host}: {error}") from error  # type: ignore[arg-type]
        return sock

    def connect(self) -> None:
        try:
            super().connect()  # type: ignore[misc]  # mixed into a connection
        except TimeoutError as error:
            raise ConnectTimeoutError(self, "not connected in time") from error
        except ConnectionError as error:  # of TCP it would have been a NewConnectionError
            raise ssl.SSLError(error.errno, f"the handshake breaks off: {error.strerror}") from error
        finally:
            current().opened()
        # Sending is bounded by the attempt's deadline, not by the time to connect.
        self.sock.settimeout(None)  # type: ignore[attr-defined]  # mixed into a connection
        current().use(self)

    def endheaders(self, *args: Any, **options: Any) -> None:  # noqa: ANN401
        super().endheaders(*args, **options)  # type: ignore[misc]  # mixed into a connection
        self._is_in_body = True

    def send(self, data: Any) -> None:  # noqa: ANN401
        """In parts, so that what was sent is known when the rest was not."""
        if not self._is_in_body:
            super().send(data)  # type: ignore[misc]  # mixed into a connection
            return
        view = memoryview(data)
        for start in range(0, len(view), _PART):
            part = view[start : start + _PART]
            super().send(part)  # type: ignore[misc]  # mixed into a connection
            current().bytes_sent += len(part)


class _Plain(_Watched, HTTPConnection):
    pass


class _Secure(_Watched, HTTPSConnection):
    pass


class PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class SecurePool(HTTPSConnectionPool):
    ConnectionCls = _Secure
