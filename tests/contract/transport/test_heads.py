"""What is taken from the head of an answer, however odd it is, and what is not."""

import pytest

from syndicator.delivery.transport.protocol import Answer
from tests.contract.transport.conftest import PATIENT, Made, push
from tests.contract.transport.receivers import Flood, answering, listening

CHUNKED = b"HTTP/1.1 429 Slow\r\ntransfer-encoding: chunked\r\nretry-after: 7\r\n\r\n"


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
