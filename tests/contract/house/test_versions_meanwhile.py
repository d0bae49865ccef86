"""On PostgreSQL a newer version and whatever becomes of the older one meanwhile see each other."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import text

from syndicator.clock import SECOND_US
from syndicator.model.lifecycle import Action
from syndicator.services.revise import Revision
from syndicator.store import deliveries
from syndicator.store.deliveries import Claimed
from tests.contract.house.conftest import Clock, House, open_house
from tests.contract.house.locks import wait_until
from tests.contract.house.newsroom import Newsroom

PATIENCE_S = 20.0
LEASE_US = 60 * SECOND_US
WITHDRAWAL = Revision(action=Action.WITHDRAW, actor="t", note="Falsch")


@pytest.fixture
def house(tmp_path: Path, postgres_url: str) -> Iterator[House]:
    one = open_house(tmp_path, postgres_url, Clock())
    yield one
    one.service.close()


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


def claimed(house: House, limit: int = 9) -> Sequence[Claimed]:
    """What another worker claims now."""
    database, now = house.service.database, house.clock.us
    with database.write() as connection:
        return deliveries.claim(database, connection, token="T", lease_until=now + LEASE_US, limit=limit, now=now)


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
