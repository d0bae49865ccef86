"""A server that starts when it listens, ends what is under way, and leaves signals to the process."""

import asyncio
import http.client
import signal
import socket
import sys
import threading
import time
from contextlib import closing

import pytest
from starlette.types import Receive, Scope, Send

from syndicator.errors import ConfigError, SyndicatorError
from syndicator.web.serve import Server
from tests.unit.web.lifespan import live
from tests.unit.web.served import Served


class Slow:
    """An application whose one request ends when the test says so."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.may_end = threading.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await live(receive, send)
            return
        self.begun.set()
        await asyncio.to_thread(self.may_end.wait, 10)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"4")]})
        await send({"type": "http.response.body", "body": b"done"})


async def broken(scope: Scope, receive: Receive, send: Send) -> None:
    """Cannot start."""
    await receive()
    await send({"type": "lifespan.startup.failed", "message": "no"})


def test_port_0_takes_a_free_one_and_says_which() -> None:
    with Server(Slow(), "127.0.0.1", 0) as server:
        assert server.port > 0
        assert server.url == f"http://127.0.0.1:{server.port}"
        socket.create_connection(("127.0.0.1", server.port), timeout=5).close()


def test_every_answer_says_that_its_type_is_the_one_it_states(served: Served) -> None:
    for path, status in {
        "/": 200,
        "/nowhere": 404,
        "/healthz": 200,
        "/readyz": 200,
        "/metrics": 401,
        "/openapi.json": 200,
        "/static/page.css": 200,
        "/api/v1/endpoints": 401,
        "/api/v1/releases/none": 404,
        "/feeds/all.atom": 200,
        "/feeds/none.atom": 404,
        "/media/none": 404,
        "/.well-known/syndicator-keys.json": 200,
    }.items():
        answer = served.public.get(path)
        told = answer.status, answer.headers.get("x-content-type-options")
        assert told == (status, "nosniff"), path
    with socket.create_connection((served.server.host, served.server.port), timeout=5) as asked:
        asked.sendall(b"nonsense\r\n\r\n")
        assert b"x-content-type-options: nosniff" in asked.makefile("rb").read()


def test_a_request_under_way_ends_before_the_server_does() -> None:
    app = Slow()
    app_server = Server(app, "127.0.0.1", 0)
    app_server.start()
    answers: list[bytes] = []

    def ask() -> None:
        connection = http.client.HTTPConnection(app_server.host, app_server.port, timeout=20)
        connection.request("GET", "/")
        answers.append(connection.getresponse().read())
        connection.close()

    asking = threading.Thread(target=ask)
    asking.start()
    assert app.begun.wait(10)
    stopping = threading.Thread(target=app_server.stop)
    stopping.start()
    app.may_end.set()
    stopping.join(20)
    asking.join(20)
    assert answers == [b"done"]
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((app_server.host, app_server.port), timeout=1).close()


def test_signals_stay_with_the_process() -> None:
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    with Server(Slow(), "127.0.0.1", 0):
        assert (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)) == before


def test_a_taken_port_is_told_with_what_to_do() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        pytest.raises(ConfigError, match="set SYNDICATOR_PORT or SYNDICATOR_HOST to another"),
    ):
        Server(Slow(), "127.0.0.1", taken.getsockname()[1]).start()


def test_an_address_of_another_machine_is_told_with_what_to_do() -> None:
    with pytest.raises(ConfigError) as refused:
        Server(Slow(), "192.0.2.1", 0).start()
    assert str(refused.value) == (
        "cannot listen on 192.0.2.1 port 0: Cannot assign requested address; set SYNDICATOR_HOST to an address of this "
        "machine (and SYNDICATOR_PUBLIC_BASE_URL to match)"
    )


def test_a_name_that_leads_nowhere_is_not_said_to_be_in_use() -> None:
    with pytest.raises(ConfigError, match="set SYNDICATOR_HOST to an address of this machine") as refused:
        Server(Slow(), "no-such-host.invalid", 0).start()
    assert "end what listens" not in str(refused.value)


def test_an_application_that_cannot_start_is_told() -> None:
    server = Server(broken, "127.0.0.1", 0)
    with pytest.raises(SyndicatorError, match="did not start"):
        server.start()
    server.stop()


def test_an_answer_in_two_writes_does_not_wait_for_the_readers_acknowledgement(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "uvloop", None)  # as where it is not installed: asyncio's own loop
    app = Slow()
    app.may_end.set()
    took = []
    with Server(app, "127.0.0.1", 0) as server, closing(http.client.HTTPConnection(server.host, server.port)) as reader:
        for _ in range(40):
            began = time.monotonic()
            reader.request("GET", "/")
            assert reader.getresponse().read() == b"done"
            took.append(time.monotonic() - began)
    assert sorted(took)[10] < 0.03, "delayed acknowledgements take 40 ms"
