"""Receives pushes: checks the signature, answers at once. Python 3.9 or later, standard library only.

WEBHOOK_SECRETS="whsec_..." python receiver.py 8080
"""

import base64
import hashlib
import hmac
import json
import os
import re
import sys
import time
from collections.abc import Iterable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TOLERANCE_S = 300
MAX_BYTES = 20_000_000
SECRETS = os.environ.get("WEBHOOK_SECRETS", "").split()


def is_genuine(headers: Mapping[str, str], body: bytes, secrets: Iterable[str], now_s: float) -> bool:
    """Whether one of the secrets signed this body, and did so just now. ``body``: the bytes as they came."""
    event_id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not event_id or not re.fullmatch("[0-9]{1,12}", timestamp) or abs(now_s - int(timestamp)) > TOLERANCE_S:
        return False
    signed = f"{event_id}.{timestamp}.".encode() + body
    given = headers.get("webhook-signature", "").encode().split()
    return any(hmac.compare_digest(_signature(secret, signed), each) for secret in secrets for each in given)


def _signature(secret: str, signed: bytes) -> bytes:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    return b"v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest())


def answer_to(event: dict) -> bytes:
    """What to answer with: a ping's challenge if it has one (``endpoint verify``), else nothing."""
    challenge = event["data"].get("challenge") if event["type"] == "endpoint.ping" else None
    return json.dumps({"challenge": challenge}).encode() if challenge else b""


def receive(event_id: str, event: dict) -> None:
    """Yours. The same event may come twice: store it under its id, and work on it after the answer."""
    print(event_id, event["type"], event["data"].get("headline", ""), flush=True)


class Receiver(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        length = self.headers.get("content-length", "")
        if not re.fullmatch("[0-9]{1,9}", length) or int(length) > MAX_BYTES:
            self.close_connection = True
            self._answer(413)
            return
        body = self.rfile.read(int(length))
        if is_genuine(self.headers, body, SECRETS, time.time()):
            event = json.loads(body)
            receive(self.headers["webhook-id"], event)
            self._answer(200, answer_to(event))
        else:
            self._answer(400)

    def _answer(self, status: int, body: bytes = b"") -> None:
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


if __name__ == "__main__":
    if not SECRETS:
        sys.exit('no secret: start it with WEBHOOK_SECRETS="whsec_...", as the endpoint was given')
    if not all(re.fullmatch("(whsec_)?[A-Za-z0-9+/]{32,88}={0,2}", each) for each in SECRETS):
        sys.exit("WEBHOOK_SECRETS holds what is no secret: copy each whole, whsec_ and = included")
    sys.stdout.reconfigure(errors="backslashreplace")  # a headline that the console cannot show costs no push
    ThreadingHTTPServer.request_queue_size = 128  # several releases may come at the same moment
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver)
    print("listening on", server.server_address[1], flush=True)
    server.serve_forever()
