"""Where every transport goes, and under whose name: addresses, names, certificates, proxies."""

import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from syndicator.delivery.resolver import Answers
from syndicator.delivery.transport.protocol import Answer, Failure, Limits, Request
from syndicator.delivery.transport.turns import LATE_S
from tests.contract.transport import receivers
from tests.contract.transport.conftest import LIMITS, NO_CONTENT, PATIENT, Made, Results, push
from tests.contract.transport.receivers import Handler, answering, listening

PUBLIC = "93.184.216.34"


@pytest.mark.parametrize(
    ("name", "days", "trusted", "good"),
    [
        ("localhost", 1, True, True),
        ("localhost", 1, False, False),
        ("elsewhere.example", 1, True, False),
        ("localhost", -1, True, False),
    ],
    ids=["good", "signed by itself", "another name", "expired"],
)
def test_tls_is_verified(make: Made, tmp_path: Path, name: str, days: int, *, trusted: bool, good: bool) -> None:
    context, file = receivers.certificate(tmp_path, name, days)
    with listening(answering(NO_CONTENT), context) as port:
        result = push(make(ca_file=file if trusted else None), f"https://localhost:{port}/")
    if good:
        assert isinstance(result, Answer), result
    else:
        assert isinstance(result, Failure)
        assert result.phase == "tls"


@pytest.mark.parametrize("address", ["10.0.0.1", "169.254.169.254", "[::1]", "[::ffff:10.0.0.1]", "100.64.0.1"])
def test_no_request_goes_to_an_address_that_is_not_public(make: Made, address: str) -> None:
    result = push(make(), f"http://{address}/")
    assert isinstance(result, Failure)
    assert result.phase == "guard"


def test_one_private_address_among_the_answers_refuses_all(make: Made) -> None:
    result = push(make(lookup=lambda _host: (PUBLIC, "192.168.0.1")), "http://news.example/")
    assert isinstance(result, Failure)
    assert result.phase == "guard"


def test_a_name_that_changes_its_mind_is_judged_each_time(make: Made) -> None:
    answers = iter([("127.0.0.1",), ("10.0.0.7",)])
    with listening(answering(NO_CONTENT)) as port:
        transport = make(lookup=lambda _host: next(answers))
        first = push(transport, f"http://news.example:{port}/")
        second = push(transport, f"http://news.example:{port}/")
    assert isinstance(first, Answer)
    assert isinstance(second, Failure)
    assert second.phase == "guard"


def test_slow_dns_holds_nobody_up_beyond_the_connect_timeout(make: Made) -> None:
    never = threading.Event()

    def lookup(host: str) -> Answers:
        if host == "slow.example":
            never.wait(30)
        return ("127.0.0.1",)

    limits = Limits(connect_timeout_s=1.5, total_timeout_s=2)
    with listening(answering(NO_CONTENT)) as port:
        transport, slow = make(lookup=lookup, limits=limits), Results()
        push(transport, f"http://warm.example:{port}/")  # what sends has started
        for _ in range(20):
            transport.submit(Request(f"http://slow.example:{port}/", (), b""), slow)
        assert isinstance(push(transport, f"http://fast.example:{port}/"), Answer)
        assert slow.all == [], "it came before any of them was given up"
        assert {result.phase for result in slow.wait(20, 10) if isinstance(result, Failure)} == {"dns"}
        never.set()


def test_an_answer_that_comes_too_late_is_no_second_result_and_sends_nothing(make: Made) -> None:
    late, seen, began = threading.Event(), list[bytes](), list[float]()

    def lookup(_host: str) -> Answers:
        began.append(time.monotonic())
        late.wait(30)
        return ("127.0.0.1",)

    with listening(answering(NO_CONTENT, seen)) as port:
        transport, first, second = make(lookup=lookup), Results(), Results()
        request = Request(f"http://late.example:{port}/", (), b"")
        submitted = time.monotonic()
        transport.submit(request, first)
        [gave_up] = first.wait(1)
        assert isinstance(gave_up, Failure)
        waited_for_a_thread = began[0] - submitted  # which is no part of an attempt
        assert gave_up.duration_s >= LIMITS.connect_timeout_s - waited_for_a_thread, "as long as it was looked up"
        transport.submit(request, second)  # of the same lookup: its answer comes behind the first one's
        late.set()
        assert isinstance(second.wait(1)[0], Answer)
        transport.close()
    assert (len(first.all), len(second.all), len(seen)) == (1, 1, 1)


@pytest.mark.parametrize("name", ["n{}.hanging.example", "n.hanging{}.example"])
def test_128_names_that_hang_keep_no_other_from_being_delivered_to(make: Made, name: str) -> None:
    never = threading.Event()

    def lookup(host: str) -> Answers:
        if "hanging" in host:
            never.wait(60)
        return ("127.0.0.1",)

    with listening(answering(NO_CONTENT)) as port:
        transport, hanging, good = make(lookup=lookup, limits=PATIENT), Results(), Results()
        for number in range(128):
            transport.submit(Request(f"http://{name.format(number)}:{port}/", (), b""), hanging)
        transport.submit(Request(f"http://good.example:{port}/", (), b""), good)
        assert isinstance(good.wait(1, 25)[0], Answer)
        assert hanging.all == []
        never.set()


def test_a_name_that_found_no_thread_is_put_off_and_the_one_that_hangs_is_charged(make: Made) -> None:
    never = threading.Event()
    asked: list[str] = []

    def lookup(host: str) -> Answers:
        asked.append(host)
        never.wait(60)
        return ("127.0.0.1",)

    limits = Limits(connect_timeout_s=2, total_timeout_s=2)
    transport, results = make(lookup=lookup, limits=limits, name_threads=1), Results()
    for tag in ("first", "second"):
        for _ in range(2):
            transport.submit(Request(f"http://{tag}.example/", (), b"", tag), results)
    phases = [result.phase for result in results.wait(4) if isinstance(result, Failure)]
    assert (asked, sorted(phases)) == (["first.example"], ["busy", "busy", "dns", "dns"])
    never.set()


def test_the_environments_proxies_and_netrc_are_ignored(
    make: Made, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login somebody password secret\n")
    seen: list[bytes] = []
    with listening(answering(NO_CONTENT, seen)) as port:
        monkeypatch.setenv("HOME", str(tmp_path))
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, "http://127.0.0.1:9")
        result = push(make(), f"http://127.0.0.1:{port}/")
    assert isinstance(result, Answer)
    assert b"authorization" not in seen[0].lower()


def test_a_host_of_both_families_is_reached_over_the_one_that_works_here(make: Made) -> None:
    with listening(answering(NO_CONTENT)) as port:
        transport = make(lookup=lambda _host: ("2606:4700::1111", "127.0.0.1"))
        result = push(transport, f"http://news.example:{port}/")
    assert isinstance(result, Answer), result
    assert result.address == "127.0.0.1"


def test_the_lookup_of_a_name_counts_towards_the_deadline(make: Made) -> None:
    pause = threading.Event()

    def lookup(_host: str) -> Answers:
        pause.wait(1.5)
        return ("127.0.0.1",)

    with listening(receivers.hang) as port, listening(answering(NO_CONTENT)) as quick:
        started = time.monotonic()
        transport = make(lookup=lookup, limits=Limits(connect_timeout_s=2, total_timeout_s=2))
        result = push(transport, f"http://slow.example:{port}/")
        took = time.monotonic() - started
        other = push(transport, f"http://127.0.0.1:{quick}/")
    assert isinstance(result, Failure)
    assert took < 3, "lookup and deadline one after the other would have taken 3.5 s"
    assert isinstance(other, Answer)
    assert other.duration_s < 1.5, "a lookup is charged to nobody else"


def test_a_lookup_is_no_wait_for_a_turn(make: Made) -> None:
    """Whoever was looked up for longer than anybody waits has its turn all the same."""
    pause = threading.Event()

    def lookup(host: str) -> Answers:
        if host == "slow.example":
            pause.wait(LATE_S + 0.5)
        return ("127.0.0.1",)

    with listening(answering(NO_CONTENT)) as port:
        transport, results = make(lookup=lookup, limits=replace(PATIENT, longest_wait_s=0.1)), Results()
        push(transport, f"http://warm.example:{port}/")  # what sends has started
        transport.submit(Request(f"http://slow.example:{port}/", (), b""), results)
        assert isinstance(results.wait(1)[0], Answer), results.all


@pytest.mark.parametrize("handle", [receivers.hang_before_tls, receivers.drip_tls], ids=lambda h: h.__name__)
def test_lookup_and_handshake_share_the_time_to_connect(make: Made, handle: Handler) -> None:
    pause = threading.Event()

    def lookup(host: str) -> Answers:
        if host == "slow.example":
            pause.wait(1.5)
        return ("127.0.0.1",)

    limits = Limits(connect_timeout_s=2, total_timeout_s=30)
    with listening(handle) as port, listening(answering(NO_CONTENT)) as quick:
        transport = make(lookup=lookup, limits=limits)
        push(transport, f"http://warm.example:{quick}/")  # what sends has started
        started = time.monotonic()
        result = push(transport, f"https://slow.example:{port}/")
        took = time.monotonic() - started
    assert isinstance(result, Failure)
    assert (result.phase, result.address) == ("connect", "127.0.0.1")
    assert took < 3, "lookup and handshake one after the other would have taken 3.5 s"


def test_connecting_has_no_longer_than_the_whole_attempt(make: Made) -> None:
    with listening(receivers.hang_before_tls) as port:
        started = time.monotonic()
        limits = Limits(connect_timeout_s=30, total_timeout_s=1)
        result = push(make(limits=limits), f"https://127.0.0.1:{port}/")
        took = time.monotonic() - started
    assert isinstance(result, Failure)
    assert took < 10, "connecting alone would have taken 30 s"
