"""A receiver over real HTTP that answers as the test says and keeps what it was sent."""

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.servers.receiver import Receiver, ReceiverServer


class Newsroom(Receiver):
    """``answer`` is a status, or statuses by event type; ``headers`` go out with each answer, ``body`` makes one."""

    def __init__(self) -> None:
        self.secret = ""
        self.answer: int | dict[str, int] = 204
        self.headers: dict[str, str] = {}
        self.body: Callable[[dict[str, Any]], bytes] | None = None
        self.requests: list[tuple[dict[str, str], bytes]] = []
        self._lock = threading.Lock()
        newsroom = self

        class Desk(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                status = newsroom.take({name.lower(): value for name, value in self.headers.items()}, body)
                self.send_response(status)
                for name, value in newsroom.headers.items():
                    self.send_header(name, value)
                content = newsroom.body(json.loads(body)) if newsroom.body else b""
                if status != 204:
                    self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: object) -> None:
                pass

        super().__init__(ReceiverServer(Desk))

    def take(self, headers: dict[str, str], body: bytes) -> int:
        with self._lock:
            self.requests.append((headers, body))
        kind = json.loads(body)["type"]
        return self.answer.get(kind, 204) if isinstance(self.answer, dict) else self.answer

    @property
    def envelopes(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.requests]

    @property
    def told(self) -> list[tuple[str, int]]:
        """(event type, version) of every request that came in."""
        return [(each["type"], each["data"].get("version", 0)) for each in self.envelopes]
