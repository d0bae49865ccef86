"""Filters that come and go while releases are fanned out: whoever asks for a release throughout is told of it."""

from typing import Any

import pytest

from syndicator.model.channel import NewChannel
from syndicator.model.endpoint import NewSubscription
from syndicator.model.filter import EVERYTHING, Filter
from syndicator.services import channels as saved
from syndicator.services import fanout
from syndicator.store import channels, endpoints
from tests.contract.house.conftest import House
from tests.contract.house.newsroom import Newsroom

SECONDS = Filter(headline="second")


@pytest.fixture
def pause(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What is done between the first and the second event that are fanned out together."""
    one, between = fanout._fan_out_one, list[Any]()
    seen: list[int] = []

    def pausing(*given: Any) -> Any:
        seen.append(1)
        if len(seen) == 2:
            for each in between:
                each()
        return one(*given)

    monkeypatch.setattr(fanout, "_fan_out_one", pausing)
    return between


def submit_two(house: House) -> str:
    """The second."""
    house.submit("first", headline="first")
    house.clock.us += 1000
    return house.submit("second", headline="second")


def test_a_newsroom_that_swaps_its_filter_gets_what_both_let_through(
    house: House, newsroom: Newsroom, pause: list[Any]
) -> None:
    endpoint_id = house.endpoint(newsroom, subscriptions=[NewSubscription(filter=SECONDS)])
    with house.service.database.read() as connection:
        (old,) = [
            row["id"] for row in endpoints.subscriptions(connection, endpoints.get(connection, endpoint_id)["no"])
        ]
    new = NewSubscription(filter=EVERYTHING)
    pause.append(lambda: house.service.add_subscription(endpoint_id, new, actor="t"))
    pause.append(lambda: house.service.remove_subscription(endpoint_id, old, actor="t"))
    second = submit_two(house)
    assert house.service.fan_out("t").events == 2
    assert [row["release_id"] for row in house.deliveries()] == [second]


def test_an_endpoint_that_comes_while_others_are_told_is_told_of_the_next(
    house: House, newsroom: Newsroom, pause: list[Any]
) -> None:
    pause.append(lambda: house.endpoint(newsroom, subscriptions=[NewSubscription(filter=SECONDS)]))
    second = submit_two(house)
    assert house.service.fan_out("t").events == 2
    assert [row["release_id"] for row in house.deliveries()] == [second]


def test_a_release_that_commits_late_stands_in_a_channel_that_was_added_meanwhile(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its time of publication lies before the first look, its commit after, its fan-out before the channel."""
    look, looked = saved.try_filter, list[Any]()

    def late(*given: Any) -> Any:
        found = look(*given)
        if not looked:
            looked.append(found)
            house.clock.us -= 5_000_000
            house.submit("late", headline="late")
            house.clock.us += 5_000_000
            house.service.fan_out("t")
        return found

    monkeypatch.setattr(saved, "try_filter", late)
    house.service.add_channel(NewChannel(name="saved", title="Saved", filter=EVERYTHING), owner="t")
    with house.service.database.read() as connection:
        place = (channels.by_name(connection, "saved")["no"], 0)
        assert len(channels.entries(house.service.database, connection, [place])[place]) == 1
