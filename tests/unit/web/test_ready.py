"""Answers written by the connection itself: the same bytes as the ordinary way."""

import re
import socket
import time
from collections.abc import Callable, Sequence

import pytest

from syndicator.web.ready import Connection
from syndicator.web.serve import Server
from tests.unit.web.conversations import ATOM, CLOSE, GZIP, OLD, PATIENCE_S, Pair, Watched, ask, converse, one_answer

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


@pytest.mark.parametrize(("filling", "read"), [(0, 2), (2_048, 4)], ids=["", "too long to be kept"])
def test_equal_bytes_are_read_once(pair: Pair, monkeypatch: pytest.MonkeyPatch, filling: int, read: int) -> None:
    begun: list[Connection] = []
    begin = Connection.on_message_begin

    def counted(connection: Connection) -> None:
        begun.append(connection)
        begin(connection)

    monkeypatch.setattr(Connection, "on_message_begin", counted)
    deadline = time.monotonic() + PATIENCE_S
    # More where the document was asked for anew in between, which a slow machine has time for.
    while converse(pair.ready_server, [ask(ATOM, f"X: {'x' * filling}")] * 3) and len(begun) != read:
        assert time.monotonic() < deadline, "the first, or all, and the one by which the conversation ends"
        begun.clear()


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
