"""Receivers that close, pause or answer too late while a claim of theirs is under way; each with its control."""

from collections.abc import Callable
from contextlib import ExitStack

import pytest

from syndicator.clock import SECOND_US
from syndicator.model.endpoint import NewEndpoint
from syndicator.store import deliveries
from tests.contract.house.conftest import House
from tests.faults.invariants import broken
from tests.faults.newsrooms import MOODS, RESTS, Newsroom, believed

LEASE_US = 60 * SECOND_US
GONE = {"nothing is sent to who is gone", "nothing waits for who is gone"}


@pytest.fixture
def house(make_house: Callable[..., House]) -> House:
    return make_house(attempt_timeout_s=1)


def subscribed(house: House, newsroom: Newsroom) -> str:
    return house.service.add_endpoint(NewEndpoint(url=newsroom.url), owner="newsroom").id


def claimed_by_a_worker_that_dies(house: House) -> None:
    """One release is claimed by a worker that is never heard of again; two come after it."""
    house.submit(key="claimed")
    service = house.service
    service.fan_out("x")
    with service.database.write() as connection:
        until = house.clock.us + LEASE_US
        rows = deliveries.claim(
            service.database, connection, token="dead", lease_until=until, limit=10, now=house.clock.us
        )
    assert len(rows) == 1
    house.submit(key="next")


def seen(house: House) -> set[str]:
    with house.service.database.read() as connection:
        return set(broken(connection, house.clock.us))


def test_a_claim_that_comes_back_from_a_dead_worker_is_not_sent_to_who_is_gone(
    house: House, newsroom: Newsroom
) -> None:
    subscribed(house, newsroom)
    claimed_by_a_worker_that_dies(house)
    newsroom.mood = "gone"
    house.service.drain()
    assert len(newsroom.sent) == 1, "this one is answered 410"
    house.clock.us += LEASE_US + 1
    house.service.drain()
    assert len(newsroom.sent) == 1
    assert [state for _, state in house.states()] == ["dead", "dead"]
    assert not seen(house) & GONE


@pytest.mark.parametrize("mood", ["fails", "hangs"])
def test_an_attempt_that_fails_meanwhile_is_not_repeated_at_who_is_gone(
    house: House, newsroom: Newsroom, mood: str
) -> None:
    """Of two requests under way at once, one is answered 410 and the other fails."""
    answers = iter(["gone", mood])
    newsroom.draw = lambda: next(answers)
    subscribed(house, newsroom)
    for key in ("one", "two"):
        house.submit(key=key)
    house.service.drain()
    house.clock.us += 4 * 86_400 * SECOND_US
    newsroom.draw = lambda: "well"
    house.service.drain()
    assert len(newsroom.sent) == 2
    assert [state for _, state in house.states()] == ["dead", "dead"]
    assert not seen(house) & GONE


def test_a_claim_that_comes_back_to_a_paused_endpoint_waits_until_it_is_resumed(
    house: House, newsroom: Newsroom
) -> None:
    endpoint = subscribed(house, newsroom)
    claimed_by_a_worker_that_dies(house)
    house.service.change_endpoint(endpoint, "pause", actor="x")
    house.clock.us += LEASE_US + 1
    house.service.drain()
    assert newsroom.sent == []
    assert [state for _, state in house.states()] == ["parked", "parked"]
    house.clock.us += 60 * SECOND_US  # the claim was an attempt: the next one follows by the schedule
    house.service.change_endpoint(endpoint, "resume", actor="x")
    house.service.drain()
    assert len(newsroom.kept) == 2


def test_no_mood_and_no_absurd_rest_passes_for_a_yes_or_outlasts_ten_hours(house: House) -> None:
    moods = [(mood, RESTS[0]) for mood in sorted(set(MOODS) - {"well", "is slow", "lies", "gone"})]
    with ExitStack() as stack:
        newsrooms = []
        for mood, rest in [*moods, *(("asks for rest", rest) for rest in RESTS)]:
            newsroom = stack.enter_context(Newsroom())
            newsroom.mood, newsroom.rest = mood, rest
            subscribed(house, newsroom)
            newsrooms.append(newsroom)
        house.submit()
        house.service.drain()
        assert {state for _, state in house.states()} <= {"waiting", "queued"}
        assert {len(newsroom.sent) for newsroom in newsrooms} == {1}
        for newsroom in newsrooms:
            newsroom.mood = "well"
        house.clock.us += 11 * 3600 * SECOND_US
        house.service.drain()
        assert {state for _, state in house.states()} == {"delivered"}
        assert [newsroom.altered for newsroom in newsrooms] == [[]] * len(newsrooms)
        with house.service.database.read() as connection:
            assert believed(connection, newsrooms) == []


def test_a_deadline_that_is_too_long_would_be_seen(make_house: Callable[..., House], newsroom: Newsroom) -> None:
    """The control: with ten seconds, an answer that comes too late passes for a yes."""
    house = make_house(attempt_timeout_s=10)
    subscribed(house, newsroom)
    newsroom.mood = "comes late"
    house.submit()
    house.service.drain()
    with house.service.database.read() as connection:
        assert len(believed(connection, [newsroom])) == 1


def test_what_a_liar_did_not_keep_comes_again_by_a_replay_the_same(house: House, newsroom: Newsroom) -> None:
    endpoint = subscribed(house, newsroom)
    newsroom.mood = "lies"
    house.submit()
    house.service.drain()
    assert newsroom.kept == set()
    newsroom.mood = "well"
    assert house.service.recover_since(endpoint, 0, actor="x", reason="they lost it") == 1
    house.service.drain()
    assert newsroom.kept == {event_id for event_id, _ in newsroom.sent}
    assert len(newsroom.sent) == 2
    assert not newsroom.altered
