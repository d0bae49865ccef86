"""A small receiving newsroom on loopback, for the demo: it believes what `standardwebhooks` believes."""

import json
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from standardwebhooks.webhooks import Webhook


@dataclass(frozen=True, slots=True)
class Received:
    """One push whose signature was good."""

    webhook_id: str
    signature: str
    size: int
    envelope: dict[str, Any]


class Newsroom:
    """Listens on a free port; ``secret`` is set once the endpoint is registered."""

    def __init__(self) -> None:
        self.secret = ""
        self._received: list[Received] = []
        self._arrived = threading.Condition()
        newsroom = self

        class Desk(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", "0")))
                believed = newsroom._take(dict(self.headers.items()), body)
                self.send_response(204 if believed else 401)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Silent: the demo tells what happened."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Desk)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/releases"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def wait_for(self, event_type: str, timeout_s: float) -> Received | None:
        """The first push of that type, or nothing when none came in time."""
        with self._arrived:
            self._arrived.wait_for(lambda: self._first(event_type) is not None, timeout_s)
            return self._first(event_type)

    def _first(self, event_type: str) -> Received | None:
        return next((each for each in self._received if each.envelope["type"] == event_type), None)

    def _take(self, headers: dict[str, str], body: bytes) -> bool:
        lower = {name.lower(): value for name, value in headers.items()}
        try:
            Webhook(self.secret).verify(body.decode(), lower)
        except Exception:  # noqa: BLE001 (the library raises many kinds; whatever it says, the push is not believed)
            return False
        received = Received(lower["webhook-id"], lower["webhook-signature"], len(body), json.loads(body))
        with self._arrived:
            self._received.append(received)
            self._arrived.notify_all()
        return True
