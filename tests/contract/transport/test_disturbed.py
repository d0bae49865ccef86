"""Whoever submitted is told, whatever goes wrong on this side."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from syndicator.delivery.guard import Guard
from syndicator.delivery.resolver import Answers, Resolver
from syndicator.delivery.transport.curl import CurlTransport
from syndicator.delivery.transport.protocol import Answer, Failure, Request, Result
from syndicator.delivery.transport.requests import RequestsTransport
from tests.contract.transport.conftest import ALL_PORTS, LIMITS, NO_CONTENT, Made, Results, push
from tests.contract.transport.receivers import answering, listening


class Stumbling(RequestsTransport):
    """Meets an error of a kind that nobody foresaw, as often as it is told to."""

    times = 0

    def _sent(self, *args: object) -> Result:
        if self.times:
            self.times -= 1
            raise AttributeError("'NoneType' object has no attribute 'settimeout'")
        return super()._sent(*args)  # type: ignore[arg-type]  # handed on as they came


class Forgetful(Resolver):
    """Stumbles over what it knows of one name."""

    def known(self, host: str) -> Answers | None:
        if host == "odd.test":
            raise RuntimeError("dictionary changed size during iteration")
        return ("127.0.0.1",)


@contextmanager
def no_more_threads() -> Iterator[None]:
    """The system has no room for the stack of another one."""
    before = threading.stack_size(1 << 46)
    try:
        yield
    finally:
        threading.stack_size(before)


def test_an_error_that_nobody_foresaw_is_told_and_costs_no_place() -> None:
    guard = Guard(["127.0.0.0/8"], allowed_ports=ALL_PORTS)
    with listening(answering(NO_CONTENT)) as port, Stumbling(guard, LIMITS, in_flight=1) as transport:
        transport.times = 2
        url = f"http://127.0.0.1:{port}/"
        for _ in range(2):
            result = push(transport, url)
            assert isinstance(result, Failure)
            assert result.phase == "lost", "it may have arrived"
            assert "settimeout" in result.reason
        assert transport.in_flight == 0
        assert isinstance(push(transport, url), Answer)


@pytest.mark.parametrize("name", ["127.0.0.1", "desk.test"])
def test_where_no_thread_is_to_be_had_all_is_sent_later_or_told(make: Made, name: str) -> None:
    results = Results()
    with listening(answering(NO_CONTENT)) as port:
        transport = make(lookup=lambda _: ("127.0.0.1",))
        request = Request(f"http://{name}:{port}/", (), b"")
        with no_more_threads():
            with pytest.raises(RuntimeError, match="thread"):
                threading.Thread(target=str).start()
            for _ in range(3):
                transport.submit(request, results)
        assert isinstance(push(transport, request.url), Answer), "it goes on once there are some again"
        results.wait(3, timeout_s=10)
        assert transport.in_flight == 0


@pytest.mark.parametrize("kind", [CurlTransport, RequestsTransport])
def test_a_url_that_cannot_be_judged_is_not_sent_to_and_costs_the_others_nothing(
    kind: type[CurlTransport | RequestsTransport],
) -> None:
    guard = Guard(["127.0.0.0/8"], allowed_ports=ALL_PORTS, resolver=Forgetful())
    with listening(answering(NO_CONTENT)) as port, kind(guard, LIMITS) as transport:
        result = push(transport, f"http://odd.test:{port}/")
        assert isinstance(result, Failure)
        assert result.phase == "guard"
        assert "changed size" in result.reason
        assert isinstance(push(transport, f"http://desk.test:{port}/"), Answer)
        assert transport.in_flight == 0


def test_a_lookup_that_breaks_in_a_way_nobody_foresaw_is_told_and_tried_anew(make: Made) -> None:
    errors = iter([SystemError("getaddrinfo returned a result with an error set")])

    def lookup(_: str) -> Answers:
        for error in errors:
            raise error
        return ("127.0.0.1",)

    with listening(answering(NO_CONTENT)) as port:
        transport = make(lookup=lookup)
        result = push(transport, f"http://desk.test:{port}/")
        assert isinstance(result, Failure)
        assert (result.phase, "error set" in result.reason) == ("dns", True)
        assert isinstance(push(transport, f"http://desk.test:{port}/"), Answer)
