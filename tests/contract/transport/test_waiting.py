"""Nobody waits for a turn for longer than agreed, and a host that hangs keeps only its share of the places."""

import time
from dataclasses import replace

from syndicator.delivery.transport.protocol import Answer, Failure, Request
from tests.contract.transport import receivers
from tests.contract.transport.conftest import NO_CONTENT, PATIENT, Made, Results, push
from tests.contract.transport.receivers import answering, listening

WAIT_S = 0.3
LIMITS = replace(PATIENT, longest_wait_s=WAIT_S)


def test_more_for_a_host_that_hangs_than_it_has_places_for_come_back_busy(make: Made) -> None:
    hanging = receivers.Busy()
    with listening(hanging) as slow, listening(answering(NO_CONTENT)) as quick:
        transport, results = make(limits=LIMITS, in_flight=16, per_host=2), Results()
        push(transport, f"http://127.0.0.1:{quick}/")  # what sends has started
        started = time.monotonic()
        for _ in range(16):
            transport.submit(Request(f"http://127.0.0.1:{slow}/", (), b""), results)
        assert isinstance(push(transport, f"http://127.0.0.1:{quick}/"), Answer)
        busy = list(results.wait(14))
        assert WAIT_S <= time.monotonic() - started < WAIT_S + 5
        assert {(type(each), each.phase, each.reason) for each in busy if isinstance(each, Failure)} == {
            (Failure, "busy", "requests under way: 2 to its host, 2 in all")
        }
        assert (len(busy), transport.in_flight) == (14, 2)
        assert isinstance(push(transport, f"http://127.0.0.1:{quick}/"), Answer)
        hanging.release.set()
        assert all(isinstance(each, Answer) for each in results.wait(16)[14:])
        assert isinstance(push(transport, f"http://127.0.0.1:{slow}/"), Answer), "its places are free again"
    assert hanging.most == 2


def test_those_that_come_later_wait_as_long_as_those_before_them(make: Made) -> None:
    """The first look at who has waited for too long is not the last one."""
    hanging = receivers.Busy()
    with listening(hanging) as slow:
        transport, results = make(limits=LIMITS, in_flight=8, per_host=1), Results()
        for count in (1, 2, 3):
            transport.submit(Request(f"http://127.0.0.1:{slow}/", (), b""), results)
            if count == 1:
                assert hanging.arrived.acquire(timeout=5)
                continue
            started = time.monotonic()
            results.wait(count - 1)
            assert time.monotonic() - started >= WAIT_S * 0.9
        assert {each.phase for each in results.all if isinstance(each, Failure)} == {"busy"}
        hanging.release.set()
        assert isinstance(results.wait(3)[2], Answer)


def test_so_does_whoever_stands_in_the_line_while_no_place_is_left_at_all(make: Made) -> None:
    hanging = receivers.Busy()
    with listening(hanging) as slow, listening(answering(NO_CONTENT)) as quick:
        transport, results = make(limits=LIMITS, in_flight=1, per_host=1), Results()
        transport.submit(Request(f"http://127.0.0.1:{slow}/", (), b""), results)
        assert hanging.arrived.acquire(timeout=5)
        late = push(transport, f"http://127.0.0.1:{quick}/")
        assert isinstance(late, Failure)
        assert (late.phase, late.reason) == ("busy", "requests under way: 0 to its host, 1 in all")
        assert (late.address, late.bytes_sent) == ("", 0)
        hanging.release.set()
        assert isinstance(results.wait(1)[0], Answer)
        assert isinstance(push(transport, f"http://127.0.0.1:{quick}/"), Answer)
