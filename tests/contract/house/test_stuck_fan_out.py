"""What cannot be fanned out costs nobody else anything, and a burst of events is not left to the sweep."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
import structlog
from sqlalchemy import text

from syndicator.clock import SECOND_US, from_us
from syndicator.dispatch import Task
from syndicator.errors import StoreError
from syndicator.model.endpoint import NewSubscription
from syndicator.model.filter import Filter
from syndicator.model.lifecycle import Action
from syndicator.services.fanout import BATCH
from syndicator.services.revise import Revision
from tests.contract.house.conftest import Clock, House, open_house, record
from tests.contract.house.newsroom import Newsroom

OF_A_NEWER_VERSION = text("""UPDATE filters SET tree = '{"of_a_newer_version": 1}' WHERE tree LIKE '%language%'""")
DAMAGE = text("UPDATE versions SET record = '{}' WHERE release_id = :id")
# What a statement_timeout says, at each statement that is too much for it.
TOO_LONG = text("""
    CREATE FUNCTION too_long() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'canceling statement due to statement timeout' USING ERRCODE = '57014'; END $$
""")
OF_THE_FIRST_THREE = text("""
    CREATE TRIGGER of_the_first_three BEFORE INSERT ON payloads FOR EACH ROW WHEN (NEW.event_seq <= 3)
    EXECUTE FUNCTION too_long()
""")
OF_ALL = [
    text(f"CREATE TRIGGER of_all BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION too_long()")
    for table in ("events", "counters")
]
OPEN = text("SELECT count(*) FROM events WHERE fanned_out_at IS NULL")


class Wakes:
    """A dispatcher that keeps what it was asked for."""

    def __init__(self) -> None:
        self.tasks: list[Task] = []

    def wake(self, task: Task, numbers: Sequence[int] = ()) -> None:  # noqa: ARG002
        self.tasks.append(task)


def open_events(house: House) -> int:
    with house.service.database.read() as connection:
        return int(connection.execute(OPEN).scalar_one())


def test_a_filter_that_cannot_be_read_matches_nothing(house: House, newsroom: Newsroom) -> None:
    with Newsroom() as other:
        house.endpoint(newsroom)
        german = Filter.model_validate({"language": "de"})
        house.endpoint(other, subscriptions=(NewSubscription(filter=german),))
        with house.service.database.write() as connection:
            connection.execute(OF_A_NEWER_VERSION)
        house.submit()
        house.service.drain()
        assert newsroom.told == [("release.published", 1)]
        assert other.told == []


def test_a_release_that_cannot_be_composed_holds_up_only_itself(house: House, newsroom: Newsroom) -> None:
    house.endpoint(newsroom)
    damaged, good = house.submit(key="damaged"), house.submit(key="good")
    house.service.revise(damaged, Revision(action=Action.WITHDRAW, actor="t", note="n"))
    with house.service.database.write() as connection:
        connection.execute(DAMAGE, {"id": damaged})
    house.service.drain()
    assert [envelope["data"]["id"] for envelope in newsroom.envelopes] == [good]
    assert open_events(house) == 2, "both of the damaged one, in their order"


def test_a_batch_of_events_that_cannot_be_composed_keeps_none_of_the_later_ones(
    house: House, newsroom: Newsroom
) -> None:
    house.endpoint(newsroom)
    damaged = house.submit(key="damaged")
    for number in range(BATCH):
        changed = record(headline=f"Fassung {number}")
        house.service.revise(damaged, Revision(action=Action.UPDATE, actor="t", record=changed))
    with house.service.database.write() as connection:
        connection.execute(DAMAGE, {"id": damaged})
    good = house.submit(key="good")
    house.service.drain()
    assert [envelope["data"]["id"] for envelope in newsroom.envelopes] == [good]
    assert open_events(house) == BATCH + 1


def test_who_fans_out_a_whole_batch_has_more_fanned_out(house: House) -> None:
    until = from_us(house.clock.us) + timedelta(hours=1)
    for number in range(BATCH + 1):
        house.submit(key=str(number), embargo_until=until.isoformat())
    house.clock.us += 3600 * SECOND_US
    house.service.sweep()
    house.service.dispatcher = wakes = Wakes()
    house.service.fan_out("t")
    assert open_events(house) == 1
    assert Task.FAN_OUT in wakes.tasks
    wakes.tasks.clear()
    house.service.fan_out("t")
    assert open_events(house) == 0
    assert Task.FAN_OUT not in wakes.tasks


def test_events_that_are_too_much_for_the_database_keep_no_later_one_back(
    tmp_path: Path, migrated_postgres_url: str
) -> None:
    house = open_house(tmp_path, migrated_postgres_url, Clock())
    with house.service.database.write() as connection:
        connection.execute(TOO_LONG)
        connection.execute(OF_THE_FIRST_THREE)
    for key in ("too much", "as well", "this, too", "b", "c"):
        house.submit(key=key)
    assert house.service.fan_out("t").events == 2
    with pytest.raises(StoreError, match="statement timeout"):
        house.service.fan_out("t")
    assert open_events(house) == 3
    house.service.close()


def test_a_database_that_takes_nothing_is_asked_once_in_a_round(tmp_path: Path, migrated_postgres_url: str) -> None:
    house = open_house(tmp_path, migrated_postgres_url, Clock())
    for key in ("a", "b", "c"):
        house.submit(key=key)
    with house.service.database.write() as connection:
        connection.execute(TOO_LONG)
        for statement in OF_ALL:
            connection.execute(statement)
    with structlog.testing.capture_logs() as lines, pytest.raises(StoreError, match="statement timeout"):
        house.service.fan_out("t")
    assert not [line for line in lines if line["event"] == "event not fanned out yet"]
    assert open_events(house) == 3
    house.service.close()
