"""Connections of urllib3 that count what they send, stop reading at the cap, and can be ended from outside."""

import io
from http.client import HTTPResponse, parse_headers
from typing import Any, Final

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from syndicator.delivery.transport.deadline import Attempt, current

_PART: Final = 16_384
_INTERIM: Final = frozenset(range(100, 200)) - {101}


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


class _CappedResponse(HTTPResponse):
    """Reads head and body, interim answers too, through one meter: http.client bounds each line, not their sum.

    Interim answers are passed over (RFC 9110 section 15.2), whichever they are; http.client knows 100 alone.
    """

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **options)
        reader: Any = self.fp
        self.fp = io.BufferedReader(_Metered(reader.detach(), current()))

    def _read_status(self) -> Any:  # noqa: ANN401
        """Version, status and reason of the first answer that is none of the interim ones."""
        line = super()._read_status()  # type: ignore[misc]  # not in the stubs
        while line[1] in _INTERIM:
            parse_headers(self.fp)
            line = super()._read_status()  # type: ignore[misc]  # not in the stubs
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

    def connect(self) -> None:
        super().connect()  # type: ignore[misc]  # mixed into a connection
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
