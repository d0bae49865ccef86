"""What the guard says of answers and of lookups that are done or late; where it leads is for other tests."""

import socket
import tracemalloc

import pytest

from syndicator.delivery import guard as module
from syndicator.delivery.guard import Guard, Pending, Refusal, Vetted
from syndicator.delivery.reachable import Reachable
from syndicator.delivery.resolver import Answers, Asked, Crowded, Resolver
from syndicator.delivery.url import UrlRefused, parse_endpoint_url
from syndicator.errors import ConfigError

PUBLIC = ("93.184.215.14", "2606:4700::1111")
URL = "https://news.example/"


def verdict(answers: Answers) -> Vetted | Refusal:
    guard = Guard(resolver=Resolver(lambda _host: answers, threads=1))
    pending = guard.check(URL)
    assert isinstance(pending, Pending)
    pending.answer.exception(20)
    return guard.judge(pending)


def judged(asked: Asked) -> tuple[str, str]:
    found = Guard().judge(Pending(parse_endpoint_url(URL), asked))
    assert isinstance(found, Refusal)
    return found.phase, found.reason


@pytest.mark.parametrize("place", [0, 1, 2])
def test_one_bad_answer_refuses_all_wherever_it_stands(place: int) -> None:
    assert isinstance(verdict(PUBLIC), Vetted)
    found = verdict((*PUBLIC[:place], "10.0.0.1", *PUBLIC[place:]))
    assert isinstance(found, Refusal)
    assert (found.phase, "leads to 10.0.0.1" in found.reason) == ("guard", True)


def test_no_answer_at_all_is_no_address() -> None:
    assert verdict(()) == Refusal("dns", "no address for news.example")


def test_a_name_that_was_not_looked_up_is_put_off_and_not_charged() -> None:
    crowded, failed, waiting = Asked(), Asked(), Asked()
    crowded.set_exception(Crowded("too many"))
    failed.set_exception(OSError("no such name"))
    assert judged(crowded)[0] == judged(waiting)[0] == "busy"
    assert judged(failed) == ("dns", "no address for news.example: no such name")
    by_system = Asked()
    by_system.set_exception(socket.gaierror(socket.EAI_NONAME, "Name or service not known"))
    assert judged(by_system) == ("dns", "no address for news.example: Name or service not known"), "and no number"
    waiting.began_at = waiting.asked_at
    assert judged(waiting) == ("dns", "no address for news.example in time")
    waiting.asked_at -= 60  # looked up for less time than it waited for a thread
    assert judged(waiting)[0] == "busy"


def test_requests_are_counted_by_host_and_port_whether_it_is_a_name_or_an_address() -> None:
    guard = Guard(["127.0.0.0/8"], allowed_ports=range(1, 65536))
    counted = [
        guard.host_of(f"http://{place}/") for place in ("a.example:81", "8.8.8.8:82", "localhost:83", "10.0.0.1")
    ]
    assert counted == [("a.example", 81), ("8.8.8.8", 82), ("localhost", 83), None]


def test_names_below_localhost_are_this_machine_and_are_not_looked_up() -> None:
    guard = Guard(["127.0.0.0/8"], resolver=Resolver(lambda _host: PUBLIC, threads=1))
    for name in ("localhost", "news.localhost"):
        found = guard.check(f"http://{name}/")
        assert isinstance(found, Vetted)
        assert found.addresses == ("127.0.0.1",)
    assert isinstance(guard.check("http://notlocalhost/"), Pending)
    assert Guard().check("http://news.localhost/") == Refusal(
        "guard",
        "news.localhost leads to 127.0.0.1, which is no public address; the operator can allow its network "
        "(allow_cidrs)",
    )


def test_a_url_is_told_all_that_is_wrong_with_it_its_address_too() -> None:
    with pytest.raises(UrlRefused) as refused:
        Guard().accept("http://10.0.0.1:99/%")
    told = [fault.problem for fault in refused.value.faults]
    assert told[:2] == ["port 99 is not allowed", "a % that starts no %XX escape"]
    assert [problem.partition(",")[0] for problem in told[2:]] == ["10.0.0.1"]


def test_of_urls_no_more_are_remembered_than_agreed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "URLS_REMEMBERED", 4)
    guard = Guard(["10.0.0.0/8"])
    tracemalloc.start()
    try:
        for number in range(400):
            assert isinstance(guard.check(f"http://10.0.0.1/{number}/{'x' * 1_500}"), Vetted)
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 100_000, "each one takes some kilobytes"


@pytest.mark.parametrize("text", ["fe80::%1/64", "10.1.0.1/16", "fd00::1/8", "10.1.0.0/33", "newsroom.example"])
def test_what_is_no_network_is_not_allowed_by_guessing(text: str) -> None:
    with pytest.raises(ConfigError, match="allow_cidrs"):
        Reachable([text])


def test_networks_that_lie_in_one_another_or_stand_there_twice_allow_all_that_they_hold() -> None:
    allows = Reachable(["10.0.0.0/8", "10.1.0.0/16", "10.0.0.0/8", "fd00::/8", "fd00::/16"]).allows
    assert [allows(each) for each in ("10.1.2.3", "10.0.0.0", "10.255.255.255", "fd00::1", "fdff::1")] == [True] * 5
    assert not any(allows(each) for each in ("172.16.0.1", "fc00::1", "fe00::"))
