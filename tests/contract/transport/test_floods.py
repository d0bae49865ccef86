"""Receivers that never stop sending: what they said first counts, and no more is read than agreed."""

import socket

import pytest

from syndicator.delivery.transport.protocol import Answer
from tests.contract.transport import receivers
from tests.contract.transport.conftest import NO_CONTENT, PATIENT, Made, push
from tests.contract.transport.receivers import Flood, listening

CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"


def answers_after_a_moment(connection: socket.socket) -> None:
    receivers.request_of(connection)
    receivers.DRIP.wait(0.1)
    connection.sendall(NO_CONTENT)


@pytest.mark.parametrize(
    ("head", "unit"),
    [(CHUNKED + b"3;x=", b"y" * 65_536), (CHUNKED, (b"1;" + b"x" * 10_000 + b"\r\nz\r\n") * 6)],
    ids=["in one extension", "in many extensions"],
)
def test_of_what_surrounds_the_chunks_of_an_answer_no_more_is_read_either(make: Made, head: bytes, unit: bytes) -> None:
    flood = Flood(head, unit)
    with listening(flood) as port, listening(answers_after_a_moment) as other:
        transport = make(limits=PATIENT)
        result = push(transport, f"http://127.0.0.1:{port}/")
        assert flood.ended.wait(5), "the connection is closed, not drained"
        after = push(transport, f"http://127.0.0.1:{other}/")
        assert isinstance(after, Answer), "whoever has the same socket next floods nobody"
    assert isinstance(result, Answer), result
    assert result.status == 200
    assert flood.sent < 30_000_000, "what the sockets' buffers hold, and no more"
