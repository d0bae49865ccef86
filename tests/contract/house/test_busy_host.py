"""Thousands of endpoints on one host that hangs: it keeps its share of the courier's places, not all of them."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import text

from syndicator.clock import SECOND_US
from syndicator.delivery.transport.protocol import Limits
from syndicator.model.endpoint import NewEndpoint
from syndicator.model.lifecycle import Action
from syndicator.services.revise import Revision
from tests.contract.house.conftest import House
from tests.contract.house.locks import until
from tests.contract.house.newsroom import Newsroom

IN_FLIGHT, PER_HOST, HANGING = 8, 2, 24
ENDPOINTS, PLACES, LONG = 3, 4, 20


@pytest.fixture
def crowded(make_house: Callable[..., House], monkeypatch: pytest.MonkeyPatch) -> House:
    """A house with few places, whose transport lets nobody wait for long."""
    limits = Limits(total_timeout_s=60, longest_wait_s=0.5)
    monkeypatch.setattr("syndicator.bootstrap._limits", lambda _: limits)
    return make_house(in_flight=IN_FLIGHT, per_host=PER_HOST, per_endpoint=PLACES, attempt_timeout_s=60, lease_s=600)


@contextmanager
def _hanging() -> Iterator[tuple[Newsroom, threading.Event]]:
    """A provider of webhooks that answers nobody before the event is set."""
    with Newsroom() as desk:
        may_answer = threading.Event()
        desk.body = lambda _: b"" if may_answer.wait(50) else b"nobody let it go"
        try:
            yield desk, may_answer
        finally:
            may_answer.set()


@pytest.fixture
def hanging() -> Iterator[tuple[Newsroom, threading.Event]]:
    with _hanging() as provider:
        yield provider


def test_a_healthy_endpoint_is_served_while_a_host_hangs_that_many_others_share(
    crowded: House, hanging: tuple[Newsroom, threading.Event], newsroom: Newsroom
) -> None:
    provider, may_answer = hanging
    for number in range(HANGING):
        _share(crowded, provider, number)
    crowded.endpoint(newsroom)
    crowded.submit()
    busy = _count("busy")
    crowded.service.fan_out("t")
    assert crowded.service.deliver("t") == HANGING + 1
    until(lambda: _state(crowded, newsroom) == "delivered")
    until(lambda: _count("busy") == busy + HANGING - PER_HOST)
    assert not may_answer.is_set()
    assert len(provider.requests) == PER_HOST
    rows = [row for row in crowded.deliveries() if row["url"] != newsroom.url]
    assert {(row["state"], row["attempts"]) for row in rows} == {("claimed", 0), ("waiting", 0)}
    assert {row["due_at"] - crowded.clock.us > 9 * SECOND_US for row in rows if row["state"] == "waiting"} == {True}
    assert _scalar(crowded, "SELECT count(*) FROM attempts") == 1, "those that found no place made none"
    assert _scalar(crowded, "SELECT max(failures) FROM endpoints") == 0, "and are not at fault"

    may_answer.set()
    assert crowded.service.courier.settle()
    crowded.clock.us += 20 * SECOND_US
    crowded.service.drain()
    assert {(row["state"], row["attempts"]) for row in crowded.deliveries()} == {("delivered", 1)}
    assert len(provider.requests) == HANGING


def test_so_it_is_while_several_hosts_hang_and_hardly_a_place_is_left(crowded: House, newsroom: Newsroom) -> None:
    """Fewer places are left than a courier likes to claim for at once."""
    with ExitStack() as providers:
        for provider, _ in [providers.enter_context(_hanging()) for _ in range(3)]:
            for number in range(PER_HOST + 1):
                _share(crowded, provider, number)
        crowded.endpoint(newsroom)
        crowded.submit()
        crowded.service.fan_out("t")
        assert crowded.service.deliver("t") == 3 * (PER_HOST + 1) + 1
        until(lambda: _state(crowded, newsroom) == "delivered")
        assert [state for _, state in crowded.states()].count("delivered") == 1


def test_of_a_withdrawal_whoever_found_no_place_hears_nothing(
    crowded: House, hanging: tuple[Newsroom, threading.Event]
) -> None:
    provider, may_answer = hanging
    for number in range(PER_HOST + 2):
        _share(crowded, provider, number)
    release_id = crowded.submit()
    busy = _count("busy")
    crowded.service.fan_out("t")
    crowded.service.deliver("t")
    until(lambda: _count("busy") == busy + 2)
    may_answer.set()
    assert crowded.service.courier.settle()
    crowded.service.revise(release_id, Revision(action=Action.WITHDRAW, actor="t", note="wrong"))
    crowded.service.drain()
    assert sorted(provider.told) == [("release.published", 1)] * PER_HOST + [("release.withdrawn", 2)] * PER_HOST


def test_withdrawals_that_find_no_place_on_a_host_that_hangs_keep_nobody_else_back(
    crowded: House, hanging: tuple[Newsroom, threading.Event], newsroom: Newsroom
) -> None:
    """They keep their lane, the first of all, and are due again sooner than the host has room for them."""
    provider, may_answer = hanging
    may_answer.set()
    for number in range(HANGING):
        _share(crowded, provider, number)
    release_id = crowded.submit()

    crowded.service.drain()
    while {state for _, state in crowded.states()} != {"delivered"}:
        crowded.clock.us += 20 * SECOND_US
        crowded.service.drain()
    may_answer.clear()
    crowded.service.revise(release_id, Revision(action=Action.WITHDRAW, actor="t", note="wrong"))
    crowded.service.fan_out("t")
    crowded.endpoint(newsroom)
    crowded.submit("another", headline="Another one")
    crowded.service.fan_out("t")
    with _delivering(crowded):
        until(lambda: bool(newsroom.requests))
        assert not may_answer.is_set()
        states = [state for kind, state in crowded.states() if kind == "release.withdrawn"]
        assert (len(states), "delivered" in states) == (HANGING, False)
        assert "claimed" in states, "withdrawals have their half of the places"
        may_answer.set()


def test_of_each_backlog_for_a_host_that_hangs_no_more_is_claimable_than_its_endpoint_has_places(
    crowded: House, hanging: tuple[Newsroom, threading.Event]
) -> None:
    """Whoever found no turn keeps its place: were it free, the next would come to where all others' retries wait."""
    for number in range(ENDPOINTS):
        _share(crowded, hanging[0], number)
    for number in range(LONG):
        crowded.submit(f"{number}")
    crowded.service.fan_out("t")
    busy = _count("busy")
    with _delivering(crowded):
        until(lambda: _count("busy") > busy + ENDPOINTS * LONG // 2)
        assert _scalar(crowded, "SELECT count(*) FROM deliveries WHERE state = 'queued'") == ENDPOINTS * (LONG - PLACES)
        hanging[1].set()
        until(lambda: _scalar(crowded, "SELECT count(*) FROM deliveries WHERE state <> 'delivered'") == 0)
    assert len(hanging[0].requests) == ENDPOINTS * LONG, "each once, and every place was free for the next"


@contextmanager
def _delivering(house: House) -> Iterator[None]:
    """Pushes go out all the time, and the clock runs forty times as quick: half a second of waiting is twenty."""
    is_over = threading.Event()

    def turn_the_clock() -> None:
        while not is_over.wait(0.025):
            house.clock.us += SECOND_US

    def deliver() -> None:
        while not is_over.is_set():
            house.service.deliver("t")
            is_over.wait(0.025)

    threads = [threading.Thread(target=each, daemon=True) for each in (turn_the_clock, deliver)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        is_over.set()
        house.service.courier.wind_down()
        for thread in threads:
            thread.join()


def _share(house: House, provider: Newsroom, number: int) -> None:
    house.service.add_endpoint(NewEndpoint(url=f"{provider.url}?{number}"), owner="newsroom")


def _state(house: House, newsroom: Newsroom) -> str:
    return next(str(row["state"]) for row in house.deliveries() if row["url"] == newsroom.url)


def _count(outcome: str) -> float:
    return REGISTRY.get_sample_value("syndicator_attempts_total", {"outcome": outcome}) or 0


def _scalar(house: House, statement: str) -> int:
    with house.service.database.read() as connection:
        return int(connection.execute(text(statement)).scalar_one())
