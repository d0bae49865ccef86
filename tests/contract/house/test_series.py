"""A series of attempts begins with the first one, and is bounded from there on, whatever is answered."""

from collections.abc import Callable

import pytest

from syndicator.clock import SECOND_US
from syndicator.model.lifecycle import Action
from syndicator.services.revise import Revision
from syndicator.services.sweep import forget_old_attempts
from tests.contract.house.conftest import House
from tests.contract.house.newsroom import Newsroom

HOUR_US = 3600 * SECOND_US
DAY_US = 24 * HOUR_US


@pytest.mark.parametrize("status", [429, 503])
def test_what_was_parked_for_longer_than_the_window_has_all_its_retries(
    house: House, newsroom: Newsroom, status: int
) -> None:
    """So it has if it stands in the queue for as long again once its endpoint is resumed."""
    endpoint_id = house.endpoint(newsroom)
    house.service.change_endpoint(endpoint_id, "pause", actor="t")
    house.submit()
    house.service.drain()
    house.clock.us += 4 * DAY_US
    newsroom.answer = status
    house.service.change_endpoint(endpoint_id, "resume", actor="t")
    house.clock.us += 4 * DAY_US
    house.service.drain()
    assert len(newsroom.requests) == 1
    assert house.states() == [("release.published", "waiting")]


def test_so_has_what_was_parked_after_an_attempt(house: House, newsroom: Newsroom) -> None:
    endpoint_id = house.endpoint(newsroom)
    newsroom.answer = 503
    house.submit()
    house.service.drain()
    house.service.change_endpoint(endpoint_id, "pause", actor="t")
    house.clock.us += 4 * DAY_US
    house.service.change_endpoint(endpoint_id, "resume", actor="t")
    house.service.drain()
    assert len(newsroom.requests) == 2
    assert house.states() == [("release.published", "waiting")]


def test_what_is_resumed_is_tried_again_as_soon_as_what_is_new(house: House, newsroom: Newsroom) -> None:
    """Its receiver was mended, and stumbles once more: no reason to wait for the ten hours of an eighth failure."""
    endpoint_id = house.endpoint(newsroom)
    newsroom.answer = 500
    house.submit()
    house.service.drain()
    for _ in range(8):
        house.clock.us += 11 * HOUR_US
        house.service.drain()
        if len(newsroom.requests) == 6:
            break
    house.service.change_endpoint(endpoint_id, "pause", actor="t")
    house.clock.us += HOUR_US
    house.service.change_endpoint(endpoint_id, "resume", actor="t")
    house.clock.us += 11 * HOUR_US
    house.service.drain()
    assert len(newsroom.requests) == 7
    house.clock.us += 60 * SECOND_US
    house.service.drain()
    assert len(newsroom.requests) == 8


def test_whoever_was_sent_it_before_a_resume_hears_of_a_withdrawal_though_the_log_is_forgotten(
    house: House, newsroom: Newsroom
) -> None:
    endpoint_id = house.endpoint(newsroom)
    newsroom.answer = 500
    release_id = house.submit()
    house.service.drain()
    house.service.change_endpoint(endpoint_id, "pause", actor="t")
    house.service.change_endpoint(endpoint_id, "resume", actor="t")
    house.service.change_endpoint(endpoint_id, "pause", actor="t")
    house.clock.us += 31 * DAY_US
    assert forget_old_attempts(house.service.setup) == 1
    newsroom.answer = 204
    house.service.revise(release_id, Revision(action=Action.WITHDRAW, actor="t", note="wrong"))
    house.service.drain()
    assert newsroom.told[-1] == ("release.withdrawn", 2)


def test_what_was_never_sent_is_none_the_more_received_for_being_resumed(house: House, newsroom: Newsroom) -> None:
    endpoint_id = house.endpoint(newsroom)
    house.service.change_endpoint(endpoint_id, "pause", actor="t")
    release_id = house.submit()
    house.service.drain()
    house.service.change_endpoint(endpoint_id, "resume", actor="t")
    house.service.revise(release_id, Revision(action=Action.WITHDRAW, actor="t", note="wrong"))
    house.service.drain()
    assert newsroom.told == []


def test_a_resumed_endpoint_is_not_asked_before_it_said(house: House, newsroom: Newsroom) -> None:
    endpoint_id = house.endpoint(newsroom)
    newsroom.answer, newsroom.headers = 429, {"retry-after": "7200"}
    house.submit()
    house.service.drain()
    house.service.change_endpoint(endpoint_id, "pause", actor="t")
    house.clock.us += HOUR_US
    house.service.change_endpoint(endpoint_id, "resume", actor="t")
    house.service.drain()
    assert len(newsroom.requests) == 1


def test_what_stood_in_a_queue_for_longer_than_the_window_has_all_its_retries(
    make_house: Callable[..., House], newsroom: Newsroom
) -> None:
    house = make_house(per_endpoint=1)
    house.endpoint(newsroom)
    newsroom.answer = 503
    newsroom.headers = {"retry-after": "36000"}
    for number in range(12):
        house.submit(key=str(number))
    for _ in range(3 * 24 + 2):
        house.service.drain()
        house.clock.us += HOUR_US
    house.service.drain()
    rows = house.deliveries()
    assert len({headers["webhook-id"] for headers, _ in newsroom.requests}) > 5
    assert [row for row in rows if row["state"] == "dead" and row["attempts"] <= 1] == []


def test_a_replay_that_stood_in_a_queue_for_longer_than_the_window_has_all_its_retries(
    house: House, newsroom: Newsroom
) -> None:
    house.endpoint(newsroom)
    house.submit()
    house.service.drain()
    [row] = house.deliveries()
    house.service.replay_delivery(row["id"], actor="t", reason="lost")
    house.clock.us += 4 * DAY_US
    newsroom.answer = 503
    house.service.drain()
    assert house.states() == [("release.published", "waiting")]


def test_what_is_only_asked_to_come_later_has_an_end(house: House, newsroom: Newsroom) -> None:
    """429 costs no attempt, and yet its window begins once, not with each claim."""
    house.endpoint(newsroom)
    newsroom.answer = 429
    house.submit()
    start = house.clock.us
    while house.states() in ([], [("release.published", "waiting")], [("release.published", "queued")]):
        assert house.clock.us < start + 4 * DAY_US, "its series begins again and again"
        house.service.drain()
        house.clock.us += HOUR_US
    assert house.clock.us >= start + 2 * DAY_US
    assert house.states()[0][1] in {"dead", "parked"}, "the window is over, or the endpoint was paused before"
