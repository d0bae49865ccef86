"""Two who replay the same delivery at the same moment: one series begins, and one of them is told so."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from syndicator.errors import Conflict
from syndicator.store import numbers
from tests.contract.house.conftest import House
from tests.contract.house.locks import wait_until
from tests.contract.house.newsroom import Newsroom


def test_two_that_replay_a_delivery_at_once_begin_one_series(house: House, newsroom: Newsroom) -> None:
    house.endpoint(newsroom)
    house.submit()
    house.service.drain()
    [row] = house.deliveries()
    database = house.service.database
    with ThreadPoolExecutor(2) as threads:
        with database.write() as connection:
            numbers.hold(connection, numbers.FANOUT, database.for_update)
            answers = [
                threads.submit(house.service.replay_delivery, row["id"], actor=actor, reason="lost")
                for actor in ("one", "two")
            ]
            wait_until(house, 2)
        errors = [answer.exception() for answer in answers]
    assert sorted(type(error).__name__ for error in errors) == ["Conflict", "NoneType"]
    with pytest.raises(Conflict, match="is queued: it is still under way"):
        raise next(error for error in errors if error)
    with database.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM audit WHERE action = 'replay'")).scalar_one() == 1
    house.service.drain()
    assert len(newsroom.requests) == 2
