"""A database that is older than what it gave out: after a backup, or on a replica that took over and lagged."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
import requests
from sqlalchemy import insert

from syndicator.clock import SECOND_US, from_us
from syndicator.model.endpoint import NewEndpoint
from syndicator.store import numbers
from syndicator.store.schema import metadata
from syndicator.web.app import make_app
from syndicator.web.documents import Documents
from syndicator.web.serve import Server
from tests.contract.house.conftest import House
from tests.contract.house.newsroom import Newsroom

State = Mapping[str, Sequence[Mapping[str, Any]]]


def state(house: House) -> State:
    """Every row of every table."""
    with house.service.database.read() as connection:
        return {
            table.name: [dict(row) for row in connection.execute(table.select()).mappings()]
            for table in metadata.sorted_tables
        }


def go_back(house: House, to: State) -> None:
    with house.service.database.write() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())
        for table in metadata.sorted_tables:
            if to[table.name]:
                connection.execute(insert(table), list(to[table.name]))


def test_a_push_carries_its_own_release_where_its_number_was_given_before(house: House, newsroom: Newsroom) -> None:
    house.endpoint(newsroom)
    backup = state(house)
    lost = house.submit(key="lost", headline="Lost with the server")
    house.service.drain()
    go_back(house, backup)
    next_one = house.submit(key="next", headline="The next one")
    house.service.drain()
    assert [each["data"]["id"] for each in newsroom.envelopes] == [lost, next_one]
    assert [headers["webhook-id"] for headers, _ in newsroom.requests] == [each["id"] for each in newsroom.envelopes]


FEED = "/feeds/all.json"


def publish(house: House, *headlines: str) -> None:
    """Each in a state of the feeds of its own, a second after what was before."""
    for headline in headlines:
        house.clock.us += SECOND_US
        house.submit(key=headline, headline=headline)
        house.service.drain()


def read(house: House, tag: str = "") -> requests.Response:
    with Server(make_app(house.service), "127.0.0.1", 0) as server:
        return requests.get(server.url + FEED, headers={"A-IM": "feed", "If-None-Match": tag}, timeout=10)


def headlines(answer: requests.Response) -> list[str]:
    return [each["title"] for each in answer.json()["items"]]


def test_a_reader_who_saw_what_is_lost_is_given_all_that_came_since(house: House) -> None:
    publish(house, "A", "B")
    backup = state(house)
    publish(house, "C", "D")
    tag = read(house).headers["etag"]
    go_back(house, backup)
    publish(house, "E", "F", "G")
    news = read(house, tag)
    assert (news.status_code, headlines(news)) == (226, ["G", "F", "E"])


def test_changes_are_numbered_on_where_the_clock_stands_or_went_back(house: House) -> None:
    publish(house, "A")
    first = read(house).headers["etag"]
    house.clock.us -= 3600 * SECOND_US
    publish(house, "B", "C")
    assert headlines(read(house, first)) == ["C", "B"]


def test_a_server_that_runs_on_shows_what_the_database_holds_now(house: House) -> None:
    publish(house, "A")
    backup = state(house)
    publish(house, "Lost")

    async def walk() -> None:
        documents = Documents(house.service.setup, 60)
        await documents.hear()
        assert await documents.load(FEED) is documents.kept[FEED]
        go_back(house, backup)
        await documents.hear()
        assert FEED not in documents.kept

    asyncio.run(walk())
    assert headlines(read(house)) == ["A"]


@pytest.mark.parametrize("name", [numbers.CHANGE, numbers.FILTERS])
def test_no_number_of_a_change_is_given_twice(house: House, name: str) -> None:
    def changed(moment: str) -> int:
        publish(house, moment)
        house.service.add_endpoint(NewEndpoint(url="http://127.0.0.1/push"), owner="newsroom")
        with house.service.database.read() as connection:
            return numbers.last(connection, name)

    backup = state(house)
    lost = [changed(f"lost {number}") for number in range(3)]
    go_back(house, backup)
    assert not set(lost) & {changed(f"new {number}") for number in range(3)}


def test_what_was_sent_after_the_backup_goes_out_again_under_its_id(house: House, newsroom: Newsroom) -> None:
    house.endpoint(newsroom)
    house.submit()
    house.service.fan_out("t")
    backup = state(house)
    house.service.drain()
    go_back(house, backup)
    house.service.drain()
    assert len(newsroom.requests) == 2
    assert len({(headers["webhook-id"], body) for headers, body in newsroom.requests}) == 1


def test_a_release_that_lifts_a_second_time_is_an_event_of_its_own(house: House, newsroom: Newsroom) -> None:
    house.endpoint(newsroom)
    lifts = house.clock.us + 60 * SECOND_US
    held = house.submit(embargo_until=from_us(lifts).isoformat())
    backup = state(house)
    house.clock.us = lifts
    house.service.drain()
    go_back(house, backup)
    house.service.drain()
    assert [(each["data"]["id"], each["data"]["version"]) for each in newsroom.envelopes] == [(held, 1)] * 2
    assert len({headers["webhook-id"] for headers, _ in newsroom.requests}) == 2
