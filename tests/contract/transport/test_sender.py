"""The process that curl sends from: it ends with its worker, comes back when it dies, and holds no secret."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from queue import SimpleQueue

import psutil
import pytest
from structlog.testing import capture_logs

from syndicator.delivery.guard import Guard
from syndicator.delivery.transport.child import Child
from syndicator.delivery.transport.curl import CurlTransport
from syndicator.delivery.transport.protocol import Answer, Failure, Request
from syndicator.delivery.transport.wire import Order, Outcome, Terms
from tests.contract.transport import receivers
from tests.contract.transport.conftest import ALL_PORTS, NO_CONTENT, PATIENT, Results, push
from tests.contract.transport.receivers import answering, listening

ROOT = Path(__file__).parents[3]
WORKER = """
import time
from syndicator.delivery.guard import Guard
from syndicator.delivery.transport.curl import CurlTransport
from syndicator.delivery.transport.protocol import Limits
transport = CurlTransport(Guard(), Limits())
transport.start()
print("started", flush=True)
time.sleep(60)
"""


def curl() -> CurlTransport:
    transport = CurlTransport(Guard(["127.0.0.0/8"], allowed_ports=ALL_PORTS), PATIENT)
    transport.start()
    return transport


def sender(worker: int | None = None) -> psutil.Process:
    """The only one that this process, or another, has started and not ended; waits until it has."""
    ends = time.monotonic() + 10
    while time.monotonic() < ends:
        found = [each for each in psutil.Process(worker).children() if "transport.sender" in " ".join(each.cmdline())]
        if len(found) == 1:
            return found[0]
        time.sleep(0.01)
    pytest.fail("there is not one sender")


def test_what_a_dead_sender_had_comes_back_and_another_one_goes_on() -> None:
    hanging = receivers.Busy()
    with curl() as transport, listening(hanging) as slow, listening(answering(NO_CONTENT)) as quick:
        results, first = Results(), sender()
        for _ in range(3):
            transport.submit(Request(f"http://127.0.0.1:{slow}/", (), b"held"), results)
            assert hanging.arrived.acquire(timeout=10)
        first.kill()
        assert results.wait(3) == [Failure("closed", "the sender process ended")] * 3
        assert transport.in_flight == 0
        assert isinstance(push(transport, f"http://127.0.0.1:{quick}/"), Answer)
        assert sender().pid != first.pid
        hanging.release.set()


def test_the_one_that_comes_after_knows_the_body_that_the_first_one_was_told() -> None:
    seen: list[bytes] = []
    body = b"one release for all"
    with curl() as transport, listening(answering(NO_CONTENT, seen)) as port:
        for _ in range(2):
            results = Results()
            transport.submit(Request(f"http://127.0.0.1:{port}/", (), body), results)
            assert isinstance(results.wait(1)[0], Answer)
            gone = sender()
            gone.kill()
            gone.wait(10)
    assert [request.endswith(b"\r\n\r\n" + body) for request in seen] == [True, True]


def test_no_request_leaves_for_another_address_than_the_vetted_one() -> None:
    """Whatever led libcurl there, the sender looks at who is at the other end."""
    seen: list[bytes] = []
    outcomes: SimpleQueue[Sequence[Outcome]] = SimpleQueue()
    terms = Terms(5.0, 5.0, 5.0, 65_536, 2048, 10, 10, [], "")
    child = Child(terms, outcomes.put, lambda: None)
    with listening(answering(NO_CONTENT, seen)) as port:
        for address in ("127.0.0.1", "93.184.216.34"):
            pinned = f"news.example:{port}:127.0.0.1:{port}"
            order: Order = (7, "news.example", f"http://news.example:{port}/", address, pinned, [], 0.0)
            child.send(b"for nobody else", [order])
            ((number, phase, reason, *_),) = outcomes.get(timeout=10)
            if address == "127.0.0.1":
                assert (number, phase) == (7, 204), "it was vetted, whoever allowed that"
            else:
                assert (number, phase, reason) == (7, "guard", "127.0.0.1 is no public address")
        child.end()
    assert len(seen) == 1


def test_where_it_cannot_start_requests_wait_until_it_can(monkeypatch: pytest.MonkeyPatch) -> None:
    results = Results()
    with CurlTransport(Guard(["127.0.0.0/8"], allowed_ports=ALL_PORTS), PATIENT) as transport:
        with monkeypatch.context() as broken, listening(answering(NO_CONTENT)) as port, capture_logs() as logs:
            broken.setattr(sys, "executable", "/nowhere/python")
            transport.submit(Request(f"http://127.0.0.1:{port}/", (), b""), results)
            while len(logs) < 2:  # it tries again
                time.sleep(0.01)
            assert {each["event"] for each in logs} == {"nothing can be sent: its process does not start"}
            assert transport.in_flight == 1
            broken.undo()
            assert isinstance(results.wait(1)[0], Answer)
        with monkeypatch.context() as broken:
            sender().kill()
            broken.setattr(sys, "executable", "/nowhere/python")
            transport.submit(Request("http://127.0.0.1:9/", (), b""), results)
            transport.close()
        assert isinstance(results.wait(2)[1], Failure), "closing leaves nobody waiting"


def test_signals_for_the_whole_terminal_leave_it_to_the_worker() -> None:
    with curl() as transport, listening(answering(NO_CONTENT)) as port:
        assert isinstance(push(transport, f"http://127.0.0.1:{port}/"), Answer), "it has started"
        before = sender()
        for number in (signal.SIGINT, signal.SIGTERM):
            before.send_signal(number)
        assert isinstance(push(transport, f"http://127.0.0.1:{port}/"), Answer)
        assert sender().pid == before.pid


def test_it_holds_no_secret_of_the_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNDICATOR_OPERATOR_TOKEN", "a-secret")
    with curl():
        told = sender()
        assert "a-secret" not in " ".join([*told.environ().values(), *told.cmdline()])
        assert set(told.environ()) <= {"PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "TZ"}


def test_it_ends_when_its_worker_is_killed() -> None:
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER], stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    assert worker.stdout is not None
    assert worker.stdout.readline() == "started\n"
    told = sender(worker.pid)
    worker.kill()
    worker.wait()
    worker.stdout.close()
    told.wait(10)
    assert not told.is_running()


def test_closing_leaves_no_process() -> None:
    with curl():
        told = sender()
    assert not told.is_running()
