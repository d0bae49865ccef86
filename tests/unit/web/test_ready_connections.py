"""Connections that write answers themselves: order, bounds, time and end are kept."""

import asyncio
import gc
import select
import socket
import time
from contextlib import closing
from threading import Event

import pytest
from starlette.types import Receive, Scope, Send

from syndicator.web.answers import Ready
from syndicator.web.ready import Connection
from syndicator.web.serve import Server
from tests.servers.places import LOOPBACK
from tests.unit.web.conversations import ATOM, FORMS, LAST, PATIENCE_S, Pair, ask, converse, one_answer
from tests.unit.web.lifespan import live
from tests.unit.web.served import Client


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
        socket.create_connection(place, PATIENCE_S) as busy,
        idle.makefile("rb") as to_idle,
        under_way.makefile("rb") as to_under_way,
        busy.makefile("rb") as to_busy,
    ):
        for reader, stream in ((under_way, to_under_way), (idle, to_idle), (busy, to_busy)):
            reader.sendall(ask(ATOM).encode())
            assert one_answer(stream, "GET").startswith(b"HTTP/1.1 200 ")
        under_way.sendall(LAST[:30].encode())
        assert select.select([idle], [], [], 1) == ([], [], [])
        began = time.monotonic()
        idle.sendall(ask(ATOM).encode())
        assert one_answer(to_idle, "GET").startswith(b"HTTP/1.1 200 ")
        busy.sendall(ask("/channels").encode())  # in the ordinary way, after which uvicorn's own timer runs
        assert one_answer(to_busy, "GET").startswith(b"HTTP/1.1 200 ")
        while not select.select([idle], [], [], 0.2)[0]:
            busy.sendall(ask(ATOM).encode())
            assert one_answer(to_busy, "GET").startswith(b"HTTP/1.1 200 "), "it was closed while it was busy"
        assert to_idle.read() == b""
        assert 4.9 < time.monotonic() - began < 8
        for _ in range(5):
            busy.sendall(ask(ATOM).encode())
            assert one_answer(to_busy, "GET").startswith(b"HTTP/1.1 200 "), "it was closed while it was busy"
            assert not select.select([busy], [], [], 0.2)[0]
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
            assert is_alone(other, pair.ready_server.port)
            for _ in range(5):
                converse(pair.ready_server, [ask(ATOM)])
            assert is_alone(other, pair.ready_server.port)
    finally:
        gc.enable()


def is_alone(client: Client, port: int) -> bool:
    """Whether no other connection to that port is left in memory once the server has seen that they were closed."""
    for _ in range(100):
        some_turns(client)
        if sum(type(each) is Connection and each.server == (LOOPBACK, port) for each in gc.get_objects()) == 1:
            return True
    return False


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
            await live(receive, send)
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
