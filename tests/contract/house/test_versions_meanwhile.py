"""On PostgreSQL a newer version and whatever becomes of the older one meanwhile see each other."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import text

from syndicator.clock import SECOND_US
from syndicator.delivery.transport.protocol import Answer
from syndicator.model.lifecycle import Action
from syndicator.services.outcomes import Sent, record
from syndicator.services.revise import Revision
from syndicator.store import backlogs, deliveries, endpoints, leases
from syndicator.store.deliveries import Claimed
from tests.contract.house.conftest import ON_POSTGRES, House
from tests.contract.house.conftest import record as corrected
from tests.contract.house.locks import wait_until
from tests.contract.house.newsroom import Newsroom

PATIENCE_S = 20.0
LEASE_US = 60 * SECOND_US
CORRECTION = Revision(action=Action.CORRECT, actor="t", record=corrected(headline="Richtig"), note="Fehler")
WITHDRAWAL = Revision(action=Action.WITHDRAW, actor="t", note="Falsch")

pytestmark = ON_POSTGRES


@pytest.fixture
def newsrooms(house: House) -> Iterator[Sequence[Newsroom]]:
    """Two, with a release that waits for each."""
    with ExitStack() as stack:
        both = [stack.enter_context(Newsroom()) for _ in range(2)]
        for each in both:
            house.endpoint(each)
        house.submit()
        house.service.fan_out("t")
        yield both


def claimed(house: House, limit: int = 9, token: str = "T") -> Sequence[Claimed]:
    """What another worker claims now."""
    database, now = house.service.database, house.clock.us
    with database.write() as connection:
        return deliveries.claim(database, connection, token=token, lease_until=now + LEASE_US, limit=limit, now=now)


def revised(house: House, revision: Revision) -> None:
    house.service.revise(house.deliveries()[0]["release_id"], revision)


@contextmanager
def fanned_out_meanwhile(house: House) -> Iterator[None]:
    """Within, the newer version has its deliveries, the older ones are not superseded yet, and nobody can see either."""
    database = house.service.database
    held = text(f"SELECT id FROM deliveries WHERE id = :id {database.for_change}")
    fans_out = Thread(target=house.service.fan_out, args=("t",))
    with database.write() as connection:
        connection.execute(held, {"id": house.deliveries(state="waiting")[0]["id"]})
        fans_out.start()
        wait_until(house, 1)
        yield
    joined(fans_out)


def joined(thread: Thread) -> None:
    thread.join(PATIENCE_S)
    assert not thread.is_alive()


def told(newsrooms: Sequence[Newsroom]) -> list[list[str]]:
    """The types of the events that each was told of."""
    return [[kind for kind, _ in each.told] for each in newsrooms]


def test_a_withdrawal_reaches_those_for_whom_the_release_is_being_claimed(
    house: House, newsrooms: Sequence[Newsroom]
) -> None:
    revised(house, WITHDRAWAL)
    database, now = house.service.database, house.clock.us
    fans_out = Thread(target=house.service.fan_out, args=("t",))
    with database.write() as connection:
        rows = deliveries.claim(database, connection, token="T", lease_until=now + LEASE_US, limit=9, now=now)
        fans_out.start()
        wait_until(house, 1, lambda: not fans_out.is_alive())
    joined(fans_out)
    with database.write() as connection:
        deliveries.delivered(database, connection, [row.id for row in rows], "T", now)
    house.service.drain()
    assert told(newsrooms) == [["release.withdrawn"]] * 2


def test_nothing_is_claimed_once_it_is_decided_who_hears_of_a_withdrawal(
    house: House, newsrooms: Sequence[Newsroom]
) -> None:
    revised(house, WITHDRAWAL)
    with fanned_out_meanwhile(house):
        assert claimed(house) == []
    house.clock.us += LEASE_US
    house.service.drain()
    assert told(newsrooms) == [[], []], "it never went out, and so nobody need know that it is gone"


def test_nor_is_what_was_parked_for_an_endpoint_that_is_resumed_then(
    house: House, newsrooms: Sequence[Newsroom]
) -> None:
    """A resumption waits for the fan-out; sweeps, which go on with it, do not."""
    paused = house.deliveries()[1]["endpoint_id"]
    house.service.change_endpoint(paused, "pause", actor="t")
    revised(house, WITHDRAWAL)
    resumption = Thread(target=house.service.change_endpoint, args=(paused, "resume"), kwargs={"actor": "t"})
    with fanned_out_meanwhile(house):
        resumption.start()
        wait_until(house, 2)
        for _ in range(2):
            house.service.sweep()
        assert house.deliveries()[1]["state"] == "queued"
        assert claimed(house) == []
    joined(resumption)
    house.service.drain()
    assert told(newsrooms) == [[], []]


def test_nor_is_what_stands_in_a_queue_and_finds_a_place_then(house: House, newsrooms: Sequence[Newsroom]) -> None:
    database = house.service.database
    with database.write() as connection:
        number = endpoints.get(connection, house.deliveries()[1]["endpoint_id"])["no"]
        assert backlogs.hold_back(database, connection, [number]) == 1
    revised(house, WITHDRAWAL)
    with fanned_out_meanwhile(house):
        house.service.sweep()
        assert claimed(house) == []
    house.service.drain()
    assert told(newsrooms) == [[], []]


def test_a_claim_takes_what_another_worker_is_not_claiming_and_does_not_wait_for_it(
    house: House, newsrooms: Sequence[Newsroom]
) -> None:
    database, now = house.service.database, house.clock.us
    with database.write() as one, database.write() as other:
        other.execute(text("SET LOCAL lock_timeout = 1"))
        claims = [
            deliveries.claim(database, connection, token=token, lease_until=now + LEASE_US, limit=limit, now=now)
            for connection, token, limit in ((one, "T", 1), (other, "U", 9))
        ]
    assert [len(each) for each in claims] == [1, 1]


def failed(house: House, rows: Sequence[Claimed]) -> None:
    """Records what the worker that claimed these was answered."""
    answer = Answer(500, None, b"", "127.0.0.1", 0.1, 100)
    record(house.service.setup, [Sent(row, "T", house.clock.us, "worker", answer) for row in rows])


def test_a_failure_that_is_recorded_while_a_correction_is_fanned_out_is_superseded(
    house: House, newsrooms: Sequence[Newsroom]
) -> None:
    under_way = claimed(house, limit=1)
    revised(house, CORRECTION)
    records = Thread(target=failed, args=(house, under_way))
    with fanned_out_meanwhile(house):
        records.start()
        wait_until(house, 2, lambda: not records.is_alive())
    joined(records)
    house.clock.us += LEASE_US
    house.service.drain()
    assert told(newsrooms) == [["release.corrected"]] * 2


def test_a_lease_that_ends_while_a_correction_is_fanned_out_brings_no_older_version_back(
    house: House, newsrooms: Sequence[Newsroom]
) -> None:
    claimed(house, limit=1)
    revised(house, CORRECTION)
    house.clock.us += LEASE_US + 1
    sweeps = Thread(target=house.service.sweep)
    with fanned_out_meanwhile(house):
        sweeps.start()
        wait_until(house, 2, lambda: not sweeps.is_alive())
    joined(sweeps)
    house.service.drain()
    assert told(newsrooms) == [["release.corrected"]] * 2
    assert house.states().count(("release.published", "superseded")) == 2
    assert all(row["finished_at"] for row in house.deliveries())


def test_a_failure_that_is_recorded_while_its_lease_is_found_over_waits_for_the_sweep_in_no_circle(
    house: House, newsrooms: Sequence[Newsroom], monkeypatch: pytest.MonkeyPatch
) -> None:
    records = Thread(target=failed, args=(house, claimed(house)))
    house.clock.us += 2 * LEASE_US
    still_lapsed = leases.still_lapsed

    def meanwhile(*given: Any) -> Any:
        found = still_lapsed(*given)
        records.start()
        wait_until(house, 1)
        return found

    monkeypatch.setattr(leases, "still_lapsed", meanwhile)
    house.service.sweep()
    joined(records)
    assert [(row["state"], row["attempts"]) for row in house.deliveries()] == [("waiting", 1)] * len(newsrooms)


def test_a_batch_of_several_claims_that_fails_waits_for_a_fan_out_in_no_circle(
    house: House, newsrooms: Sequence[Newsroom]
) -> None:
    """The first claim holds the later of the two: taken claim by claim, the fan-out would come in between."""
    first, second = claimed(house, limit=1), claimed(house, limit=1, token="U")
    revised(house, CORRECTION)
    later = max(*first, *second)
    database = house.service.database
    both = sorted([*first, *second], reverse=True)
    answer = Answer(500, None, b"", "127.0.0.1", 0.1, 100)
    sent = [Sent(row, "T" if row in first else "U", house.clock.us, "worker", answer) for row in both]
    records = Thread(target=record, args=(house.service.setup, sent))
    fans_out = Thread(target=house.service.fan_out, args=("t",))
    with database.write() as connection:
        connection.execute(text("SELECT 1 FROM deliveries WHERE id = :id FOR UPDATE"), {"id": later.id})
        records.start()
        wait_until(house, 1)
        fans_out.start()
        wait_until(house, 2)
    joined(records)
    joined(fans_out)
    house.clock.us += LEASE_US
    house.service.drain()
    assert told(newsrooms) == [["release.corrected"]] * 2
