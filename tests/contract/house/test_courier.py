"""What a courier keeps up while requests are under way, and when the database takes one outcome badly."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text

from syndicator.clock import SECOND_US
from syndicator.delivery.signing import Ed25519Signer
from syndicator.errors import StoreError
from syndicator.model.lifecycle import Action
from syndicator.services.courier import Courier
from syndicator.services.revise import Revision
from syndicator.store import endpoints, events
from syndicator.store.database import RowMapping
from tests.contract.house.conftest import House
from tests.contract.house.locks import until
from tests.contract.house.newsroom import Newsroom

TEAPOT = 418
REFUSE_TEAPOTS = {
    "sqlite": """
        CREATE TRIGGER no_teapots BEFORE INSERT ON attempts WHEN NEW.status = 418
        BEGIN SELECT RAISE(ABORT, 'no teapots'); END
    """,
    "postgresql": "ALTER TABLE attempts ADD CONSTRAINT no_teapots CHECK (status <> 418)",
}
TAKE_TEAPOTS = {
    "sqlite": "DROP TRIGGER no_teapots",
    "postgresql": "ALTER TABLE attempts DROP CONSTRAINT no_teapots",
}


def test_an_outcome_that_the_database_refuses_costs_the_others_nothing(house: House) -> None:
    with Newsroom() as teapot, Newsroom() as good, Newsroom() as also_good:
        teapot.answer = TEAPOT
        for newsroom in (good, teapot, also_good):
            house.endpoint(newsroom)
        _alter(house, REFUSE_TEAPOTS)
        house.submit()
        house.service.drain()
        states = {row["url"]: row["state"] for row in house.deliveries()}
        assert states == {good.url: "delivered", teapot.url: "claimed", also_good.url: "delivered"}

        _alter(house, TAKE_TEAPOTS)
        teapot.answer = 204
        house.clock.us += 120 * SECOND_US
        house.service.sweep()
        house.clock.us += 20 * SECOND_US
        house.service.drain()
        assert {state for _, state in house.states()} == {"delivered"}
        assert [len(newsroom.requests) for newsroom in (good, teapot, also_good)] == [1, 2, 1]


def test_the_lease_of_an_attempt_that_takes_long_is_extended(
    make_house: Callable[..., House], newsroom: Newsroom
) -> None:
    house = make_house(attempt_timeout_s=30, lease_s=60)
    house.endpoint(newsroom)
    may_answer = threading.Event()
    newsroom.body = lambda _: b"" if may_answer.wait(30) else b"nobody let it go"
    house.submit()
    house.service.fan_out("t")
    try:
        assert house.service.deliver("t") == 1
        first = _lease_until(house)
        _ping_another(house)  # whose claim comes and goes meanwhile
        house.clock.us += 40 * SECOND_US
        deadline = time.monotonic() + 20
        while _lease_until(house) == first:
            assert time.monotonic() < deadline, "the lease is not extended"
            time.sleep(0.02)
        assert _lease_until(house) == house.clock.us + 60 * SECOND_US
        house.clock.us += 40 * SECOND_US
        house.service.sweep()
        assert house.states()[0] == ("release.published", "claimed"), "the first lease would be over by now"
    finally:
        may_answer.set()
    assert house.service.courier.settle()
    assert house.states() == [("release.published", "delivered"), ("endpoint.ping", "delivered")]
    assert len(newsroom.requests) == 1


def test_what_was_claimed_and_could_not_be_read_is_given_back(
    house: House, newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> bytes:
        raise StoreError("the connection broke")

    house.endpoint(newsroom)
    house.submit()
    house.service.fan_out("t")
    with monkeypatch.context() as patched:
        patched.setattr(events, "payload", broken)
        with pytest.raises(StoreError):
            house.service.deliver("t")
    assert house.service.courier.settle()
    (row,) = house.deliveries()
    assert (row["state"], row["attempts"]) == ("waiting", 0)
    house.clock.us += 30 * SECOND_US
    house.service.drain()
    assert house.states() == [("release.published", "delivered")]
    assert len(newsroom.requests) == 1


class Stops(Ed25519Signer):
    """Signs as others do, once its process was stopped for a while in which the world went on."""

    def __init__(self, meanwhile: Callable[[], None]) -> None:
        super().__init__(Ed25519PrivateKey.generate())
        self._meanwhile = [meanwhile]

    def sign(self, event_id: str, timestamp_s: int, body: bytes) -> str:
        while self._meanwhile:
            self._meanwhile.pop()()
        return super().sign(event_id, timestamp_s, body)


def test_what_was_claimed_and_is_not_handed_over_before_its_lease_is_over_is_not_sent(
    house: House, newsroom: Newsroom
) -> None:
    """As after SIGSTOP, on a machine that swaps, or behind a database that answers late: the version went out after
    its withdrawal."""
    lease_s = 0.2
    house.endpoint(newsroom)
    release_id = house.submit()
    house.service.fan_out("t")

    def meanwhile() -> None:
        threading.Event().wait(lease_s)
        with house.service.database.write() as connection:
            connection.execute(text("UPDATE deliveries SET lease_until = 1"))
        house.service.sweep()
        house.service.revise(release_id, Revision(action=Action.WITHDRAW, actor="t", note="Falsch."))
        house.service.drain()

    means = house.service.courier._means
    courier = Courier(house.service.setup, replace(means, lease_us=int(lease_s * SECOND_US), signer=Stops(meanwhile)))
    assert courier.pump("stopped") == 1
    assert courier.settle()
    courier.close()
    assert newsroom.told == [("release.withdrawn", 2)]
    assert house.states() == [("release.published", "superseded"), ("release.withdrawn", "delivered")]


def test_half_of_a_lease_is_left_for_the_attempt(house: House, newsroom: Newsroom) -> None:
    house.endpoint(newsroom)
    house.submit()
    house.service.fan_out("t")
    means, lease_s = house.service.courier._means, 0.6
    signer = Stops(lambda: time.sleep(lease_s * 0.51))
    courier = Courier(house.service.setup, replace(means, lease_us=int(lease_s * SECOND_US), signer=signer))
    assert courier.pump("slow") == 1
    assert courier.settle()
    courier.close()
    assert newsroom.requests == []


def test_a_transport_that_has_ended_is_not_tried_over_and_over_and_leaves_all_to_another_worker(
    make_house: Callable[..., House], newsroom: Newsroom
) -> None:
    house = make_house()
    house.endpoint(newsroom)
    house.submit()
    house.service.courier._means.transport.close()
    house.service.drain()
    assert house.service.deliver("t") == 0
    assert _attempts(house) == 1
    house.clock.us += 20 * SECOND_US
    make_house(clock=house.clock).service.drain()
    assert house.states() == [("release.published", "delivered")]


@pytest.mark.parametrize("secrets", ["none", "[]", "[[1, null]]", '[["k1:", "later"]]', "[" * 5000])
def test_a_row_that_somebody_damaged_costs_the_others_nothing(house: House, secrets: str) -> None:
    with Newsroom() as damaged, Newsroom() as whole:
        house.endpoint(damaged)
        house.endpoint(whole)
        with house.service.database.write() as connection:
            values = {"secrets": secrets, "url": damaged.url}
            connection.execute(text("UPDATE endpoints SET secrets = :secrets WHERE url = :url"), values)
        house.submit()
        house.service.drain()
        states = {row["url"]: row["state"] for row in house.deliveries()}
        failures = {row["url"]: row["failures"] for row in _endpoints(house)}
    assert states == {damaged.url: "dead", whole.url: "delivered"}
    assert failures == {damaged.url: 0, whole.url: 0}, "nothing was sent that its receiver could fail"


def _alter(house: House, statements: dict[str, str]) -> None:
    with house.service.database.write() as connection:
        connection.execute(text(statements[house.service.database.dialect]))


def _endpoints(house: House) -> Sequence[RowMapping]:
    with house.service.database.read() as connection:
        return endpoints.listed(connection)


def _attempts(house: House) -> int:
    with house.service.database.read() as connection:
        return int(connection.execute(text("SELECT count(*) FROM attempts")).scalar_one())


def _lease_until(house: House) -> int:
    with house.service.database.read() as connection:
        return int(connection.execute(text("SELECT lease_until FROM deliveries ORDER BY id LIMIT 1")).scalar_one())


def _ping_another(house: House) -> None:
    with Newsroom() as another:
        house.service.test_endpoint(house.endpoint(another), actor="t")
        assert house.service.deliver("t") == 1
        until(lambda: house.states()[-1] == ("endpoint.ping", "delivered"))
