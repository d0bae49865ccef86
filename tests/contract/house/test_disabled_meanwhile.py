"""An endpoint that is disabled or paused by one worker while a delivery for it comes back to another."""

from threading import Event, Thread
from typing import Any

import pytest
from sqlalchemy import text

from syndicator.clock import SECOND_US
from syndicator.delivery import secrets
from syndicator.delivery.transport.protocol import Answer
from syndicator.errors import StoreError
from syndicator.model.lifecycle import EndpointState
from syndicator.services import outcomes
from syndicator.services.endpoint_moves import follow_up
from syndicator.services.outcomes import Sent, record
from syndicator.store import attempts, backlogs, deliveries, endpoints
from syndicator.store.database import Connection
from tests.contract.house.conftest import ON_POSTGRES, House
from tests.contract.house.locks import wait_until
from tests.contract.house.newsroom import Newsroom

CLOSED = pytest.mark.parametrize(
    ("target", "left"), [(EndpointState.DISABLED, "dead"), (EndpointState.PAUSED, "parked")], ids=["410", "pause"]
)


def close(house: House, connection: Connection, endpoint_id: str, target: EndpointState) -> None:
    """What another worker does in a transaction of its own."""
    number = endpoints.get(connection, endpoint_id)["no"]
    assert endpoints.set_state(connection, number, target, "another worker says so")
    backlogs.move_claimable(connection, number, target, house.clock.us)


@CLOSED
def test_a_retry_is_not_left_waiting_for_an_endpoint_that_another_worker_closes(
    house: House, newsroom: Newsroom, target: EndpointState, left: str
) -> None:
    endpoint_id = house.endpoint(newsroom)
    arrived, answer = Event(), Event()

    def hold(_event: object) -> bytes:
        arrived.set()
        assert answer.wait(10)
        return b""

    newsroom.answer, newsroom.body = 500, hold
    house.submit()
    sending = Thread(target=house.service.drain)
    sending.start()
    assert arrived.wait(10)
    with house.service.database.write() as connection:
        close(house, connection, endpoint_id, target)
        answer.set()
        wait_until(house, 1)
    sending.join(10)
    assert not sending.is_alive()
    assert house.states() == [("release.published", left)]

    house.clock.us += 3600 * SECOND_US
    house.service.drain()
    assert len(newsroom.requests) == 1, "nothing more is sent there"


@CLOSED
def test_a_claim_whose_lease_ended_is_not_left_waiting_for_an_endpoint_that_another_worker_closes(
    house: House, newsroom: Newsroom, target: EndpointState, left: str
) -> None:
    endpoint_id = house.endpoint(newsroom)
    house.submit()
    house.service.fan_out("test")
    database = house.service.database
    with database.write() as connection:
        now = house.clock.us
        deliveries.claim(database, connection, token="t", lease_until=now + 1, limit=1, now=now)
    house.clock.us += SECOND_US
    with database.write() as connection:
        close(house, connection, endpoint_id, target)
        sweeping = Thread(target=house.service.sweep)
        sweeping.start()
        wait_until(house, 1)
    sweeping.join(10)
    assert not sweeping.is_alive()
    assert house.states() == [("release.published", left)]


def test_two_answers_410_disable_once(house: House, newsroom: Newsroom) -> None:
    house.endpoint(newsroom)
    newsroom.answer = 410
    for number in range(2):
        house.submit(key=f"{number}")
    house.service.drain()
    assert len(newsroom.requests) == 2
    with house.service.database.read() as connection:
        told = connection.execute(text("SELECT actor FROM audit WHERE action = 'disable'")).scalars().all()
    assert told == ["receiver"]


def test_nothing_is_left_waiting_by_a_fan_out_that_an_answer_410_overtakes(
    house: House, newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.endpoint(newsroom)
    house.submit(key="a")
    house.service.fan_out("t")
    database, now = house.service.database, house.clock.us
    with database.write() as connection:
        [row] = deliveries.claim(database, connection, token="t", lease_until=now + SECOND_US, limit=1, now=now)
    gone = Sent(row, "t", now, "worker", Answer(410, None, b"", "127.0.0.1", 0.1, 1))
    records = Thread(target=record, args=(house.service.setup, [gone]))
    house.submit(key="b")
    fan_out = deliveries.fan_out

    def overtaken(*given: Any, **named: Any) -> int:
        """The deliveries are made, and not committed before the record has come as far as it can."""
        made = fan_out(*given, **named)
        records.start()
        wait_until(house, 1, lambda: not records.is_alive())
        return made

    monkeypatch.setattr(deliveries, "fan_out", overtaken)
    house.service.fan_out("another process")
    records.join(10)
    assert not records.is_alive()
    house.service.drain()
    assert newsroom.told == []
    assert [state for _, state in house.states()] == ["dead", "dead"]


def test_a_second_look_that_fails_records_nothing_twice(
    house: House, newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise StoreError("gone")

    endpoint_id = house.endpoint(newsroom)
    newsroom.answer = 410
    house.submit()
    house.service.fan_out("t")
    monkeypatch.setattr(outcomes, "follow_once_more", away)
    house.service.deliver("t")
    assert house.service.courier.settle(20)
    with house.service.database.read() as connection:
        row = endpoints.get(connection, endpoint_id)
        assert row["state"] == EndpointState.DISABLED
        assert len(attempts.last(connection, row["no"], 10)) == 1


@ON_POSTGRES
def test_a_resumption_waits_for_what_is_being_ended_and_loses_nothing_that_comes_then(
    house: House, newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint_id = house.endpoint(newsroom)
    house.service.change_endpoint(endpoint_id, "disable", actor="t")
    with house.service.database.read() as connection:
        number = endpoints.get(connection, endpoint_id)["no"]
    resumption = Thread(target=house.service.change_endpoint, args=(endpoint_id, "resume"), kwargs={"actor": "t"})
    move_some, waited = backlogs.move_some, list[bool]()

    def meanwhile(*given: Any) -> int:
        if not waited:
            waited.append(True)
            resumption.start()
            wait_until(house, 1, lambda: not resumption.is_alive())
            waited[0] = resumption.is_alive()
        return move_some(*given)

    monkeypatch.setattr(backlogs, "move_some", meanwhile)
    follow_up(house.service.setup, number, EndpointState.DISABLED)
    resumption.join(10)
    assert waited == [True]


@ON_POSTGRES
def test_two_rotations_at_once_lose_no_secret(
    house: House, newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each was shown to somebody, who verifies with it."""
    endpoint_id = house.endpoint(newsroom)
    rotated, others = secrets.rotated, list[Thread]()

    def meanwhile(*given: Any, **values: Any) -> str:
        if not others:
            others.append(Thread(target=house.service.rotate_secret, args=(endpoint_id,), kwargs={"actor": "t"}))
            others[0].start()
            wait_until(house, 1, lambda: not others[0].is_alive())
        return rotated(*given, **values)

    monkeypatch.setattr(secrets, "rotated", meanwhile)
    house.service.rotate_secret(endpoint_id, actor="t")
    others[0].join(10)
    house.submit()
    house.service.drain()
    [(headers, _)] = newsroom.requests
    assert headers["webhook-signature"].count("v1,") == 3
