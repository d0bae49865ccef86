"""A process that is told to end does not first send its whole backlog."""

import signal
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.contract.house.newsroom import Newsroom
from tests.e2e.conftest import EXAMPLE, Machine, client, ready, until

BACKLOG = 12
SLOW_S = 1.0


@pytest.fixture(autouse=True)
def hung_up_on() -> Iterator[None]:
    """The processes hear SIGHUP, also where the tests were started by nohup, which hands on that nobody does."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.mark.parametrize(
    ("size", "by"),
    [
        ("embedded", signal.SIGTERM),
        ("embedded", signal.SIGHUP),
        ("scaled out", signal.SIGTERM),
        ("scaled out", signal.SIGHUP),
        ("scaled out", signal.SIGINT),
    ],
)
def test_a_backlog_is_left_to_who_comes_next(
    make_machine: Callable[..., Machine], size: str, by: signal.Signals, request: pytest.FixtureRequest
) -> None:
    with Newsroom() as newsroom:
        newsroom.body = slowly
        machine = make_machine(SYNDICATOR_IN_FLIGHT="1", **(shared(request) if size == "scaled out" else {}))
        if size == "scaled out":
            assert machine.call("migrate").returncode == 0
            machine.start("web")
        working = machine.start("worker" if size == "scaled out" else "run")
        until(lambda: ready(machine), machine, "the service is ready")
        client(machine).post("/api/v1/endpoints", {"url": newsroom.url})
        for number in range(BACKLOG):
            client(machine).submit(EXAMPLE.read_bytes(), f"key-{number}")
        until(lambda: len(newsroom.requests) >= 2, machine, "it sends one after the other")
        begun = len(newsroom.requests)
        assert working.stop(by) == 0
        assert len(newsroom.requests) <= begun + 1 < BACKLOG
        assert [each.stop(by) for each in machine.started if each is not working] in ([], [0])
        assert [line for line in machine.logs().splitlines() if line and not line.startswith("{")] == []


def slowly(_: Any) -> bytes:
    time.sleep(SLOW_S)  # the receiver's own time
    return b""


def shared(request: pytest.FixtureRequest) -> dict[str, str]:
    return {
        "SYNDICATOR_DATABASE_URL": request.getfixturevalue("postgres_url"),
        "SYNDICATOR_BROKER_URL": request.getfixturevalue("redis_url"),
        "SYNDICATOR_SEALING_KEYS": "k1:" + "A" * 43 + "=",
        "SYNDICATOR_SIGNING_KEY": "whsk_" + "B" * 43 + "=",
    }
