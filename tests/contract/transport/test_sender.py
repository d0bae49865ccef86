"""The process that curl sends from: it ends with its worker, comes back when it dies, and holds no secret."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from queue import SimpleQueue

import psutil
import pytest
from structlog.testing import capture_logs

from syndicator.delivery.guard import Guard
from syndicator.delivery.transport.child import Child
from syndicator.delivery.transport.curl import CurlTransport
from syndicator.delivery.transport.protocol import Answer, Failure, Limits, Request
from syndicator.delivery.transport.turns import LATE_S
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
NONSENSE = """#!{python}
import socket, sys, time
socket.socket(fileno=int(sys.argv[-1])).sendall(bytes.fromhex("{nonsense}"))
time.sleep(60)
"""

WITH_FEW_FILES = """
import collections, queue, resource, sys
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
from syndicator.delivery.guard import Guard
from syndicator.delivery.transport.curl import CurlTransport
from syndicator.delivery.transport.protocol import Limits, Request
urls, done = sys.argv[1:], queue.SimpleQueue()
with CurlTransport(Guard(["127.0.0.0/8"], allowed_ports=range(65536)), Limits(longest_wait_s=30), per_host=100) as made:
    for url in urls:
        made.submit(Request(url, (), b"{}"), lambda _, result: done.put(result))
    came = [done.get(timeout=30) for _ in urls]
print(collections.Counter(getattr(each, "status", None) or each.phase for each in came))
"""


def curl() -> CurlTransport:
    transport = quick()
    transport.start()
    return transport


def quick(longest_wait_s: float = 5.0, limits: Limits = PATIENT) -> CurlTransport:
    limits = replace(limits, longest_wait_s=min(longest_wait_s, limits.longest_wait_s))
    return CurlTransport(Guard(["127.0.0.0/8"], allowed_ports=ALL_PORTS), limits)


def sender(worker: int | None = None) -> psutil.Process:
    """The only one that this process, or another, has started and not ended; waits until it has."""
    ends = time.monotonic() + 10
    while time.monotonic() < ends:
        found = [each for each in psutil.Process(worker).children() if is_sender(each)]
        if len(found) == 1:
            return found[0]
        time.sleep(0.01)
    pytest.fail("there is not one sender")


def is_sender(process: psutil.Process) -> bool:
    try:
        return "transport.sender" in " ".join(process.cmdline())
    except psutil.Error:  # it has ended
        return False


def test_what_a_dead_sender_had_comes_back_and_another_one_goes_on() -> None:
    hanging = receivers.Busy()
    with curl() as transport, listening(hanging) as slow, listening(answering(NO_CONTENT)) as quick:
        results, first = Results(), sender()
        for _ in range(3):
            transport.submit(Request(f"http://127.0.0.1:{slow}/", (), b"held"), results)
            assert hanging.arrived.acquire(timeout=10)
        first.kill()
        assert results.wait(3) == [Failure("lost", "the process that sent it ended")] * 3
        assert transport.in_flight == 0
        assert isinstance(push(transport, f"http://127.0.0.1:{quick}/"), Answer)
        assert sender().pid != first.pid
        hanging.release.set()


def test_a_sender_that_stood_still_sends_nothing_that_has_waited_for_too_long() -> None:
    """As where a container is paused: its deliveries were given back by then, and newer versions sent."""
    hanging = receivers.Busy()
    limits = replace(PATIENT, longest_wait_s=0.3)
    transport = CurlTransport(Guard(["127.0.0.0/8"], allowed_ports=ALL_PORTS), limits, per_host=1)
    with transport, listening(hanging) as port:
        results = Results()
        transport.submit(Request(f"http://127.0.0.1:{port}/", (), b"first"), results)
        assert hanging.arrived.acquire(timeout=10)
        stopped = sender()
        stopped.suspend()
        transport.submit(Request(f"http://127.0.0.1:{port}/", (), b"waits for its turn"), results)
        hanging.release.set()  # the answer that makes room is there as it goes on
        time.sleep(2 * limits.longest_wait_s + LATE_S)
        stopped.resume()
        came = {type(each): each for each in results.wait(2)}
    late = came[Failure]
    assert isinstance(late, Failure)
    assert (late.phase, late.bytes_sent) == ("busy", 0)
    assert isinstance(came[Answer], Answer)
    assert not hanging.arrived.acquire(blocking=False)


def test_the_one_that_comes_after_knows_the_body_that_the_first_one_was_told() -> None:
    seen: list[bytes] = []
    body = b"one release for all"
    with curl() as transport, listening(answering(NO_CONTENT, seen)) as port:
        for _ in range(2):
            ends = time.monotonic() + 10
            while not isinstance(push(transport, f"http://127.0.0.1:{port}/", body=body), Answer):
                assert time.monotonic() < ends, "no other one goes on"  # the first may go to the one that was killed
            gone = sender()
            gone.kill()
            gone.wait(10)
    assert {request.endswith(b"\r\n\r\n" + body) for request in seen} == {True}
    assert len(seen) == 2


def test_no_request_leaves_for_another_address_than_the_vetted_one() -> None:
    """Whatever led libcurl there, the sender looks at who is at the other end."""
    seen: list[bytes] = []
    outcomes: SimpleQueue[Sequence[Outcome]] = SimpleQueue()
    terms = Terms(5.0, 5.0, 5.0, 65_536, 2048, 10, 10, [], "")
    long_ago = time.monotonic() - terms.longest_wait_s - LATE_S  # until it works nobody waits for a turn
    child = Child(terms, outcomes.put, lambda: None)
    assert outcomes.get(timeout=10) == [], "it says that it works"
    with listening(answering(NO_CONTENT, seen)) as port:
        for address in ("127.0.0.1", "93.184.216.34"):
            pinned = f"news.example:{port}:127.0.0.1:{port}"
            order: Order = (
                7,
                "news.example",
                f"http://news.example:{port}",
                "/",
                [(address, pinned)],
                [],
                0.0,
                long_ago,
            )
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
    with quick() as transport, listening(answering(NO_CONTENT)) as port, capture_logs() as logs:
        monkeypatch.setattr(sys, "executable", "/nowhere/python")
        began = time.monotonic()
        transport.submit(Request(f"http://127.0.0.1:{port}/", (), b""), results)
        ends = time.monotonic() + 10
        while (tries := [each["event"] for each in logs].count("nothing can be sent: its process does not start")) < 2:
            assert time.monotonic() < ends, "it does not try again"
            transport.start()  # whatever it is asked for meanwhile
            time.sleep(0.01)
        assert tries <= 1 + (time.monotonic() - began), "it tries again and again"
        assert transport.in_flight == 1
        monkeypatch.undo()
        assert isinstance(results.wait(1)[0], Answer)


@pytest.mark.parametrize("program", ["/nowhere/python", shutil.which("false")])
def test_where_none_can_be_had_nobody_waits_longer_than_agreed(program: str, monkeypatch: pytest.MonkeyPatch) -> None:
    results = Results()
    with quick(longest_wait_s=0.3) as transport, capture_logs() as logs:
        monkeypatch.setattr(sys, "executable", program)
        transport.submit(Request("http://127.0.0.1:9/", (), b""), results)
        assert results.wait(1) == [Failure("busy", "the process that sends does not start")]
        told = {each["event"] for each in logs if each["log_level"] == "error"}
        assert told & {"nothing can be sent: its process does not start", "the process that sends has ended"}
        transport.submit(Request("http://127.0.0.1:9/", (), b""), results)
        transport.close()
    assert [type(each) for each in results.all] == [Failure, Failure], "closing leaves nobody waiting"


@pytest.mark.parametrize("nonsense", ["ffffffff", "00000001ff", "00000005" + "5b01000000"])
def test_one_that_is_not_understood_is_replaced(nonsense: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "nonsense"
    program.write_text(NONSENSE.format(python=sys.executable, nonsense=nonsense))
    program.chmod(0o700)
    with quick() as transport, listening(answering(NO_CONTENT)) as port, capture_logs() as logs:
        with monkeypatch.context() as patch:
            patch.setattr(sys, "executable", str(program))
            assert isinstance(push(transport, f"http://127.0.0.1:{port}/"), Failure)
        assert "the process that sends is not understood" in {each["event"] for each in logs}
        assert isinstance(push(transport, f"http://127.0.0.1:{port}/"), Answer)


def test_one_that_stands_still_is_replaced() -> None:
    limits = Limits(connect_timeout_s=0.1, total_timeout_s=0.1, longest_wait_s=0.1)
    with quick(limits=limits) as transport, listening(answering(NO_CONTENT)) as port:
        assert isinstance(push(transport, f"http://127.0.0.1:{port}/"), Answer)
        still = sender()
        still.suspend()
        results = Results()
        transport.submit(Request(f"http://127.0.0.1:{port}/", (), b""), results)
        assert results.wait(1, timeout_s=20) == [Failure("lost", "the process that sent it ended")]
        assert not still.is_running()


def more_than_any_buffer_holds(transport: CurlTransport, results: Results) -> None:
    for number in range(100):
        transport.submit(Request("http://127.0.0.1:9/", (), bytes(100_000) + bytes([number])), results)


def test_one_that_takes_nothing_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Long before all that it has could be done: nothing is handed over meanwhile, to it or another one."""
    monkeypatch.setattr("syndicator.delivery.transport.child._PATIENCE_S", 1)
    results = Results()
    with quick(limits=replace(PATIENT, total_timeout_s=600)) as transport, listening(answering(NO_CONTENT)) as port:
        assert isinstance(push(transport, f"http://127.0.0.1:{port}/"), Answer), "it works"
        still = sender()
        still.suspend()
        more_than_any_buffer_holds(transport, results)
        phases = {each.phase for each in results.wait(100, timeout_s=20) if isinstance(each, Failure)}
        assert phases in ({"lost"}, {"lost", "connect"}), "what was not handed over yet goes to the next one"
        assert not still.is_running()


def test_closing_waits_for_none_that_stands_still(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("syndicator.delivery.transport.child._PATIENCE_S", 20)
    results = Results()
    with quick() as transport:
        transport.start()
        still = sender()
        still.suspend()
        more_than_any_buffer_holds(transport, results)
        started = time.monotonic()
        transport.close()
        took = time.monotonic() - started
    assert took < 15, "what it does not take would have been waited for 20 s"
    assert {each.phase for each in results.all if isinstance(each, Failure)} == {"closed"}
    assert len(results.all) == 100
    assert not still.is_running()


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
        assert not [name for name in told.environ() if "SYNDICATOR" in name]


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


def test_a_system_that_gives_few_descriptors_is_no_fault_of_the_receivers() -> None:
    """Those under way and those kept, of whichever host, share what there is."""

    def slow(connection: socket.socket) -> None:
        while receivers.request_of(connection):
            receivers.DRIP.wait(0.05)
            connection.sendall(NO_CONTENT)

    with ExitStack() as open_ones:
        ports = [open_ones.enter_context(listening(slow)) for _ in range(20)]
        urls = [f"http://127.0.0.1:{port}/" for port in ports] * 7
        program = [sys.executable, "-c", WITH_FEW_FILES, *urls]
        told = subprocess.run(program, capture_output=True, text=True, timeout=60, check=True).stdout
    assert told == "Counter({204: 140})\n"
