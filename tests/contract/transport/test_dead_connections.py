"""Kept connections that are dead: what is sent again is told, and nothing is sent again and again."""

import socket
import threading
from pathlib import Path

import pytest

from syndicator.delivery.transport.protocol import Answer, Failure, Request
from tests.contract.transport import receivers
from tests.contract.transport.conftest import NO_CONTENT, PATIENT, Made, Results, push
from tests.contract.transport.receivers import listening

KEPT = 6
BODY = b"x" * 1000


class Dying:
    """Answers the first request of each connection once all are there; resets after each further one is read."""

    def __init__(self, answers_again_after: int) -> None:
        self.read_again = 0
        self._all_there = threading.Barrier(KEPT)
        self._answers_again_after = answers_again_after
        self._lock = threading.Lock()

    def __call__(self, connection: socket.socket) -> None:
        if self.read_again:  # a new connection, after kept ones were dead
            receivers.answering(NO_CONTENT)(connection)
            return
        receivers.request_of(connection)
        self._all_there.wait(10)
        connection.sendall(NO_CONTENT)
        if not receivers.request_of(connection):
            return
        with self._lock:
            self.read_again += 1
            answers = self.read_again > self._answers_again_after
        if answers:
            connection.sendall(NO_CONTENT)
        receivers.reset(connection)


def test_one_attempt_sends_twice_at_most_and_tells_each(make: Made) -> None:
    dying = Dying(answers_again_after=KEPT)
    with listening(dying) as port:
        transport, results = make(), Results()
        for _ in range(KEPT):
            transport.submit(Request(f"http://127.0.0.1:{port}/", (), BODY), results)
        assert all(isinstance(each, Answer) for each in results.wait(KEPT))
        result = push(transport, f"http://127.0.0.1:{port}/", body=BODY)
    assert isinstance(result, Failure)
    assert result.phase in {"answer", "send"}
    assert dying.read_again <= 2
    assert result.bytes_sent == dying.read_again * len(BODY)


def test_an_answer_to_what_was_sent_again_tells_so_too(make: Made) -> None:
    dying = Dying(answers_again_after=1)
    with listening(dying) as port:
        transport, results = make(), Results()
        for _ in range(KEPT):
            transport.submit(Request(f"http://127.0.0.1:{port}/", (), BODY), results)
        assert all(isinstance(each, Answer) for each in results.wait(KEPT))
        result = push(transport, f"http://127.0.0.1:{port}/", body=BODY)
    assert result.bytes_sent == dying.read_again * len(BODY)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_what_came_unasked_over_a_kept_connection_is_no_answer_to_the_next_push(
    make: Made, tmp_path: Path, scheme: str
) -> None:
    """Some proxies say 408 before they end an idle connection; a second 200 would stand for a push that nobody took."""
    answered, came = threading.Semaphore(0), threading.Semaphore(0)
    seen: list[bytes] = []

    def say_more(connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # or it waits for an acknowledgement
        while request := receivers.request_of(connection):
            seen.append(request)
            connection.sendall(NO_CONTENT)
            answered.acquire(timeout=5)
            connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
            came.release()

    context, file = receivers.certificate(tmp_path, "localhost")
    with listening(say_more, context if scheme == "https" else None) as port:
        transport = make(ca_file=file, limits=PATIENT)
        for count in range(1, 4):
            result = push(transport, f"{scheme}://localhost:{port}/", body=BODY)
            assert isinstance(result, Answer), result
            assert (result.status, result.bytes_sent) == (204, len(BODY))
            assert len(seen) == count
            answered.release()
            assert came.acquire(timeout=5)


@pytest.mark.parametrize("between", [False, True], ids=["at once", "after one that failed"])
def test_the_connection_that_is_made_instead_is_kept(make: Made, *, between: bool) -> None:
    """One that never came about in between, to somebody else, is not taken for the one that was kept."""
    more, came = threading.Semaphore(0), threading.Semaphore(0)
    connections: list[socket.socket] = []

    def say_more_once(connection: socket.socket) -> None:
        connections.append(connection)
        receivers.request_of(connection)
        connection.sendall(NO_CONTENT)
        if len(connections) == 1:
            more.acquire(timeout=5)
            connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
            came.release()
        receivers.answering(NO_CONTENT)(connection)

    with listening(say_more_once) as port, listening(receivers.reset) as other:
        transport = make(limits=PATIENT)
        results = [push(transport, f"http://127.0.0.1:{port}/")]
        more.release()
        assert came.acquire(timeout=5)
        if between:
            assert isinstance(push(transport, f"https://127.0.0.1:{other}/"), Failure)
        results += [push(transport, f"http://127.0.0.1:{port}/") for _ in range(3)]
    assert [each.status for each in results if isinstance(each, Answer)] == [204] * 4
    assert len(connections) == 2
