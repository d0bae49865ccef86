"""Nobody is left waiting when a transport closes."""

import socket
import threading
import time
from pathlib import Path

from syndicator.delivery.resolver import Answers
from syndicator.delivery.transport.protocol import Failure, Request
from tests.contract.transport import receivers
from tests.contract.transport.conftest import NO_CONTENT, PATIENT, Made, Results
from tests.contract.transport.receivers import answering, listening


def test_closing_ends_what_is_under_way_or_waits_and_refuses_what_comes_after(make: Made) -> None:
    arrived = threading.Event()

    def hang(connection: socket.socket) -> None:
        arrived.set()
        receivers.hang(connection)

    with listening(hang) as port:
        transport, results = make(limits=PATIENT, in_flight=1), Results()
        for _ in range(3):
            transport.submit(Request(f"http://127.0.0.1:{port}/", (), b""), results)
        assert arrived.wait(5)
        transport.close()
        assert len(results.all) == 3, "nobody is left waiting"
        transport.submit(Request(f"http://127.0.0.1:{port}/", (), b""), results)
    assert [result.phase for result in results.wait(4) if isinstance(result, Failure)] == ["closed"] * 4
    assert transport.in_flight == 0


def test_closing_waits_for_no_handshake(make: Made) -> None:
    arrived = threading.Event()

    def hang(connection: socket.socket) -> None:
        connection.recv(1)
        arrived.set()
        receivers.hang_before_tls(connection)

    with listening(hang) as port:
        transport, results = make(limits=PATIENT), Results()
        transport.submit(Request(f"https://127.0.0.1:{port}/", (), b""), results)
        assert arrived.wait(5)
        started = time.monotonic()
        transport.close()
        took = time.monotonic() - started
    assert [result.phase for result in results.all if isinstance(result, Failure)] == ["closed"]
    assert took < 10, "the handshake would have been waited for 30 s"


def test_closing_waits_for_no_connection(make: Made) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full, socket.create_connection(full.getsockname()):
        port = full.getsockname()[1]  # who calls there now gets no answer at all
        transport, results = make(limits=PATIENT), Results()
        transport.submit(Request(f"http://127.0.0.1:{port}/", (), b""), results)
        ends = time.monotonic() + 10
        while not calling(port):
            assert time.monotonic() < ends, "it does not connect"
            time.sleep(0.01)
        started = time.monotonic()
        transport.close()
        took = time.monotonic() - started
    assert [result.phase for result in results.all if isinstance(result, Failure)] == ["closed"]
    assert took < 10, "the connection would have been waited for 30 s"


def calling(port: int) -> bool:
    """Whether anybody is still trying to connect there."""
    wanted = f"0100007F:{port:04X} 02 "  # SYN_SENT
    return wanted in Path("/proc/net/tcp").read_text()


def test_closing_waits_for_no_name(make: Made) -> None:
    asked, answer = threading.Event(), threading.Event()

    def lookup(_host: str) -> Answers:
        asked.set()
        answer.wait(20)
        return ("127.0.0.1",)

    transport, results = make(limits=PATIENT, lookup=lookup), Results()
    transport.submit(Request("http://slow.example/", (), b""), results)
    assert asked.wait(5)
    started = time.monotonic()
    transport.close()
    took = time.monotonic() - started
    answer.set()
    assert [result.phase for result in results.all if isinstance(result, Failure)] == ["closed"]
    assert took < 10, "the lookup would have taken 20 s"


def test_every_request_is_done_once_however_a_close_meets_it(make: Made) -> None:
    with listening(answering(NO_CONTENT)) as port:
        for _ in range(20):
            transport, results = make(), Results()
            closing = threading.Thread(target=transport.close)
            for number in range(40):
                if number == 20:
                    closing.start()
                transport.submit(Request(f"http://127.0.0.1:{port}/", (), b""), results)
            closing.join()
            results.wait(40)
            assert len(results.all) == 40
            assert transport.in_flight == 0
