"""Readers who know no end: of headers, of trailers, of waiting, of not reading."""

import asyncio
import select
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from starlette.types import Receive, Scope, Send

from syndicator.web import bounds
from syndicator.web.bounds import MAX_HEAD_BYTES
from syndicator.web.serve import Server
from tests.unit.web.lifespan import live

PATIENCE_S = 10
BRIEF_S = 0.4
LATE_S = 2 * BRIEF_S
ON_THE_WAY_BYTES = 16_000_000
"""More than the kernels of both sides keep."""


async def echoing(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers with how long the body was; to a path that says so, before it came, or long after."""
    if scope["type"] == "lifespan":
        await live(receive, send)
        return
    if scope["path"] == "/late":
        await asyncio.sleep(LATE_S)
    size, goes_on = 0, scope["path"] != "/at-once"
    while goes_on:
        message = await receive()
        size += len(message.get("body", b""))
        goes_on = message.get("more_body", False)
    said = b"%d" % size
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(said))]})
    await send({"type": "http.response.body", "body": said})


@pytest.fixture(params=["uvloop", "asyncio"])
def server(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    if request.param == "asyncio":
        monkeypatch.setitem(sys.modules, "uvloop", None)
    with Server(echoing, "127.0.0.1", 0) as one:
        yield one


def said(server: Server, *sent: bytes) -> bytes:
    """What came back before the server hung up. It may do so while more is being sent."""
    with socket.create_connection((server.host, server.port), PATIENCE_S) as reader:
        try:
            for part in sent:
                reader.sendall(part)
        except (BrokenPipeError, ConnectionResetError):
            pass
        got = b""
        try:
            while part := reader.recv(65_536):
                got += part
        except ConnectionResetError:
            pass
        return got


POST = b"POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n"
GET = b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n"


@pytest.mark.parametrize("name", [b"one", b"many"])
def test_a_head_as_large_as_may_be_is_answered(server: Server, name: bytes) -> None:
    room = MAX_HEAD_BYTES - len(b"/hostxconnectionclose")
    lines = {
        b"one": b"a: %s\r\n" % (b"x" * (room - 1)),
        b"many": b"".join(b"%07d: xyz\r\n" % n for n in range(room // 10)),
    }
    assert said(server, GET + lines[name] + b"\r\n").startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(
    "head",
    [
        GET + b"a: %s\r\n" % (b"x" * MAX_HEAD_BYTES) + b"\r\n",
        GET + b"".join(b"%07d: xyz\r\n" % n for n in range(MAX_HEAD_BYTES // 10)) + b"\r\n",
        b"GET /%s HTTP/1.1\r\nhost: x\r\n\r\n" % (b"x" * MAX_HEAD_BYTES),
    ],
    ids=["a header", "headers", "an address"],
)
def test_a_larger_head_is_refused(server: Server, head: bytes) -> None:
    answer = said(server, head)
    assert answer.startswith(b"HTTP/1.1 431 Request Header Fields Too Large\r\n")
    assert b"\r\nconnection: close\r\n" in answer
    assert b"\r\ndate: " in answer
    assert answer.endswith(b"The head of a request may have 65536 bytes.\n")


def test_a_larger_head_behind_a_request_is_no_answer_to_that_one(server: Server) -> None:
    first = b"GET /late HTTP/1.1\r\nhost: x\r\n\r\n"
    assert said(server, first + GET + b"a: %s\r\n\r\n" % (b"x" * MAX_HEAD_BYTES)) == b""


def test_each_request_of_a_connection_has_all_the_room_for_its_head(server: Server) -> None:
    head = b"GET / HTTP/1.1\r\nhost: x\r\na: %s\r\n" % (b"x" * (MAX_HEAD_BYTES // 2))
    assert said(server, (head + b"\r\n") * 2 + head + b"connection: close\r\n\r\n").count(b"HTTP/1.1 200 ") == 3


def test_a_body_may_be_larger_than_a_head(server: Server) -> None:
    size = 16 * MAX_HEAD_BYTES
    assert said(server, POST + b"content-length: %d\r\n\r\n" % size, b"x" * size).endswith(b"\r\n%d" % size)


def test_what_is_no_request_is_told_apart_from_one_without_a_host(server: Server) -> None:
    answer = said(server, b"nonsense\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"Host" not in answer


@pytest.mark.parametrize(
    ("version", "hosts", "status"),
    [
        (b"1.1", b"", 400),
        (b"1.1", b"host: x\r\nHost: y\r\n", 400),
        (b"1.0", b"host: x\r\nHost: x\r\n", 400),
        (b"1.1", b"host: x y\r\n", 400),
        (b"1.1", b"host: x/y\r\n", 400),
        (b"1.1", b"host: \r\n", 200),
        (b"1.1", b"host: [::1]:8080\r\n", 200),
        (b"1.1", b"host: my_wire.example:80\r\n", 200),
        (b"1.0", b"", 200),
    ],
)
def test_a_request_says_once_for_which_host_it_is(server: Server, version: bytes, hosts: bytes, status: int) -> None:
    answer = said(server, b"GET / HTTP/" + version + b"\r\n" + hosts + b"connection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 %d " % status)
    assert (b"exactly one Host header" in answer) == (status == 400)


CHUNKED = b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("begin", "part"),
    [
        (GET + b"a: ", b"x"),
        (GET, b"a: b\r\n"),
        (b"GET /", b"x"),
        (b"", b"\r\n"),
        (CHUNKED + b"1\r\nx\r\n0\r\na: ", b"x"),
        (CHUNKED + b"1\r\nx\r\n0\r\n", b"a: b\r\n"),
        (CHUNKED + b"1;a=", b"x"),
    ],
    ids=["a header", "headers", "an address", "nothing", "a trailer", "trailers", "an extension"],
)
def test_what_never_ends_is_hung_up_on(server: Server, begin: bytes, part: bytes) -> None:
    block = part * (8_192 // len(part))
    taken = 0
    with socket.create_connection((server.host, server.port), PATIENCE_S) as reader, suppress(ConnectionError):
        reader.sendall(begin)
        while taken < ON_THE_WAY_BYTES:
            reader.sendall(block)
            taken += len(block)
    assert taken < ON_THE_WAY_BYTES


def test_who_was_answered_is_still_told_of_the_next_head(server: Server) -> None:
    first = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n"
    with socket.create_connection((server.host, server.port), PATIENCE_S) as reader, reader.makefile("rb") as stream:
        for _ in range(2):
            reader.sendall(first)
            assert stream.readline().startswith(b"HTTP/1.1 200 ")
            while stream.readline() != b"\r\n":
                pass
            assert stream.read(1) == b"0"
        reader.sendall(GET + b"a: %s\r\n\r\n" % (b"x" * MAX_HEAD_BYTES))
        assert stream.readline().startswith(b"HTTP/1.1 431 ")


@pytest.mark.parametrize(
    ("sent", "came"),
    [
        (b"", b""),
        (b"GET / HT", b""),
        (b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\nab", b""),
        (b"POST /at-once HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\n", b"HTTP/1.1 200 "),
    ],
    ids=["nothing", "half a head", "half a body", "an answer before the body"],
)
def test_who_lets_a_request_wait_is_hung_up_on(
    server: Server, monkeypatch: pytest.MonkeyPatch, sent: bytes, came: bytes
) -> None:
    monkeypatch.setattr(bounds, "PATIENCE_S", BRIEF_S)
    assert said(server, sent).startswith(came)


def test_who_was_answered_and_lets_half_a_head_wait_is_hung_up_on(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounds, "PATIENCE_S", BRIEF_S / 4)
    with socket.create_connection((server.host, server.port), PATIENCE_S) as reader, reader.makefile("rb") as stream:
        reader.sendall(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
        while stream.readline() != b"\r\n":
            pass
        assert stream.read(1) == b"0"
        reader.sendall(b"GET / HT")
        assert stream.read() == b""


def test_who_drips_a_head_is_hung_up_on(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "PATIENCE_S", BRIEF_S)
    with socket.create_connection((server.host, server.port), PATIENCE_S) as reader:
        for byte in GET:
            reader.sendall(bytes((byte,)))
            if select.select([reader], [], [], BRIEF_S / 8)[0]:
                break
        assert reader.recv(1) == b""


def test_a_body_may_come_in_parts_for_longer(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "PATIENCE_S", BRIEF_S)
    with socket.create_connection((server.host, server.port), PATIENCE_S) as reader, reader.makefile("rb") as stream:
        reader.sendall(POST + b"content-length: 2000\r\n\r\n")
        for _ in range(20):
            assert not select.select([reader], [], [], BRIEF_S / 8)[0]
            reader.sendall(b"x" * 100)
        assert stream.read().endswith(b"2000")


@pytest.mark.parametrize("begin", [b"", b"x" * 5000], ids=["from the start", "after much of it"])
def test_who_drips_a_body_is_hung_up_on(server: Server, monkeypatch: pytest.MonkeyPatch, begin: bytes) -> None:
    monkeypatch.setattr(bounds, "PATIENCE_S", BRIEF_S)
    begun = time.monotonic()
    with socket.create_connection((server.host, server.port), PATIENCE_S) as reader:
        reader.sendall(POST + b"content-length: 9000\r\n\r\n" + begin)
        while not select.select([reader], [], [], BRIEF_S / 8)[0]:
            assert time.monotonic() - begun < PATIENCE_S
            with suppress(ConnectionError):
                reader.sendall(b"x")
        assert reader.recv(1) == b""


def test_who_sends_on_after_the_answer_is_hung_up_on(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """However fast: nobody reads it, and a length that was stated holds the connection for as long as it likes."""
    monkeypatch.setattr(bounds, "PATIENCE_S", BRIEF_S)
    begun = time.monotonic()
    with socket.create_connection((server.host, server.port), PATIENCE_S) as reader, suppress(ConnectionError):
        reader.sendall(b"POST /at-once HTTP/1.1\r\nhost: x\r\ncontent-length: 9000000000\r\n\r\n")
        while time.monotonic() - begun < PATIENCE_S:
            select.select([], [], [], BRIEF_S / 8)
            reader.sendall(b"x" * 1000)
    assert time.monotonic() - begun < PATIENCE_S


def test_a_body_that_waited_for_its_turn_has_all_its_time(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pipelined behind an answer that takes long: until then the server read nothing.

    Soon after that answer the server looks for who let it wait.
    """
    monkeypatch.setattr(bounds, "PATIENCE_S", LATE_S + BRIEF_S / 8)
    with socket.create_connection((server.host, server.port), PATIENCE_S) as reader, reader.makefile("rb") as stream:
        reader.sendall(b"GET /late HTTP/1.1\r\nhost: x\r\n\r\n" + POST + b"content-length: 20\r\n\r\n")
        assert stream.readline().startswith(b"HTTP/1.1 200 ")
        reader.sendall(b"x" * 4)
        select.select([], [], [], BRIEF_S / 4)
        reader.sendall(b"x" * 16)
        assert stream.read().endswith(b"20")


PART = b"x" * 65_536
PARTS = 400


class Flooding:
    """Answers with more than any buffer holds; says when it is through with an answer, whether or not it was taken."""

    def __init__(self) -> None:
        self.is_through = threading.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await echoing(scope, receive, send)
            return
        length = b"%d" % (PARTS * len(PART))
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", length)]})
        for _ in range(PARTS):
            await send({"type": "http.response.body", "body": PART, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
        self.is_through.set()


@pytest.fixture(params=["uvloop", "asyncio"])
def loop(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "asyncio":
        monkeypatch.setitem(sys.modules, "uvloop", None)


def unacknowledged_bytes(local: int, peer: int) -> int:
    """What the system keeps of a connection's answer, sent or not."""
    for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]:
        here, there, _, queues = line.split()[1:5]
        if (int(here.partition(":")[2], 16), int(there.partition(":")[2], 16)) == (local, peer):
            return int(queues.partition(":")[0], 16)
    return 0


@pytest.mark.usefixtures("loop")
def test_who_does_not_read_the_answer_is_hung_up_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "PATIENCE_S", BRIEF_S)
    flooding = Flooding()
    with Server(flooding, "127.0.0.1", 0) as server, socket.socket() as reader:
        reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        reader.connect((server.host, server.port))
        reader.sendall(GET + b"\r\n")
        assert flooding.is_through.wait(PATIENCE_S)


@pytest.mark.usefixtures("loop")
def test_little_of_an_answer_waits_in_the_system() -> None:
    flooding = Flooding()
    with Server(flooding, "127.0.0.1", 0) as server, socket.socket() as reader:
        reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        reader.connect((server.host, server.port))
        reader.sendall(GET + b"\r\n")
        assert not flooding.is_through.wait(BRIEF_S)
        kept = unacknowledged_bytes(server.port, reader.getsockname()[1])
        assert 0 < kept <= 3 * bounds._UNSENT_BYTES


@pytest.mark.usefixtures("loop")
def test_who_reads_slowly_gets_the_whole_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "PATIENCE_S", BRIEF_S)
    pauses = threading.Event()
    with Server(Flooding(), "127.0.0.1", 0) as server, socket.socket() as reader:
        reader.settimeout(PATIENCE_S)
        reader.connect((server.host, server.port))
        reader.sendall(GET + b"\r\n")
        size, begun = 0, time.monotonic()
        while part := reader.recv(len(PART) * 16):
            size += len(part)
            pauses.wait(BRIEF_S / 16)
        assert time.monotonic() - begun > BRIEF_S
        assert size > PARTS * len(PART)
