"""Names that hang keep no others waiting, and are not asked again and again."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from syndicator.delivery.resolver import Answers, Asked, Crowded, Resolver

HERE = ("127.0.0.1",)
PATIENCE_S = 20


class NameServers:
    """Stand-in for the system's resolver: names with "hanging" in them say nothing until ``release``."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.threads: set[threading.Thread] = set()
        self.release = threading.Event()
        self.fails = False

    def __call__(self, host: str) -> Answers:
        self.asked.append(host)
        self.threads.add(threading.current_thread())
        if "hanging" in host:
            self.release.wait(60)
            if self.fails:
                raise OSError("timed out")
        return HERE

    def hanging(self) -> int:
        return len([host for host in self.asked if "hanging" in host])


@pytest.fixture
def servers() -> Iterator[NameServers]:
    servers = NameServers()
    yield servers
    servers.release.set()


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def ended(asked: list[Asked]) -> list[BaseException | None]:
    return [each.exception(PATIENCE_S) for each in asked]


def test_a_domain_holds_an_eighth_of_the_threads(servers: NameServers) -> None:
    resolver = Resolver(servers, at_once=16, threads=16)
    asked = [resolver.ask(f"n{number}.hanging.example") for number in range(40)]
    assert resolver.ask("good.example").result(PATIENCE_S) == HERE
    until(lambda: servers.hanging() == 2)
    servers.release.set()
    assert ended(asked) == [None] * 40, "the others had their turn"


def test_a_slow_lookup_makes_room_for_the_next_as_long_as_there_are_threads(servers: NameServers) -> None:
    resolver = Resolver(servers, at_once=2, threads=8, slow_after_s=0.05)
    for number in range(7):
        resolver.ask(f"hanging{number}.example")
    assert resolver.ask("good.example").result(PATIENCE_S) == HERE
    until(lambda: servers.hanging() == 7)
    for number in range(7, 10):
        resolver.ask(f"hanging{number}.example")
    late = resolver.ask("late.example")
    until(lambda: servers.hanging() == 8)
    assert not late.done()
    servers.release.set()
    assert late.result(PATIENCE_S) == HERE


def test_quick_lookups_stay_as_many_as_agreed() -> None:
    together, most, lock = 0, 0, threading.Lock()

    def lookup(_host: str) -> Answers:
        nonlocal together, most
        with lock:
            together += 1
            most = max(most, together)
        threading.Event().wait(0.002)
        with lock:
            together -= 1
        return HERE

    resolver = Resolver(lookup, at_once=4, threads=64, slow_after_s=PATIENCE_S)
    asked = [resolver.ask(f"n.good{number}.example") for number in range(200)]
    assert ended(asked) == [None] * 200
    assert most <= 4


def test_a_name_that_hung_is_told_at_once_and_not_asked_again(servers: NameServers) -> None:
    servers.fails = True
    resolver = Resolver(servers, slow_after_s=0.01)
    first = resolver.ask("hanging.example")
    until(lambda: servers.hanging() == 1)
    threading.Event().wait(0.05)
    servers.release.set()
    assert isinstance(first.exception(PATIENCE_S), OSError)
    again = resolver.ask("hanging.example")
    assert again.done()
    assert "did not answer a moment ago" in str(again.exception())
    assert servers.asked == ["hanging.example"]


def test_a_name_that_failed_quickly_is_asked_each_time(servers: NameServers) -> None:
    servers.fails = True
    servers.release.set()
    resolver = Resolver(servers, slow_after_s=PATIENCE_S)
    for _ in range(3):
        assert isinstance(resolver.ask("hanging.example").exception(PATIENCE_S), OSError)
    assert servers.asked == ["hanging.example"] * 3


def test_a_name_that_cannot_even_be_asked_for_ends_and_holds_no_thread() -> None:
    def lookup(host: str) -> Answers:
        if host == "bad.example":
            host.encode("idna", "no such handler")
        return HERE

    resolver = Resolver(lookup, threads=1)
    for _ in range(2):
        assert isinstance(resolver.ask("bad.example").exception(PATIENCE_S), UnicodeError)
    assert resolver.ask("good.example").result(PATIENCE_S) == HERE


def test_all_names_that_hung_share_an_eighth_until_they_answer(servers: NameServers) -> None:
    names = [f"hanging{number}.example" for number in range(8)]
    resolver = Resolver(servers, at_once=16, threads=16, slow_after_s=0.01, remember_s=0)
    servers.fails = True
    asked = [resolver.ask(name) for name in names]
    until(lambda: servers.hanging() == 8)
    threading.Event().wait(0.05)
    servers.release.set()
    assert all(isinstance(error, OSError) for error in ended(asked))

    servers.release.clear()
    servers.fails = False
    asked = [resolver.ask(name) for name in names]
    assert resolver.ask("good.example").result(PATIENCE_S) == HERE
    until(lambda: servers.hanging() == 8 + 2)
    servers.release.set()
    assert ended(asked) == [None] * 8

    servers.release.clear()
    for name in names:
        resolver.ask(name)
    until(lambda: servers.hanging() == 8 + 8 + 8)


def test_a_name_that_waited_too_long_for_a_thread_was_not_looked_up(servers: NameServers) -> None:
    resolver = Resolver(servers, threads=1, patience_s=0.01)
    until(lambda: not resolver.ask("hanging.example").done() and servers.hanging() == 1)
    hanging, waiting = resolver.ask("hanging.example"), resolver.ask("good.example")
    assert resolver.ask("good.example") is waiting
    until(hanging.had_its_time)
    threading.Event().wait(0.05)
    assert not waiting.had_its_time()
    servers.release.set()
    assert isinstance(waiting.exception(PATIENCE_S), Crowded)
    assert servers.asked == ["hanging.example"]
    until(lambda: resolver.ask("good.example").exception(PATIENCE_S) is None)


def test_an_answer_just_over_its_time_is_used_while_the_name_is_asked_again() -> None:
    release, asked = threading.Event(), threading.Semaphore(0)
    answers = iter([HERE, ("127.0.0.2",)])

    def lookup(_host: str) -> Answers:
        answer = next(answers)
        asked.release()
        if answer != HERE:
            release.wait(60)
        return answer

    resolver = Resolver(lookup, remember_s=2.0)
    resolver.ask("good.example").result(PATIENCE_S)
    assert asked.acquire(timeout=PATIENCE_S)
    until(lambda: resolver.known("good.example") == HERE and asked.acquire(blocking=False))
    assert resolver.known("good.example") == HERE
    release.set()
    until(lambda: resolver.known("good.example") == ("127.0.0.2",))


def test_an_answer_that_could_not_be_renewed_is_not_used_for_ever(servers: NameServers) -> None:
    resolver = Resolver(servers, remember_s=0.05)
    servers.release.set()
    resolver.ask("hanging.example").result(PATIENCE_S)
    servers.release.clear()
    until(lambda: resolver.known("hanging.example") is None)


def test_no_more_is_remembered_than_agreed_and_threads_without_work_end(servers: NameServers) -> None:
    resolver = Resolver(servers, remember_names=3)
    for number in range(40):
        resolver.ask(f"hanging{number}.example")
    until(lambda: servers.hanging() == 40)
    servers.release.set()
    until(lambda: len([thread for thread in servers.threads if thread.is_alive()]) <= 8)
    assert len([number for number in range(40) if resolver.known(f"hanging{number}.example")]) == 3


def test_a_system_that_gives_no_thread_breaks_nothing(servers: NameServers) -> None:
    resolver = Resolver(servers)
    before = threading.stack_size(2**46)  # more than there is: no thread starts
    try:
        waiting = resolver.ask("good.example")
    finally:
        threading.stack_size(before)
    assert not waiting.had_its_time()
    assert resolver.ask("other.example").result(PATIENCE_S) == HERE
    assert waiting.result(PATIENCE_S) == HERE
