"""What a pause holds back and what it does not, and what a resumption brings."""

import pytest

from syndicator.clock import SECOND_US
from syndicator.model.lifecycle import Action
from syndicator.services.revise import Revision
from syndicator.services.sweep import forget_old_attempts
from tests.contract.house.conftest import House, record
from tests.contract.house.newsroom import Newsroom

HOUR_US = 3600 * SECOND_US


def change(house: House, endpoint_id: str, move: str) -> None:
    house.service.change_endpoint(endpoint_id, move, actor="t")
    house.service.drain()


def withdraw(house: House, release_id: str) -> None:
    house.service.revise(release_id, Revision(action=Action.WITHDRAW, actor="t", note="n"))
    house.service.drain()


def test_of_what_was_corrected_during_a_pause_only_the_newest_comes(house: House, newsroom: Newsroom) -> None:
    endpoint_id = house.endpoint(newsroom)
    change(house, endpoint_id, "pause")
    release_id = house.submit()
    house.service.drain()
    newer = Revision(action=Action.UPDATE, actor="t", record=record(headline="Newer"))
    house.service.revise(release_id, newer)
    house.service.drain()
    assert house.states() == [("release.published", "superseded"), ("release.updated", "parked")]
    change(house, endpoint_id, "resume")
    assert newsroom.told == [("release.updated", 2)]


def test_a_resumed_endpoint_that_asked_for_an_hour_has_it(house: House, newsroom: Newsroom) -> None:
    endpoint_id = house.endpoint(newsroom)
    newsroom.answer, newsroom.headers = 429, {"retry-after": "3600"}
    house.submit()
    house.service.drain()
    newsroom.answer, newsroom.headers = 204, {}
    change(house, endpoint_id, "pause")
    change(house, endpoint_id, "resume")
    house.clock.us += HOUR_US - 60 * SECOND_US
    house.service.drain()
    assert len(newsroom.requests) == 1
    house.clock.us += HOUR_US
    house.service.drain()
    assert house.states() == [("release.published", "delivered")]


def test_a_withdrawal_that_waits_for_its_next_attempt_is_not_parked(house: House, newsroom: Newsroom) -> None:
    endpoint_id = house.endpoint(newsroom)
    release_id = house.submit()
    house.service.drain()
    newsroom.answer = 500
    withdraw(house, release_id)
    newsroom.answer = 204
    change(house, endpoint_id, "pause")
    house.clock.us += 60 * SECOND_US
    house.service.drain()
    assert house.states()[-1] == ("release.withdrawn", "delivered")


def test_who_may_have_had_it_before_a_long_pause_hears_of_its_withdrawal(house: House, newsroom: Newsroom) -> None:
    """Though a resumption counts its attempts anew, and the log of those before it has been forgotten."""
    endpoint_id = house.endpoint(newsroom)
    newsroom.answer = 500
    release_id = house.submit()
    house.service.drain()
    change(house, endpoint_id, "pause")
    house.clock.us += 90 * 24 * HOUR_US
    while forget_old_attempts(house.service.setup):
        pass
    house.service.change_endpoint(endpoint_id, "resume", actor="t")
    newsroom.answer = 204
    withdraw(house, release_id)
    assert newsroom.told == [("release.published", 1), ("release.withdrawn", 2)]


@pytest.mark.parametrize("end", ["gone", "remove"])
def test_what_is_parked_for_an_endpoint_that_ends_is_dead(house: House, newsroom: Newsroom, end: str) -> None:
    endpoint_id = house.endpoint(newsroom)
    release_id = house.submit()
    house.service.drain()
    change(house, endpoint_id, "pause")
    house.submit(key="parked")
    house.service.drain()
    if end == "gone":
        newsroom.answer = 410
        withdraw(house, release_id)
    else:
        change(house, endpoint_id, end)
    house.service.drain()
    assert [row["state"] for row in house.deliveries()][:2] == ["delivered", "dead"]


def test_what_is_to_be_sent_again_is_told_as_that_though_its_endpoint_rested(house: House, newsroom: Newsroom) -> None:
    endpoint_id = house.endpoint(newsroom)
    house.submit()
    house.service.drain()
    house.service.replay_delivery(house.deliveries()[0]["id"], actor="t", reason="lost")
    house.service.change_endpoint(endpoint_id, "pause", actor="t")
    change(house, endpoint_id, "resume")
    assert [row["trigger"] for row in house.deliveries()] == ["replay"]
