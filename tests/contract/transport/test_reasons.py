"""What the attempt log and ``endpoint verify`` say of a failure: how far it got, and words for who has to mend it."""

import re
import socket
import threading
from http.client import BadStatusLine, RemoteDisconnected
from pathlib import Path
from ssl import SSLZeroReturnError

import pytest
import requests

from syndicator.delivery.transport.protocol import Failure
from syndicator.delivery.transport.reasons import reason_of
from tests.contract.transport import receivers
from tests.contract.transport.conftest import Made, push
from tests.contract.transport.receivers import Handler, answering, listening

INSIDES = re.compile(r"Error\(|0x[0-9a-f]{6}|Pool\(|_ssl\.c|retries|\[Errno|Remote(Disc|\w+\()|\w+Read\(|StatusLine")


def answers_nothing(connection: socket.socket) -> None:
    receivers.request_of(connection)


@pytest.mark.parametrize(
    ("handle", "phase"),
    [
        (answers_nothing, "answer"),
        (receivers.reset_after_reading, "answer"),
        (receivers.break_off, "answer"),
        (receivers.hang, "timeout"),
        (answering(b"SSH-2.0-OpenSSH_9\r\n"), "answer"),
        (answering(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n"), "answer"),
    ],
    ids=["nothing", "reset", "too short", "hangs", "no HTTP", "no chunks"],
)
def test_what_a_receiver_did_is_told_in_words(make: Made, handle: Handler, phase: str) -> None:
    with listening(handle) as port:
        result = push(make(), f"http://127.0.0.1:{port}/")
    assert isinstance(result, Failure)
    assert result.phase == phase
    assert_words(result.reason)


@pytest.mark.parametrize(
    "answer",
    [
        b"http/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
        b"Http/1.1 101 Switching Protocols\r\n\r\n",
        b"HTTP/1.1 103 Early Hints\r\n\r\nhttp/1.1 200 OK\r\n\r\n",
    ],
    ids=["an answer", "another protocol", "after an interim one"],
)
def test_an_answer_in_small_letters_is_none_and_ends_the_attempt_at_once(make: Made, answer: bytes) -> None:
    """RFC 9112, section 2.3: the name of the protocol is case-sensitive."""
    with listening(receivers.cut_short(answer, threading.Event())) as port:
        result = push(make(), f"http://127.0.0.1:{port}/")
    assert isinstance(result, Failure)
    assert result.phase == "answer"
    assert re.fullmatch(r"what came is no answer of HTTP/1: 'http/1.1 \d.*", result.reason, re.IGNORECASE), (
        result.reason
    )


def test_what_one_receiver_said_is_no_reason_of_the_next(make: Made) -> None:
    """One attempt after the other is made with the same parts."""
    with (
        listening(receivers.answering(b"http/1.1 200 OK\r\n\r\n")) as port,
        listening(receivers.reset_after_reading) as silent,
    ):
        transport = make()
        push(transport, f"http://127.0.0.1:{port}/")
        result = push(transport, f"http://127.0.0.1:{silent}/")
    assert isinstance(result, Failure)
    assert "http/1" not in result.reason.lower()


def test_so_is_a_connection_that_does_not_come_about(make: Made) -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))  # and does not listen
        result = push(make(), f"http://127.0.0.1:{reserved.getsockname()[1]}/")
    assert isinstance(result, Failure)
    assert result.phase == "connect"
    assert "127.0.0.1" in result.reason
    assert_words(result.reason)


@pytest.mark.parametrize(
    ("name", "days", "trusted", "word"),
    [
        ("localhost", 1, False, "certificate"),
        ("localhost", -1, True, "expired"),
        ("elsewhere.example", 1, True, "localhost"),
    ],
    ids=["signed by itself", "expired", "another name"],
)
def test_so_is_a_certificate(make: Made, tmp_path: Path, name: str, days: int, *, trusted: bool, word: str) -> None:
    context, file = receivers.certificate(tmp_path, name, days)
    with listening(answering(b""), context) as port:
        result = push(make(ca_file=file if trusted else None), f"https://localhost:{port}/")
    assert isinstance(result, Failure)
    assert result.phase == "tls"
    assert word in result.reason
    assert_words(result.reason)


def read_and_reset(connection: socket.socket) -> None:
    connection.recv(1)
    receivers.reset(connection)


def read_and_close(connection: socket.socket) -> None:
    connection.recv(65_536)


def speak_no_tls(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    connection.recv(65_536)


@pytest.mark.parametrize("handle", [read_and_reset, read_and_close, speak_no_tls], ids=lambda handle: handle.__name__)
def test_so_is_a_handshake_that_breaks_off(make: Made, handle: Handler) -> None:
    with listening(handle) as port:
        result = push(make(), f"https://127.0.0.1:{port}/")
    assert isinstance(result, Failure)
    assert result.phase == "tls"
    assert_words(result.reason)


def assert_words(reason: str) -> None:
    assert reason
    assert INSIDES.search(reason) is None, reason


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (RemoteDisconnected("the head of the answer breaks off"), "the head of the answer breaks off"),
        (BadStatusLine("SSH-2.0"), "what came is no answer of HTTP/1: 'SSH-2.0'"),
        (
            SSLZeroReturnError(6, "TLS/SSL connection has been closed (EOF) (_ssl.c:992)"),
            "no TLS: the connection was closed",
        ),
        (ValueError("x" * 400), "x" * 300),
    ],
    ids=["nothing more came", "another protocol", "TLS that ends", "many words"],
)
def test_what_came_is_told_in_few_words(error: Exception, told: str) -> None:
    assert reason_of(requests.exceptions.ConnectionError(error), "127.0.0.1") == told
