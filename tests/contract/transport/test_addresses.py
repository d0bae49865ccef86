"""Names with several addresses, not all of which can be connected to from here."""

import socket
import time
from pathlib import Path

from syndicator.delivery.transport.choice import chosen
from syndicator.delivery.transport.protocol import Answer, Failure, Limits
from tests.contract.transport import receivers
from tests.contract.transport.conftest import NO_CONTENT, Made, push
from tests.contract.transport.receivers import answering, listening

HERE, DEAD = "127.0.0.1", "127.0.0.2"
BOTH = (DEAD, HERE)
ENOUGH = 8  # which one is tried first is chance


def test_where_one_address_cannot_be_reached_another_is_within_the_same_attempt(make: Made) -> None:
    seen: list[bytes] = []
    with listening(answering(NO_CONTENT, seen)) as port:
        transport = make(lookup=lambda _host: BOTH)
        results = [push(transport, f"http://news.example:{port}/") for _ in range(ENOUGH)]
    told = [(each.status, each.address, each.bytes_sent) for each in results if isinstance(each, Answer)]
    assert told == [(204, HERE, 2)] * ENOUGH, results
    assert len(seen) == ENOUGH


def test_an_address_that_says_nothing_leaves_the_other_one_its_time(make: Made, tmp_path: Path) -> None:
    limits = Limits(connect_timeout_s=0.5, total_timeout_s=30)
    context, file = receivers.certificate(tmp_path, "news.example")
    with listening(answering(NO_CONTENT), context) as port, socket.create_server((DEAD, port)):
        transport = make(lookup=lambda _host: BOTH, limits=limits, ca_file=file)
        results = [push(transport, f"https://news.example:{port}/") for _ in range(ENOUGH)]
    assert {each.address for each in results if isinstance(each, Answer)} == {HERE}
    assert all(isinstance(each, Answer) for each in results), results
    assert max(each.duration_s for each in results) >= 0.5, "the time of both is told"


def test_all_addresses_share_the_deadline(make: Made) -> None:
    limits = Limits(connect_timeout_s=1, total_timeout_s=1.5)
    with listening(receivers.hang_before_tls) as port, socket.create_server((DEAD, port)):
        started = time.monotonic()
        result = push(make(lookup=lambda _host: BOTH, limits=limits), f"https://news.example:{port}/")
        took = time.monotonic() - started
    assert isinstance(result, Failure)
    assert 1.4 < result.duration_s <= took
    assert result.duration_s < 1.9, "each with its own time would have taken two seconds"


def test_each_address_that_could_not_be_reached_is_told(make: Made) -> None:
    with socket.socket() as reserved:
        reserved.bind(("", 0))  # and does not listen
        port = reserved.getsockname()[1]
        transport = make(lookup=lambda _host: BOTH)
        result = push(transport, f"http://news.example:{port}/")
        other = push(transport, f"http://{HERE}:{port}/")
    assert isinstance(result, Failure)
    assert (result.phase, result.bytes_sent) == ("connect", 0)
    assert HERE in result.reason
    assert DEAD in result.reason
    assert isinstance(other, Failure)
    assert DEAD not in other.reason, "that is another one's"


def test_what_a_receiver_does_that_was_reached_is_not_tried_again_elsewhere(make: Made, tmp_path: Path) -> None:
    context, _ = receivers.certificate(tmp_path, "elsewhere.example")
    with listening(answering(NO_CONTENT), context) as port:
        transport = make(lookup=lambda _host: BOTH)
        results = [push(transport, f"https://news.example:{port}/") for _ in range(ENOUGH)]
    assert {(each.phase, each.address) for each in results if isinstance(each, Failure)} == {("tls", HERE)}


def test_the_second_address_is_of_the_other_family() -> None:
    four, six = {f"192.0.2.{n}" for n in range(5)}, {f"2001:db8::{n}" for n in range(5)}
    for _ in range(50):
        first, second = chosen((*six, *four))
        assert (first in four, second in six) == (True, True)
        assert len({*chosen(tuple(four))}) == len({*chosen(tuple(six))}) == 2
    assert chosen(("192.0.2.1",)) == ("192.0.2.1",)
