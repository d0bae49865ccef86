"""What fails says something about an endpoint, and keeps nothing back that would arrive."""

import pytest

from syndicator.clock import SECOND_US
from syndicator.model.lifecycle import Action
from syndicator.services.revise import Revision
from tests.contract.house.conftest import House
from tests.contract.house.newsroom import Newsroom

MINUTE = 60 * SECOND_US
LONGEST_BACKOFF = 10 * MINUTE
WITHDRAWAL = Revision(action=Action.WITHDRAW, actor="t", note="Falsch")


def failing_withdrawals(house: House, newsroom: Newsroom, count: int) -> None:
    """The receiver takes everything but these, and the next attempt of each is hours away."""
    house.endpoint(newsroom)
    releases = [house.submit(key=f"{number}") for number in range(count)]
    house.service.drain()
    newsroom.answer = {"release.withdrawn": 500}
    for release_id in releases:
        house.service.revise(release_id, WITHDRAWAL)
    for _ in range(5):
        house.service.drain()
        house.clock.us = max(row["due_at"] for row in house.deliveries(state="waiting"))
    house.service.drain()
    assert {row["attempts"] for row in house.deliveries(state="waiting")} == {6}


@pytest.mark.parametrize("count", [1, 16])
def test_withdrawals_that_an_endpoint_refuses_keep_no_release_back(
    house: House, newsroom: Newsroom, count: int
) -> None:
    failing_withdrawals(house, newsroom, count)
    fresh = house.submit(key="fresh")
    house.clock.us += LONGEST_BACKOFF
    house.service.drain()
    assert [row["state"] for row in house.deliveries(release=fresh)] == ["delivered"]
