"""Both transports under one fixture, and how the tests push through them."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from syndicator.delivery.guard import Guard
from syndicator.delivery.resolver import Answers, Resolver
from syndicator.delivery.transport.curl import CurlTransport
from syndicator.delivery.transport.protocol import Limits, Request, Result, Transport
from syndicator.delivery.transport.requests import RequestsTransport

ALL_PORTS = range(1, 65536)
LIMITS = Limits(connect_timeout_s=0.5, total_timeout_s=0.8)
PATIENT = Limits(connect_timeout_s=30, total_timeout_s=30)
NO_CONTENT = b"HTTP/1.1 204 No Content\r\n\r\n"
Made = Callable[..., Transport]


@pytest.fixture(params=["curl", "requests"])
def make(request: pytest.FixtureRequest) -> Iterator[Made]:
    made: list[Transport] = []

    def transport(
        *,
        lookup: Callable[[str], Answers] | None = None,
        name_threads: int = 512,
        limits: Limits = LIMITS,
        ca_file: Path | None = None,
        in_flight: int = 64,
        per_host: int = 64,
    ) -> Transport:
        resolver = Resolver(lookup, threads=name_threads, remember_s=0) if lookup else None
        guard = Guard(["127.0.0.0/8"], allowed_ports=ALL_PORTS, resolver=resolver)
        kind = CurlTransport if request.param == "curl" else RequestsTransport
        made.append(kind(guard, limits, in_flight=in_flight, per_host=per_host, ca_file=ca_file))
        return made[-1]

    yield transport
    for each in made:
        each.close()


class Results:
    """Collects results as they come."""

    def __init__(self) -> None:
        self.all: list[Result] = []
        self._changed = threading.Condition()

    def __call__(self, _request: Request, result: Result) -> None:
        with self._changed:
            self.all.append(result)
            self._changed.notify_all()

    def wait(self, count: int, timeout_s: float = 5) -> list[Result]:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.all) >= count, timeout_s), self.all
        return self.all


def push(transport: Transport, url: str, *headers: tuple[str, str], body: bytes = b"{}") -> Result:
    results = Results()
    transport.submit(Request(url, headers, body), results)
    return results.wait(1)[0]
