"""What is taken from the head of an answer, however odd it is, and what is not."""

import socket
import ssl
from pathlib import Path

import pytest

from syndicator.delivery.transport.protocol import Answer, Failure
from tests.contract.transport import receivers
from tests.contract.transport.conftest import PATIENT, Made, push
from tests.contract.transport.receivers import Flood, answering, listening

CHUNKED = b"HTTP/1.1 429 Slow\r\ntransfer-encoding: chunked\r\nretry-after: 7\r\n\r\n"
CODED = b"transfer-encoding: chunked\r\n\r\n9\r\n"


@pytest.mark.parametrize("chunks", [b"0\r\n", b"3\r\nabc\r\n0\r\n"], ids=["an empty body", "a body"])
def test_an_answer_counts_however_many_trailers_come_behind_it(make: Made, chunks: bytes) -> None:
    flood = Flood(CHUNKED + chunks, (b"x-more: " + b"y" * 2_000 + b"\r\n") * 30)
    with listening(flood) as port:
        result = push(make(limits=PATIENT), f"http://127.0.0.1:{port}/")
        assert flood.ended.wait(5), "the connection is closed, not drained"
    assert isinstance(result, Answer), result
    assert (result.status, result.retry_after) == (429, "7")


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 103 Early\r\nretry-after: 9\r\n\r\nHTTP/1.1 503 No\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 503 No\r\ntransfer-encoding: chunked\r\n\r\n0\r\nretry-after: 9\r\n\r\n",
    ],
    ids=["an interim answer", "a trailer"],
)
def test_a_pause_is_asked_for_by_the_head_of_the_answer_alone(make: Made, answer: bytes) -> None:
    with listening(answering(answer)) as port:
        result = push(make(), f"http://127.0.0.1:{port}/")
    assert isinstance(result, Answer), result
    assert (result.status, result.retry_after) == (503, None)


@pytest.mark.parametrize("status", [b"101 Switching Protocols", b"204 No Content", b"304 Not Modified"])
@pytest.mark.parametrize("length", [b"transfer-encoding: chunked", b"content-length: 55"])
def test_where_no_body_may_come_none_is_waited_for(make: Made, status: bytes, length: bytes) -> None:
    with listening(answering(b"HTTP/1.1 " + status + b"\r\n" + length + b"\r\n\r\n")) as port:
        transport = make(limits=PATIENT)
        for _ in range(2):
            result = push(transport, f"http://127.0.0.1:{port}/")
            assert isinstance(result, Answer), result
            assert (result.status, result.body) == (int(status[:3]), b"")


def test_who_offers_another_protocol_spoils_no_answer_of_the_next_receiver(make: Made) -> None:
    """One attempt after the other is made with the same parts."""
    offer, thanks = b"HTTP/1.1 101 Switching Protocols\r\n\r\n", b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nthanks"
    with listening(answering(offer)) as port, listening(answering(thanks)) as other:
        transport = make(limits=PATIENT)
        results = [push(transport, f"http://127.0.0.1:{each}/") for each in (port, other)]
    assert [(each.status, each.body) for each in results if isinstance(each, Answer)] == [(101, b""), (200, b"thanks")]


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (b"retry-after: 3600\r\nx: y\r\nRetry-After: 7200\r\n", "7200"),
        (b"x: y\r\n" * 150 + b"retry-after: 5\r\n" + b"x: y\r\n" * 150, "5"),
        (b"retry-after:\r\n 5\r\n", "5"),
        (b"x: retry-after\r\n retry-after: 5\r\nset-cookie: a=b; retry-after: 5\r\n", None),
    ],
    ids=["the last counts", "many lines", "a folded line", "another line goes on"],
)
def test_a_pause_is_read_from_whatever_head(make: Made, lines: bytes, told: str | None) -> None:
    answer = b"HTTP/1.1 429 Slow\r\n" + lines + b"content-length: 2\r\n\r\nhi"
    with listening(answering(answer)) as port:
        transport = make()
        for _ in range(2):
            result = push(transport, f"http://127.0.0.1:{port}/")
            assert isinstance(result, Answer), result
            assert (result.status, result.retry_after, result.body) == (429, told, b"hi")


@pytest.mark.parametrize(
    "rest",
    [b"Transfer-Encoding: Chunked \t\r\n\r\n2\r\nhi\r\n0\r\n\r\n", b"Content-Length: 2 \t\r\n\r\nhi"],
    ids=["in chunks", "of a length"],
)
def test_spaces_behind_a_value_are_no_part_of_it(make: Made, rest: bytes) -> None:
    """RFC 9110 section 5.5. Otherwise the end of a body in chunks would be waited for in vain."""
    with listening(answering(b"HTTP/1.1 200 OK\r\n" + rest)) as port:
        transport = make()
        for _ in range(2):
            result = push(transport, f"http://127.0.0.1:{port}/")
            assert isinstance(result, Answer), result
            assert (result.status, result.body) == (200, b"hi")


def test_a_head_that_breaks_off_is_no_answer(make: Made) -> None:
    def break_off(connection: socket.socket) -> None:
        receivers.request_of(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n")

    with listening(break_off) as port:
        result = push(make(), f"http://127.0.0.1:{port}/")
    assert isinstance(result, Failure)
    assert result.phase == "answer"


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=lambda version: version.name)
@pytest.mark.parametrize(
    ("length", "good"),
    [(b"", True), (b"content-length: 2\r\n", True), (b"content-length: 9\r\n", False), (CODED, False)],
    ids=["to the end of the connection", "whole", "too short", "in chunks that break off"],
)
def test_an_answer_is_whole_without_the_farewell_of_tls_unless_its_own_end_is_missing(
    make: Made, tmp_path: Path, version: ssl.TLSVersion, length: bytes, *, good: bool
) -> None:
    """Small servers close without it, and end a body by closing: 200 would be a failure, and a push come for days."""
    context, file = receivers.certificate(tmp_path, "localhost")
    context.maximum_version = version

    def break_off(connection: socket.socket) -> None:
        receivers.request_of(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\n" + length + b"\r\nok")
        socket.socket.shutdown(connection, socket.SHUT_RDWR)  # the socket alone: nothing is said of it by TLS

    with listening(break_off, context) as port:
        result = push(make(ca_file=file, limits=PATIENT), f"https://localhost:{port}/")
    if good:
        assert isinstance(result, Answer), result
        assert (result.status, result.body) == (200, b"ok")
    else:
        assert isinstance(result, Failure), result
        assert result.phase == "answer"
