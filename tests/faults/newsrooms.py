"""A receiver whose mood the test sets: it hangs, drips, resets, cuts off, asks for absurd rest, or closes for good."""

import json
import socket
import struct
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from random import Random
from typing import Any, Final

from sqlalchemy import Connection, text

from tests.servers.receiver import Receiver, ReceiverServer

# Beyond the attempt's deadline of the machines under test, which is one second.
_TOO_LONG_S: Final = 1.6
_A_WHILE_S: Final = 0.6
_DRIP_S: Final = 0.05
_RESET: Final = struct.pack("ii", 1, 0)
_TOLD: Final = text("""
    SELECT v.id, e.url FROM deliveries d JOIN events v ON v.seq = d.event_seq JOIN endpoints e ON e.no = d.endpoint_no
     WHERE d.state = 'delivered'
""")
RESTS: Final = (
    "1",
    "-1",
    "0",
    "99999999999",
    "9" * 400,
    "1e9",
    "soon",
    "Thu, 01 Jan 1970 00:00:00 GMT",
    "Fri, 31 Dec 9999 23:59:59 GMT",
    "Fri, 99 Foo 2027 99:99:99 GMT",
)


class Newsroom(Receiver):
    """Keeps what it was sent, in order, and the ids it said yes to in time.

    ``draw`` gives the mood that the next push meets: ``mood``, if nothing else is said.
    One that ``lies`` says yes and keeps nothing: a replay has to bring it again.
    """

    def __init__(self) -> None:
        self.mood = "well"
        self.draw: Callable[[], str] = lambda: self.mood
        self.rest = RESTS[0]
        self.sent: list[tuple[str, bytes]] = []
        self.kept: set[str] = set()
        self.answered: set[str] = set()
        self._lock = threading.Lock()
        self._closing = threading.Event()
        super().__init__(_Server(self))

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        super().__exit__()

    def trouble(self, chance: Random) -> str:
        """Another mood, as likely well as not; gives its name."""
        self.mood = chance.choice(sorted(set(MOODS) - {"gone", "is slow"}) + ["well"] * 5)
        self.rest = chance.choice(RESTS)
        return f"{self.mood} {self.rest[:40]}" if self.mood == "asks for rest" else self.mood

    def receive(self, event_id: str, body: bytes) -> str:
        """Notes the push; gives the mood that it meets."""
        with self._lock:
            mood = self.draw()
            self.sent.append((event_id, body))
            if mood in {"well", "is slow", "lies"}:
                self.answered.add(event_id)
            if mood in {"well", "is slow"}:
                self.kept.add(event_id)
            return mood

    def wait(self, seconds: float) -> None:
        """Ends early when the test is over."""
        self._closing.wait(seconds)

    @property
    def closing(self) -> bool:
        return self._closing.is_set()

    @property
    def envelopes(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.sent]

    @property
    def stale(self) -> list[str]:
        """Releases of which an older version came after a newer one."""
        newest: dict[str, int] = {}
        found = []
        for each in self.envelopes:
            release, version = each["data"]["id"], each["data"]["version"]
            if version < newest.get(release, 0):
                found.append(f"{release} version {version} after {newest[release]}")
            newest[release] = max(newest.get(release, 0), version)
        return found

    @property
    def altered(self) -> list[str]:
        """Events that came with one body and then with another."""
        first: dict[str, bytes] = {}
        return [event_id for event_id, body in self.sent if first.setdefault(event_id, body) != body]


def believed(connection: Connection, newsrooms: Iterable[Newsroom]) -> list[str]:
    """Events that count as delivered though that newsroom never said yes in time."""
    answered = {newsroom.url: newsroom.answered for newsroom in newsrooms}
    return [f"{row.id} to {row.url}" for row in connection.execute(_TOLD) if row.id not in answered[row.url]]


class _Server(ReceiverServer):
    def __init__(self, newsroom: Newsroom) -> None:
        self.newsroom = newsroom
        super().__init__(_Desk)

    def shutdown_request(self, request: Any) -> None:
        """Without the polite end of a connection that is to be reset."""
        if request.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER, 8) == _RESET:
            request.close()
        else:
            super().shutdown_request(request)

    def handle_error(self, request: object, client_address: object) -> None:
        """A caller that was killed, or had enough, is no news."""


class _Desk(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        mood = self.server.newsroom.receive(self.headers["webhook-id"], body)
        with suppress(OSError):
            MOODS[mood](self)

    def say(self, status: int, headers: Mapping[str, str] | None = None, body: bytes = b"") -> None:
        self.send_response(status)
        for name, value in {"content-length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass

    def well(self) -> None:
        self.say(200, body=b"thanks")

    def is_slow(self) -> None:
        self.server.newsroom.wait(_A_WHILE_S)
        self.well()

    def fails(self) -> None:
        self.say(500, body=b"sorry")

    def asks_for_rest(self) -> None:
        self.say(503, {"retry-after": self.server.newsroom.rest})

    def hangs(self) -> None:
        self.server.newsroom.wait(_TOO_LONG_S)
        self.close_connection = True

    def comes_late(self) -> None:
        self.server.newsroom.wait(_TOO_LONG_S)
        self.say(200)

    def drips(self) -> None:
        self.close_connection = True
        self.wfile.write(b"HTTP/1.1 200 OK\r\nx-drip: ")
        while not self.server.newsroom.closing:
            self.wfile.write(b".")
            self.server.newsroom.wait(_DRIP_S)

    def resets(self) -> None:
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)

    def babbles(self) -> None:
        self.close_connection = True
        self.wfile.write(b"\x16\x03\x01 200 perhaps\r\n\r\n")

    def gone(self) -> None:
        self.say(410)


MOODS: Final[Mapping[str, Callable[[_Desk], None]]] = {
    "well": _Desk.well,
    "is slow": _Desk.is_slow,
    "lies": _Desk.well,
    "fails": _Desk.fails,
    "asks for rest": _Desk.asks_for_rest,
    "hangs": _Desk.hangs,
    "comes late": _Desk.comes_late,
    "drips": _Desk.drips,
    "resets": _Desk.resets,
    "babbles": _Desk.babbles,
    "gone": _Desk.gone,
}
