"""The process that curl sends from: it ends with its worker, comes back when it dies, and holds no secret."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from queue import SimpleQueue

import psutil
import pytest

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
print("started", flush=True)
time.sleep(60)
"""


def curl() -> CurlTransport:
    return CurlTransport(Guard(["127.0.0.0/8"], allowed_ports=ALL_PORTS), PATIENT)


def sender(worker: int | None = None) -> psutil.Process:
    """The only one that this process, or another, has started and not ended."""
    (child,) = [each for each in psutil.Process(worker).children() if "transport.sender" in " ".join(each.cmdline())]
    return child


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
