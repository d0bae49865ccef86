"""A database that is older than what it gave out: after a backup, or on a replica that took over and lagged."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import insert

from syndicator.store.schema import metadata
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
