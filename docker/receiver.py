"""A newsroom to try Syndicator with: prints each release that it is sent, after checking the signature.

Needs nothing but Python. Standard Webhooks: HMAC-SHA256 over ``id.timestamp.body`` with the endpoint's secret.
"""

import base64
import hashlib
import hmac
import json
import os
import time
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MAX_BYTES = 20_000_000
MAX_AGE_S = 300
# The secret that `syndicator endpoint add` printed; without it nothing is believed.
SECRET = os.environ.get("RECEIVER_SECRET", "")


def fault(headers: dict[str, str], body: bytes, secret: str, now: float) -> str:
    """Why this push is not to be believed; empty if it is."""
    if not secret:
        return "RECEIVER_SECRET is not set"
    timestamp = headers.get("webhook-timestamp", "")
    if not timestamp.isdecimal() or abs(now - int(timestamp)) > MAX_AGE_S:
        return "its timestamp is missing or too far from this machine's clock"
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{headers.get('webhook-id', '')}.{timestamp}.".encode() + body
    right = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    given = headers.get("webhook-signature", "").split()
    if any(hmac.compare_digest(right.encode(), one.encode()) for one in given):
        return ""
    return "its signature is wrong"


class Newsroom(BaseHTTPRequestHandler):
    """Answers 200 to a push that it believes, 401 to any other."""

    protocol_version = "HTTP/1.1"
    timeout = 30

    def do_GET(self) -> None:
        self._answer(HTTPStatus.OK)

    def do_POST(self) -> None:
        length = self.headers.get("content-length", "")
        if not length.isdecimal() or int(length) > MAX_BYTES:
            self.close_connection = True
            self._answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return
        body = self.rfile.read(int(length))
        headers = {name.lower(): value for name, value in self.headers.items()}
        why_not = fault(headers, body, SECRET, time.time())
        print(f"refused: {why_not}" if why_not else json.dumps(json.loads(body), indent=2, ensure_ascii=False))
        self._answer(HTTPStatus.UNAUTHORIZED if why_not else HTTPStatus.OK)

    def _answer(self, status: HTTPStatus) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()


if __name__ == "__main__":
    host, port = os.environ.get("RECEIVER_HOST", "127.0.0.1"), int(os.environ.get("RECEIVER_PORT", "9000"))
    ThreadingHTTPServer.request_queue_size = 128  # several releases may come at the same moment
    server = ThreadingHTTPServer((host, port), Newsroom)
    print(f"waiting on port {server.server_port}", flush=True)
    server.serve_forever()
