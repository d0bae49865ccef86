"""What every transport promises (see ``syndicator.delivery.transport.protocol``), against real receivers."""

import gzip
import socket
import threading
import time
from collections import Counter

import pytest

from syndicator.delivery.transport.protocol import Answer, Failure, HeaderRefused, Limits, Request
from tests.contract.transport import receivers
from tests.contract.transport.conftest import LIMITS, NO_CONTENT, PATIENT, Made, Results, push
from tests.contract.transport.receivers import Flood, Handler, answering, listening


def test_a_post_arrives_whole_under_the_names_it_was_given(make: Made) -> None:
    seen: list[bytes] = []
    with listening(answering(NO_CONTENT, seen)) as port:
        result = push(make(), f"http://localhost:{port}/a?b=c", ("webhook-id", "evt_1"), body=b"x" * 100_000)
    assert isinstance(result, Answer)
    assert (result.status, result.address, result.bytes_sent) == (204, "127.0.0.1", 100_000)
    head, _, body = seen[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /a?b=c HTTP/1.1\r\n")
    assert f"host: localhost:{port}".encode() in head.lower()
    assert b"webhook-id: evt_1" in head.lower()
    assert body == b"x" * 100_000
    for unwanted in (b"expect:", b"cookie", b"authorization", b"accept-encoding: gzip"):
        assert unwanted not in head.lower()


def test_connections_are_kept(make: Made) -> None:
    connections = 0

    def count(connection: socket.socket) -> None:
        nonlocal connections
        connections += 1
        answering(NO_CONTENT)(connection)

    with listening(count) as port:
        transport = make()
        for _ in range(5):
            assert isinstance(push(transport, f"http://127.0.0.1:{port}/"), Answer)
    assert connections == 1


@pytest.mark.parametrize(
    "handle",
    [receivers.drip_head, receivers.drip_body, receivers.continue_for_ever, receivers.hang],
    ids=lambda handle: handle.__name__,
)
def test_whatever_the_receiver_does_the_deadline_holds(make: Made, handle: Handler) -> None:
    with listening(handle) as port:
        started = time.monotonic()
        result = push(make(), f"http://127.0.0.1:{port}/")
        took = time.monotonic() - started
    assert isinstance(result, Failure)
    assert result.phase == "timeout"
    assert LIMITS.total_timeout_s * 0.9 <= took < LIMITS.total_timeout_s + 2


@pytest.mark.parametrize("handle", [receivers.hang_before_tls, receivers.drip_tls], ids=lambda h: h.__name__)
def test_a_handshake_without_end_meets_the_deadline_too(make: Made, handle: Handler) -> None:
    with listening(handle) as port:
        started = time.monotonic()
        result = push(make(), f"https://127.0.0.1:{port}/")
        took = time.monotonic() - started
    assert isinstance(result, Failure)
    assert result.phase in {"connect", "timeout"}
    assert took < LIMITS.total_timeout_s + 2


def test_a_kept_connection_that_the_receiver_closed_costs_no_push(make: Made) -> None:
    closed = threading.Semaphore(0)

    def once(connection: socket.socket) -> None:
        receivers.request_of(connection)
        connection.sendall(NO_CONTENT)
        connection.close()
        closed.release()

    with listening(once) as port:
        transport = make()
        for _ in range(5):
            assert isinstance(push(transport, f"http://127.0.0.1:{port}/"), Answer)
            assert closed.acquire(timeout=5)


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nlocation: /x\r\ncontent-length: 300000000\r\n\r\n",
        b"HTTP/1.1 500 No\r\ncontent-length: 300000000\r\n\r\n",
    ],
)
def test_of_a_long_answer_only_the_beginning_is_read(make: Made, head: bytes) -> None:
    flood = Flood(head)
    with listening(flood) as port:
        result = push(make(), f"http://127.0.0.1:{port}/")
        assert flood.ended.wait(5), "the connection is closed, not drained"
    assert isinstance(result, Answer)
    assert result.status == int(head[9:12])
    assert result.body == b"y" * LIMITS.kept_answer_bytes
    assert flood.sent < 30_000_000, "what the sockets' buffers hold, and no more"


@pytest.mark.parametrize(
    "head",
    [b"HTTP/1.1 200 OK\r\nx-more: ", b"HTTP/1.1 200 ", b"HTTP/1.1 100 Continue\r\nx-more: "],
    ids=["a header", "a status line", "an interim answer"],
)
def test_a_head_without_end_is_given_up_long_before_the_deadline(make: Made, head: bytes) -> None:
    flood = Flood(head)
    with listening(flood) as port:
        result = push(make(limits=PATIENT), f"http://127.0.0.1:{port}/")
        assert flood.ended.wait(5)
    assert isinstance(result, Failure)
    assert result.phase == "answer"
    assert flood.sent < 30_000_000, "what the sockets' buffers hold, and no more"


@pytest.mark.parametrize("handle", [receivers.headers_for_ever, receivers.interim_for_ever], ids=lambda h: h.__name__)
def test_short_lines_without_end_are_given_up_as_well(make: Made, handle: Handler) -> None:
    with listening(handle) as port:
        result = push(make(limits=PATIENT), f"http://127.0.0.1:{port}/")
    assert isinstance(result, Failure)
    assert result.phase == "answer"


def test_head_and_body_share_one_cap(make: Made) -> None:
    """The answer takes what it says and ends; one byte more than the cap, and its end is not waited for."""
    limits = Limits(30, 30, max_answer_bytes=10_000, kept_answer_bytes=2_048)
    head = b"HTTP/1.1 200 OK\r\nx-long: " + b"h" * 6_000 + b"\r\ncontent-length: 1000000\r\n\r\n"
    for length in (10_000 - len(head), 10_001 - len(head)):
        arrived = threading.Event()
        with listening(receivers.cut_short(head + b"y" * length, arrived)) as port:
            results = Results()
            make(limits=limits).submit(Request(f"http://127.0.0.1:{port}/", (), b""), results)
            assert arrived.wait(5)
            if length + len(head) > 10_000:
                [result] = results.wait(1)
                assert isinstance(result, Answer)
                assert result.body == b"y" * limits.kept_answer_bytes
            else:
                assert results.all == [], "it may still be read"


def test_an_answer_as_long_as_the_cap_is_whole(make: Made) -> None:
    head = b"HTTP/1.1 200 OK\r\ncontent-length: 65000\r\n"
    head += b"x-rest: " + b"h" * (LIMITS.max_answer_bytes - 65_000 - len(head) - 12) + b"\r\n\r\n"
    seen: list[bytes] = []
    with listening(answering(head + b"y" * 65_000, seen)) as port:
        transport = make()
        for _ in range(2):
            assert isinstance(push(transport, f"http://127.0.0.1:{port}/"), Answer)
    assert len(head) + 65_000 == LIMITS.max_answer_bytes


@pytest.mark.parametrize(
    "handle", [receivers.hang, receivers.drip_head, receivers.reset_after_reading, receivers.break_off]
)
def test_a_failure_tells_how_much_was_sent(make: Made, handle: Handler) -> None:
    with listening(handle) as port:
        result = push(make(), f"http://127.0.0.1:{port}/", body=b"x" * 100_000)
    assert isinstance(result, Failure)
    assert result.bytes_sent == 100_000


def test_of_a_body_that_is_not_taken_only_what_went_out_counts(make: Made) -> None:
    total = 50_000_000
    with listening(receivers.read_nothing) as port:
        result = push(make(), f"http://127.0.0.1:{port}/", body=bytes(total))
    assert isinstance(result, Failure)
    assert result.phase == "timeout"
    assert 0 < result.bytes_sent < total


def test_where_nothing_was_sent_nothing_counts(make: Made) -> None:
    transport = make()
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        for url in (f"http://127.0.0.1:{reserved.getsockname()[1]}/", "http://10.0.0.1/", "nonsense"):
            result = push(transport, url, body=b"x" * 1000)
            assert isinstance(result, Failure)
            assert result.bytes_sent == 0


def test_each_of_many_requests_at_once_has_its_own_body(make: Made) -> None:
    seen: list[bytes] = []
    with listening(answering(NO_CONTENT, seen)) as port:
        transport, results = make(limits=PATIENT), Results()
        for number in range(60):
            body = f"release {number // 20}".encode()
            transport.submit(Request(f"http://127.0.0.1:{port}/{number // 20}", (), body), results)
        results.wait(60, 20)
    assert Counter((request.split()[1], request.rpartition(b"\r\n\r\n")[2]) for request in seen) == {
        (f"/{release}".encode(), f"release {release}".encode()): 20 for release in range(3)
    }


def test_a_host_gets_its_share_of_places_and_the_others_theirs(make: Made) -> None:
    """However many wait for one host: two at once go there, and whoever comes after them is not behind them."""
    busy = receivers.Busy()
    with listening(busy) as slow, listening(answering(NO_CONTENT)) as quick:
        transport, slowly = make(limits=PATIENT, in_flight=16, per_host=2), Results()
        for name in ("http://127.0.0.1", "HTTP://localhost.") * 6:
            transport.submit(Request(f"{name}:{slow}/", (), b""), slowly)
        for _ in range(4):
            assert busy.arrived.acquire(timeout=5)
        for _ in range(20):
            assert isinstance(push(transport, f"http://127.0.0.1:{quick}/"), Answer)
        assert slowly.all == []
        busy.release.set()
        assert all(isinstance(result, Answer) for result in slowly.wait(12))
    assert busy.most == 4, "two under each of the names"


def test_nothing_is_decompressed(make: Made) -> None:
    bomb = gzip.compress(b"0" * 10_000_000)
    head = f"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {len(bomb)}\r\n\r\n".encode()
    with listening(answering(head + bomb)) as port:
        result = push(make(), f"http://127.0.0.1:{port}/")
    assert isinstance(result, Answer)
    assert result.body == bomb[: LIMITS.kept_answer_bytes]


def test_a_redirect_is_an_answer_and_is_not_followed(make: Made) -> None:
    seen: list[bytes] = []
    with listening(answering(NO_CONTENT, seen)) as other:
        answer = f"HTTP/1.1 307 Go\r\nlocation: http://127.0.0.1:{other}/\r\ncontent-length: 0\r\n\r\n".encode()
        with listening(answering(answer)) as port:
            result = push(make(), f"http://127.0.0.1:{port}/")
    assert isinstance(result, Answer)
    assert result.status == 307
    assert seen == []


def test_retry_after_comes_back_and_is_nobody_else_s(make: Made) -> None:
    slow = answering(b"HTTP/1.1 429 Slow\r\nRetry-After: 120\r\ncontent-length: 2\r\n\r\nhi")
    other = answering(b"HTTP/1.1 503 Away\r\ncontent-length: 0\r\n\r\n")
    with listening(slow) as port, listening(other) as other_port:
        transport = make()
        results = [push(transport, f"http://127.0.0.1:{each}/") for each in (port, other_port)]
    told = [(each.status, each.retry_after, each.body) for each in results if isinstance(each, Answer)]
    assert told == [(429, "120", b"hi"), (503, None, b"")]


@pytest.mark.parametrize("handle", [receivers.reset_after_reading, receivers.break_off], ids=lambda h: h.__name__)
def test_an_answer_that_breaks_off_is_a_failure(make: Made, handle: Handler) -> None:
    with listening(handle) as port:
        result = push(make(), f"http://127.0.0.1:{port}/")
    assert isinstance(result, Failure)
    assert result.phase == "answer"


def test_a_closed_port_is_a_failure_to_connect(make: Made) -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))  # and does not listen
        result = push(make(), f"http://127.0.0.1:{reserved.getsockname()[1]}/")
    assert isinstance(result, Failure)
    assert (result.phase, result.address) == ("connect", "127.0.0.1")


def test_hanging_receivers_do_not_hold_up_the_healthy(make: Made) -> None:
    with listening(receivers.hang) as hanging, listening(answering(NO_CONTENT)) as healthy:
        transport, hung, served = make(limits=PATIENT), Results(), Results()
        for _ in range(10):
            transport.submit(Request(f"http://127.0.0.1:{hanging}/", (), b""), hung)
        for number in range(100):
            transport.submit(Request(f"http://127.0.0.1:{healthy}/{number}", (), b""), served)
        assert all(isinstance(result, Answer) for result in served.wait(100))
        assert hung.all == [], "the healthy are done while the others hang"
        transport.close()
        assert [result.phase for result in hung.wait(10) if isinstance(result, Failure)] == ["closed"] * 10


@pytest.mark.parametrize(
    "header", [("x-a", "b\r\nx-c: d"), ("x-a\r\nx-c", "d"), ("host", "other"), ("content-length", "0"), ("x", "\x00")]
)
def test_a_header_cannot_break_the_request_apart(header: tuple[str, str]) -> None:
    with pytest.raises(HeaderRefused):
        Request("http://127.0.0.1/", (header,), b"")


def test_only_the_headers_that_were_given_are_sent_and_empty_ones_too(make: Made) -> None:
    seen: list[bytes] = []
    with listening(answering(NO_CONTENT, seen)) as port:
        assert isinstance(push(make(), f"http://127.0.0.1:{port}/", ("x-empty", "")), Answer)
    head = seen[0].partition(b"\r\n\r\n")[0].lower()
    assert b"x-empty:" in head
    assert b"content-type" not in head, "a form is not what is sent"
