"""A real HTTP server that gives the answers it was told to, and keeps what it was asked."""

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler

from tests.servers.receiver import Receiver, ReceiverServer


@dataclass(frozen=True, slots=True)
class Asked:
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    status: int = 200
    body: object = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def sent(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


class Answering(Receiver):
    """Gives ``answers`` in their order, the last one for ever. With ``hold`` set it waits for ``release`` first."""

    def __init__(self, *answers: Answer, hold: bool = False) -> None:
        self.answers = list(answers) or [Answer()]
        self.asked: list[Asked] = []
        self.arrived, self.release = threading.Event(), threading.Event()
        if not hold:
            self.release.set()
        server = self

        class Desk(BaseHTTPRequestHandler):
            def _answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", "0")))
                headers = {name.lower(): value for name, value in self.headers.items()}
                server.asked.append(Asked(self.command, self.path, headers, body))
                server.arrived.set()
                server.release.wait(30)
                answer = server.answers.pop(0) if len(server.answers) > 1 else server.answers[0]
                self.send_response(answer.status)
                for name, value in {**answer.headers, "Content-Length": str(len(answer.sent))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer.sent)

            do_GET = do_POST = do_DELETE = do_CONNECT = _answer  # noqa: N815 (http.server's names)

            def log_message(self, format: str, *args: object) -> None:
                """Silent."""

        super().__init__(ReceiverServer(Desk), path="")

    def __exit__(self, *_: object) -> None:
        self.release.set()
        super().__exit__()
