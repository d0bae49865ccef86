"""A claim whose worker died was an attempt, by the schedule and in the log; it may have arrived."""

from collections.abc import Callable
from pathlib import Path

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import text

from syndicator.clock import SECOND_US
from syndicator.errors import StoreError
from syndicator.services import lapses
from syndicator.store import attempts, deliveries
from tests.contract.house.conftest import Clock, House, open_house
from tests.contract.house.newsroom import Newsroom
from tests.servers.migrated import migrated_file

LEASE_US = 60 * SECOND_US
WINDOW_US = 3 * 86_400 * SECOND_US


def test_what_kills_every_worker_is_dead_when_its_window_is_over(house: House, newsroom: Newsroom) -> None:
    house.endpoint(newsroom)
    house.submit()
    house.service.fan_out("t")
    start, crashes = house.clock.us, 0
    while house.states() != [("release.published", "dead")]:
        [row] = house.deliveries()
        house.clock.us = max(house.clock.us, row["due_at"])
        crashes += _claimed_by_one_who_dies(house)
        house.service.sweep()
    [row] = house.deliveries()
    assert crashes == row["attempts"]
    assert 8 <= crashes <= 20
    assert house.clock.us - start <= WINDOW_US + crashes * 2 * LEASE_US
    with house.service.database.read() as connection:
        logged = attempts.of_delivery(connection, row["id"])
    assert [each["number"] for each in logged] == list(range(1, crashes + 1))
    assert [each["outcome"] for each in logged] == ["lost"] * (crashes - 1) + ["dead"]
    assert "it may have arrived" in logged[0]["reason"]


def test_a_lapse_is_counted_and_is_no_fault_of_the_receiver(house: House, newsroom: Newsroom) -> None:
    house.endpoint(newsroom)
    house.submit()
    house.service.fan_out("t")
    before = _lost()
    assert _claimed_by_one_who_dies(house) == 1
    house.service.sweep()
    assert _lost() == before + 1
    with house.service.database.read() as connection:
        assert connection.execute(text("SELECT failures FROM endpoints")).scalar_one() == 0


def test_a_row_that_cannot_be_judged_stops_no_other(house: House) -> None:
    with Newsroom() as one, Newsroom() as damaged, Newsroom() as other:
        for newsroom in (one, damaged, other):
            house.endpoint(newsroom)
        house.submit()
        house.service.fan_out("t")
        assert _claimed_by_one_who_dies(house) == 3
        with house.service.database.write() as connection:
            connection.execute(text(f"UPDATE deliveries SET series_at = {2**62} WHERE endpoint_no = 2"))
        house.service.sweep()
        states = {row["url"]: row["state"] for row in house.deliveries()}
    assert states == {one.url: "waiting", damaged.url: "dead", other.url: "waiting"}


def test_more_attempts_than_the_database_can_count_stop_no_sweep(house: House, newsroom: Newsroom) -> None:
    house.endpoint(newsroom)
    house.submit()
    house.service.fan_out("t")
    assert _claimed_by_one_who_dies(house) == 1
    with house.service.database.write() as connection:
        connection.execute(text("UPDATE deliveries SET attempts = 32767"))
    house.service.sweep()
    assert house.deliveries()[0]["state"] != "claimed"


def test_what_the_database_cannot_take_for_a_while_is_dead_for_nobody(tmp_path: Path, newsroom: Newsroom) -> None:
    house = open_house(tmp_path, migrated_file(tmp_path / "house.db"), Clock())
    try:
        house.endpoint(newsroom)
        house.submit()
        house.service.fan_out("t")
        assert _claimed_by_one_who_dies(house) == 1
        with house.service.database.write() as connection:
            connection.execute(
                text("CREATE TRIGGER unusable BEFORE INSERT ON attempts BEGIN INSERT INTO nowhere VALUES (1); END")
            )
        with pytest.raises(StoreError, match="cannot be used"):
            house.service.sweep()
        assert house.states() == [("release.published", "claimed")]
        with house.service.database.write() as connection:
            connection.execute(text("DROP TRIGGER unusable"))
        house.service.sweep()
        assert house.states() == [("release.published", "waiting")]
    finally:
        house.service.close()


def test_what_another_transaction_holds_is_left_to_the_next_sweep(
    tmp_path: Path, migrated_postgres_url: str, newsroom: Newsroom
) -> None:
    house = open_house(tmp_path, migrated_postgres_url, Clock())
    try:
        house.endpoint(newsroom)
        house.submit()
        house.service.fan_out("t")
        assert _claimed_by_one_who_dies(house) == 1
        with house.service.database.write() as connection:
            connection.execute(text("SELECT id FROM deliveries FOR UPDATE"))
            lapses.give_back(house.service.setup, "t")
            assert house.states() == [("release.published", "claimed")]
        lapses.give_back(house.service.setup, "t")
        assert house.states() == [("release.published", "waiting")]
    finally:
        house.service.close()


def test_a_lapse_of_a_paused_endpoint_is_parked(make_house: Callable[..., House], newsroom: Newsroom) -> None:
    house = make_house()
    endpoint_id = house.endpoint(newsroom)
    house.submit()
    house.service.fan_out("t")
    assert _claimed_by_one_who_dies(house) == 1
    house.service.change_endpoint(endpoint_id, "pause", actor="t")
    house.service.sweep()
    assert house.states() == [("release.published", "parked")]


def _claimed_by_one_who_dies(house: House) -> int:
    """How many were; their lease is over by now."""
    database, now = house.service.database, house.clock.us
    with database.write() as connection:
        claimed = deliveries.claim(database, connection, token="dead", lease_until=now + LEASE_US, limit=9, now=now)
    house.clock.us += LEASE_US + 1
    return len(claimed)


def _lost() -> float:
    return REGISTRY.get_sample_value("syndicator_attempts_total", {"outcome": "lost"}) or 0
