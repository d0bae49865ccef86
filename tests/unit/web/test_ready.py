"""Answers written by the connection itself: the same bytes as the ordinary way, order and bounds kept."""

import asyncio
import gc
import re
import select
import socket
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from threading import Event
from typing import BinaryIO

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from syndicator.web.answers import Ready
from syndicator.web.app import make_app
from syndicator.web.ready import Connection, HasAnswers
from syndicator.web.serve import Server
from tests.unit.web.served import Client, Served, serving

FORMS = ("atom", "rss", "json")
GZIP = "Accept-Encoding: gzip"
CLOSE = "Connection: close"
OLD = "If-None-Match: {old}"
PATIENCE_S = 10


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


@pytest.fixture(scope="module", params=["uvloop", "asyncio"])
def pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with serving(tmp_path_factory.mktemp("pair")) as served, pytest.MonkeyPatch.context() as patch:
        if request.param == "asyncio":
            patch.setitem(sys.modules, "uvloop", None)  # as where it is not installed
        one = Pair(served)
        with one.ready_server, one.ordinary_server:
            one.fill()
            yield one


def ask(path: str, *lines: str, method: str = "GET", version: str = "1.1", body: str = "") -> str:
    length = [f"Content-Length: {len(body)}"] if body else []
    return "\r\n".join([f"{method} {path} HTTP/{version}", "Host: x", *length, *lines, "", body])


ATOM = "/feeds/all.atom"
POST = ask("/api/v1/releases", "Content-Type: application/json", method="POST", body="{}")
CONVERSATIONS: dict[str, Sequence[str]] = {
    # what is sent in one write each, the next when everything so far is answered
    "200": [ask(ATOM)],
    "200, gzip": [ask(ATOM, GZIP)],
    "200, JSON": [ask("/feeds/all.json")],
    "200 three times": [ask(ATOM), ask(ATOM), ask(ATOM)],
    "304 three times": [ask(ATOM, GZIP, "If-None-Match: {gzip}")] * 3,
    "HEAD three times": [ask(ATOM, method="HEAD")] * 3,
    "the same after something else": [ask(ATOM), ask("/channels"), ask(ATOM), ask("/feeds/all.rss"), ask(ATOM)],
    "the same twice at once": [ask(ATOM), ask(ATOM) + ask(ATOM), ask(ATOM) + ask(ATOM), ask(ATOM)],
    "the same and a beginning": [ask(ATOM) + "G", ask("/feeds/all.rss")[1:], ask(ATOM) + "G"],
    "304": [ask(ATOM, GZIP, "If-None-Match: {gzip}")],
    "304 by HEAD": [ask(ATOM, GZIP, "If-None-Match: {gzip}", method="HEAD")],
    "226": [ask(ATOM, OLD, "A-IM: feed")],
    "226, gzip": [ask(ATOM, OLD, "A-IM: feed", GZIP)],
    "226 by HEAD": [ask(ATOM, OLD, "A-IM: feed", method="HEAD")],
    "HEAD": [ask(ATOM, method="HEAD")],
    "HEAD, gzip": [ask(ATOM, GZIP, method="HEAD")],
    "404": [ask("/feeds/nope.atom")],
    "405": [ask(ATOM, method="DELETE")],
    "405 with a body": [ask(ATOM, method="POST", body="hello"), ask(ATOM)],
    "OPTIONS": [ask("/feeds/all.json", method="OPTIONS")],
    "a query": [ask(f"{ATOM}?x=1")],
    "an escaped path": [ask("/feeds/%61ll.atom")],
    "an API path": [ask("/api/v1/channels")],
    "a page": [ask("/channels", GZIP)],
    "HTTP/1.0": [ask(ATOM, version="1.0")],
    "HTTP/1.0 that would stay": [ask(ATOM, "Connection: keep-alive", version="1.0")],
    "HEAD of HTTP/1.0": [ask(ATOM, method="HEAD", version="1.0")],
    "close": [ask(ATOM, CLOSE)],
    "close after 304": [ask(ATOM, CLOSE, "If-None-Match: *")],
    "close, and more": [ask(ATOM, CLOSE) + ask(ATOM)],
    "close, and a fault": [ask(ATOM, CLOSE) + "nonsense\r\n\r\n"],
    "close, and something that would be done": [ask(ATOM, CLOSE) + POST],
    "expecting 100": [ask(ATOM, "Expect: 100-continue"), ask(ATOM)],
    "expecting 100 for a body": [ask(ATOM, "Expect: 100-continue", "Content-Length: 5"), "hello" + ask(ATOM)],
    "a body": [ask(ATOM, body="hello"), ask(ATOM)],
    "a body of 200 kB": [ask(ATOM, body="x" * 200_000), ask(ATOM)],
    "a body that comes later": [ask(ATOM, "Content-Length: 5"), "hello" + ask(ATOM)],
    "a body that comes later, twice": [ask(ATOM, "Content-Length: 5"), "hello" + ask("/feeds/all.rss")] * 2,
    "a body that comes later, and again by itself": [
        ask(ATOM, "Content-Length: 5"),
        *["hello" + ask("/feeds/all.rss")] * 2,
    ],
    "a body in chunks": [ask(ATOM, "Transfer-Encoding: chunked") + "5\r\nhello\r\n0\r\n\r\n" + ask(ATOM)],
    "an upgrade that is not had": [ask(ATOM, "Connection: Upgrade", "Upgrade: h2c")],
    "an upgrade that is not had, twice": [ask(ATOM, "Connection: Upgrade", "Upgrade: h2c")] * 2,
    "empty lines before, twice": ["\r\n\r\n" + ask(ATOM)] * 2,
    "feed, feed": [ask(ATOM, GZIP) + ask("/feeds/all.rss")],
    "feed, API, feed": [ask(ATOM) + ask("/api/v1/channels") + ask("/feeds/all.rss")],
    "API, feed, feed": [ask("/api/v1/channels") + ask(ATOM) + ask("/feeds/all.rss")],
    "feed, close, feed": [ask(ATOM) + ask(ATOM, CLOSE) + ask(ATOM)],
    "feed, then a fault": [ask(ATOM), "nonsense\r\n\r\n"],
    "feed and a fault": [ask(ATOM) + "nonsense\r\n\r\n"],
}
LAST = ask(ATOM, CLOSE)


@pytest.mark.parametrize("name", CONVERSATIONS)
def test_both_ways_send_the_same_bytes(pair: Pair, name: str) -> None:
    writes = [
        write.replace("{old}", pair.tags["old"]).replace("{gzip}", pair.tags["gzip"]) for write in CONVERSATIONS[name]
    ]
    ready, ordinary = (converse(server, writes) for server in pair.servers)
    assert ready == ordinary
    assert ready[0].startswith(b"HTTP/1.1 ")
    status = re.match("[0-9]+", name)
    if status:
        assert ready[0].split()[1] == status[0].encode()


@pytest.mark.parametrize("lines", [(), (GZIP,), ("If-None-Match: *",), (OLD, "A-IM: feed")])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_what_is_in_memory_takes_no_call_of_the_application(pair: Pair, method: str, lines: Sequence[str]) -> None:
    request = ask(ATOM, *lines, method=method).replace("{old}", pair.tags["old"])
    deadline = time.monotonic() + PATIENCE_S
    while counted(pair.ready, lambda: converse(pair.ready_server, [request, request])) != (0, 3):
        assert time.monotonic() < deadline, "the application is called again and again"


def test_equal_bytes_are_read_once(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[Connection] = []
    begin = Connection.on_message_begin

    def counted(connection: Connection) -> None:
        begun.append(connection)
        begin(connection)

    monkeypatch.setattr(Connection, "on_message_begin", counted)
    converse(pair.ready_server, [ask(ATOM), ask(ATOM), ask(ATOM)])
    assert len(begun) == 2, "the first, and the one by which the conversation ends"


def test_equal_bytes_are_no_request_where_they_are_a_body(pair: Pair) -> None:
    known = ask(ATOM)
    head = ask(ATOM, f"Content-Length: {len(known)}", method="POST")
    ready, ordinary = (as_a_body(server, known, head) for server in pair.servers)
    assert ready == ordinary
    assert [answer[:12] for answer in ready] == [b"HTTP/1.1 200", b"HTTP/1.1 405", b"HTTP/1.1 404"]


def as_a_body(server: Server, known: str, head: str) -> list[bytes]:
    with socket.create_connection((server.host, server.port), PATIENCE_S) as reader, reader.makefile("rb") as stream:
        answers = []
        for write in (known, head):
            reader.sendall(write.encode())
            answers.append(one_answer(stream, "GET"))
        reader.sendall(known.encode())  # the body of what is answered already
        reader.sendall(ask("/feeds/nope.atom", CLOSE).encode())
        answers.append(stream.read())
    return [re.sub(rb"date: [^\r]+ GMT\r\n", b"", answer, flags=re.IGNORECASE) for answer in answers]


def counted(app: Watched, happens: Callable[[], object]) -> tuple[int, int]:
    """Calls of the application for feeds, and answers that were at hand. Right after a change one may be a call."""
    asked, at_once = app.asked, app.at_once
    happens()
    return app.asked - asked, app.at_once - at_once


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


def test_a_request_comes_in_single_bytes(pair: Pair) -> None:
    with socket.create_connection((pair.ready_server.host, pair.ready_server.port), PATIENCE_S) as reader:
        reader.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in LAST.encode():
            reader.sendall(bytes((byte,)))
        with reader.makefile("rb") as stream:
            assert stream.read().startswith(b"HTTP/1.1 200 OK\r\n")


MANY = 2_000


def slow_reader(server: Server) -> socket.socket:
    """Whose kernel takes little of what the server sends."""
    reader = socket.socket()
    reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
    reader.settimeout(PATIENCE_S)
    reader.connect((server.host, server.port))
    reader.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return reader


def expect_in_order(reader: socket.socket, count: int) -> None:
    with reader.makefile("rb") as stream:
        for number in range(count):
            answer = one_answer(stream, "GET")
            assert b"\r\ncontent-type: application/" + KINDS[number % 3] in answer


KINDS = (b"atom+xml", b"rss+xml", b"feed+json")


def some_turns(client: Client) -> None:
    """Returns after the server's loop has come round several times."""
    for _ in range(3):
        client.get("/static/feed.css")


def test_2000_requests_at_once_wait_for_their_reader_and_are_answered_in_order(pair: Pair) -> None:
    before = pair.ready.taken
    with slow_reader(pair.ready_server) as reader, closing(Client(pair.ready_server)) as other:
        reader.sendall("".join(ask(f"/feeds/all.{FORMS[number % 3]}") for number in range(MANY)).encode())
        seen = -1
        while seen != pair.ready.taken:
            seen = pair.ready.taken
            some_turns(other)
        assert 0 < seen - before < MANY, "the rest lies in the server's memory"
        expect_in_order(reader, MANY)


def test_requests_one_by_one_wait_for_a_reader_that_does_not_read(pair: Pair) -> None:
    before, sent = pair.ready.taken, 0
    with slow_reader(pair.ready_server) as reader, closing(Client(pair.ready_server)) as other:
        while pair.ready.taken == before + sent:
            assert sent < MANY, "all of them lie in the server's memory"
            reader.sendall(ask(f"/feeds/all.{FORMS[sent % 3]}").encode())
            sent += 1
            some_turns(other)
        expect_in_order(reader, sent)


def test_a_connection_is_closed_when_nothing_came_for_5_seconds(pair: Pair) -> None:
    place = pair.ready_server.host, pair.ready_server.port
    with (
        socket.create_connection(place, PATIENCE_S) as idle,
        socket.create_connection(place, PATIENCE_S) as under_way,
        idle.makefile("rb") as to_idle,
        under_way.makefile("rb") as to_under_way,
    ):
        for reader, stream in ((under_way, to_under_way), (idle, to_idle)):
            reader.sendall(ask(ATOM).encode())
            assert one_answer(stream, "GET").startswith(b"HTTP/1.1 200 ")
        under_way.sendall(LAST[:30].encode())
        assert select.select([idle], [], [], 1) == ([], [], [])
        began = time.monotonic()
        idle.sendall(ask(ATOM).encode())
        assert one_answer(to_idle, "GET").startswith(b"HTTP/1.1 200 ")
        assert to_idle.read() == b""
        assert 4.9 < time.monotonic() - began < 8
        under_way.sendall(LAST[30:].encode())
        assert to_under_way.read().startswith(b"HTTP/1.1 200 ")


def test_the_date_goes_on_with_the_time(pair: Pair) -> None:
    with closing(Client(pair.ready_server)) as client:
        first = client.get(ATOM).headers["date"]
        client.until(ATOM, lambda answer: answer.headers["date"] != first)


def test_a_closed_connection_leaves_no_cycle_behind(pair: Pair) -> None:
    converse(pair.ready_server, [ask(ATOM)])
    gc.collect()
    gc.disable()
    try:
        with closing(Client(pair.ready_server)) as other:
            some_turns(other)
            before = open_connections()
            for _ in range(5):
                converse(pair.ready_server, [ask(ATOM)])
            some_turns(other)
            assert open_connections() == before
    finally:
        gc.enable()


def open_connections() -> int:
    return sum(isinstance(each, Connection) for each in gc.get_objects())


class Bare:
    """An application with one answer, which may be a broken one."""

    def __init__(self, answer: Ready | None) -> None:
        self._answer = answer

    def at_hand(self, scope: Scope) -> Ready | None:  # noqa: ARG002 (the protocol's)
        if self._answer is None:
            raise LookupError("broken")
        return self._answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
            return
        answer = self.at_hand(scope)
        assert answer is not None
        await answer.send(scope["method"], send)


class Waiting(Bare):
    """Has nothing at hand for /slow, and is asked for it until ``go``."""

    def __init__(self) -> None:
        super().__init__(Ready(200, [(b"content-length", b"2")], b"ok"))
        self.asked, self.go = Event(), Event()

    def at_hand(self, scope: Scope) -> Ready | None:
        return None if scope["path"] == "/slow" else super().at_hand(scope)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get("path") == "/slow":
            self.asked.set()
            await asyncio.to_thread(self.go.wait, PATIENCE_S)
            await Ready(200, [(b"content-length", b"4")], b"slow").send("GET", send)
        else:
            await super().__call__(scope, receive, send)


def test_equal_bytes_wait_for_what_was_asked_before() -> None:
    app = Waiting()
    with (
        Server(app, "127.0.0.1", 0) as server,
        socket.create_connection((server.host, server.port), PATIENCE_S) as reader,
        reader.makefile("rb") as stream,
    ):
        reader.sendall(ask("/quick").encode())
        assert one_answer(stream, "GET").endswith(b"ok")
        reader.sendall(ask("/slow").encode())
        assert app.asked.wait(PATIENCE_S)
        reader.sendall(ask("/quick").encode())
        assert select.select([reader], [], [], 0.3)[0] == [], "it was answered before its turn"
        app.go.set()
        bodies = [one_answer(stream, "GET").rpartition(b"\r\n\r\n")[2] for _ in range(2)]
        assert bodies == [b"slow", b"ok"]


@pytest.mark.parametrize(
    ("answer", "begins"),
    [
        (None, b"HTTP/1.1 500 Internal Server Error\r\n"),
        (Ready(200, [(b"x", b"a\r\ny: b"), (b"content-length", b"0")]), b""),
    ],
)
def test_an_answer_that_fails_ends_as_the_ordinary_way_does(answer: Ready | None, begins: bytes) -> None:
    with (
        Server(Bare(answer), "127.0.0.1", 0) as server,
        socket.create_connection((server.host, server.port), PATIENCE_S) as reader,
        reader.makefile("rb") as stream,
    ):
        reader.sendall(LAST.encode())
        assert stream.readline() == begins
        assert b"y: b" not in stream.read()


def test_an_idle_connection_does_not_hold_up_the_end() -> None:
    server = Server(Bare(Ready(200, [(b"content-length", b"2")], b"ok")), "127.0.0.1", 0)
    server.start()
    with socket.create_connection((server.host, server.port), PATIENCE_S) as reader, reader.makefile("rb") as stream:
        reader.sendall(ask("/").encode())
        assert one_answer(stream, "GET").endswith(b"ok")
        began = time.monotonic()
        server.stop()
        assert time.monotonic() - began < 4, "it waited for the connection's own time to end"
        assert stream.read() == b""
