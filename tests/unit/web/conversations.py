"""Two servers over one store, and raw requests to both: what connections write themselves beside the ordinary way."""

import re
import socket
from collections.abc import Sequence
from contextlib import closing
from typing import BinaryIO

from starlette.types import ASGIApp, Receive, Scope, Send

from syndicator.web.answers import Ready
from syndicator.web.app import make_app
from syndicator.web.ready import HasAnswers
from syndicator.web.serve import Server
from tests.unit.web.served import Client, Served

FORMS = ("atom", "rss", "json")
GZIP = "Accept-Encoding: gzip"
CLOSE = "Connection: close"
OLD = "If-None-Match: {old}"
PATIENCE_S = 10
ATOM = "/feeds/all.atom"


class Ordinary:
    """An application without answers at hand; counts how often it is called for a feed."""

    asked = 0

    def __init__(self, app: ASGIApp) -> None:
        self.app: object = app
        self._call = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked += scope.get("path", "").startswith("/feeds/")
        await self._call(scope, receive, send)


class Watched(Ordinary):
    """The application with its answers at hand; counts them, too."""

    at_once = 0

    def at_hand(self, scope: Scope) -> Ready | None:
        assert isinstance(self.app, HasAnswers)
        answer = self.app.at_hand(scope)
        self.at_once += answer is not None
        return answer

    @property
    def taken(self) -> int:
        """Requests for feeds whose turn has come."""
        return self.asked + self.at_once


class Pair:
    """Two servers over the same store: one with answers at hand, one that goes the ordinary way only."""

    def __init__(self, served: Served) -> None:
        self.served = served
        self.ready = Watched(make_app(served.service))
        self.ordinary = Ordinary(make_app(served.service))
        self.ready_server = Server(self.ready, "127.0.0.1", 0)
        self.ordinary_server = Server(self.ordinary, "127.0.0.1", 0)
        self.servers = (self.ready_server, self.ordinary_server)
        self.tags: dict[str, str] = {}

    def fill(self) -> None:
        """Two releases, the tag of the state between them, and every document in the memory of both."""
        self.served.submit(headline="First")
        self.served.render()
        self.tags["old"] = self._settled("First")
        self.served.submit(headline="Second")
        self.served.render()
        self.tags["gzip"] = self._settled("Second")

    def _settled(self, headline: str) -> str:
        tag = ""
        for server in self.servers:
            with closing(Client(server)) as client:
                for form in FORMS:
                    client.until(f"/feeds/all.{form}", lambda answer: headline in answer.text)
                tag = client.get("/feeds/all.atom", Accept_Encoding="gzip").headers["etag"]
        return tag


def ask(path: str, *lines: str, method: str = "GET", version: str = "1.1", body: str = "") -> str:
    length = [f"Content-Length: {len(body)}"] if body else []
    return "\r\n".join([f"{method} {path} HTTP/{version}", "Host: x", *length, *lines, "", body])


LAST = ask(ATOM, CLOSE)


def converse(server: Server, writes: Sequence[str]) -> list[bytes]:
    """Every answer without its date, and what came until the end after one more request."""
    with socket.create_connection((server.host, server.port), PATIENCE_S) as reader, reader.makefile("rb") as stream:
        answers: list[bytes] = []
        for write in writes:
            reader.sendall(write.encode())
            answers += [one_answer(stream, method) for method in re.findall(r"([A-Z]+) /\S* HTTP/|nonsense", write)]
        if not any(b"\r\nconnection: close\r\n" in answer for answer in answers):
            reader.sendall(LAST.encode())
        answers.append(stream.read())
    return [re.sub(rb"date: [^\r]+ GMT\r\n", b"", answer, flags=re.IGNORECASE) for answer in answers]


def one_answer(stream: BinaryIO, method: str) -> bytes:
    """The next answer as it came, up to its end; less if the connection ends before."""
    head = b""
    while (line := stream.readline()) not in {b"", b"\r\n"}:
        head += line
    length = re.search(rb"content-length: (\d+)", head)
    bodiless = method == "HEAD" or head[9:12] in {b"304", b"204"}
    return head + line + (stream.read(int(length[1])) if length and not bodiless else b"")
