"""Two sweepers at the same moment: every embargo lifts once, every release is told once."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Connection, text

from syndicator.clock import SECOND_US, from_us, isoformat
from syndicator.model.endpoint import NewEndpoint
from syndicator.store import releases
from syndicator.store.database import Database
from tests.contract.house.conftest import Clock, House, open_house
from tests.faults.invariants import broken
from tests.faults.newsrooms import Newsroom

COUNT = 20
MEET_S = 20
UNCONDITIONAL = text("UPDATE releases SET state = 'published', published_at = :at, updated_at = :at WHERE id = :id")


def due_at_once(house: House) -> None:
    lifts = house.clock.us + SECOND_US
    for number in range(COUNT):
        house.submit(key=str(number), headline=str(number), embargo_until=isoformat(from_us(lifts)))
    house.clock.us = lifts


def at_once(*calls: Callable[[], object]) -> list[object]:
    """Their answers; no call begins before all are ready to."""
    ready = threading.Barrier(len(calls), timeout=MEET_S)

    def call(one: Callable[[], object]) -> object:
        ready.wait()
        return one()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(call, calls))


def seen(house: House) -> set[str]:
    with house.service.database.read() as connection:
        return set(broken(connection, house.clock.us))


def test_two_that_do_everything_at_once_do_it_once(make_house: Callable[..., House], newsroom: Newsroom) -> None:
    clock = Clock()
    one, two = make_house(clock=clock), make_house(clock=clock)
    one.service.add_endpoint(NewEndpoint(url=newsroom.url), owner="newsroom")
    due_at_once(one)
    at_once(one.service.drain, two.service.drain)
    assert seen(one) == set()
    assert len(newsroom.sent) == COUNT
    assert len(newsroom.kept) == COUNT


@pytest.mark.parametrize(
    ("locked", "conditional", "told_twice"),
    [(True, True, False), (False, True, False), (True, False, False), (False, False, True)],
)
def test_two_that_read_the_same_before_either_lifts(
    make_postgres_pair: tuple[House, House],
    monkeypatch: pytest.MonkeyPatch,
    *,
    locked: bool,
    conditional: bool,
    told_twice: bool,
) -> None:
    """Of the two nets, locked rows and conditional updates, either is enough. The control has neither."""
    one, two = make_postgres_pair
    due_at_once(one)
    read = threading.Barrier(2, timeout=MEET_S)
    due = releases.due

    def due_by_both(connection: Connection, now: int, limit: int, skip_locked: str) -> Sequence[str]:
        found = due(connection, now, limit, skip_locked)
        read.wait()
        return found

    monkeypatch.setattr(releases, "due", due_by_both)
    if not locked:
        monkeypatch.setattr(Database, "skip_locked", "")
    if not conditional:
        monkeypatch.setattr(releases, "_LIFT", UNCONDITIONAL)
    lifted = at_once(lambda: one.service.sweep().lifted, lambda: two.service.sweep().lifted)
    assert sum(int(str(count)) for count in lifted) == COUNT * (2 if told_twice else 1)
    assert ("everything is told once" in seen(one)) is told_twice


@pytest.fixture
def make_postgres_pair(
    tmp_path_factory: pytest.TempPathFactory, migrated_postgres_url: str
) -> Iterator[tuple[House, House]]:
    clock, folder = Clock(), tmp_path_factory.mktemp("house")
    one, two = (open_house(folder, migrated_postgres_url, clock) for _ in range(2))
    yield one, two
    for house in (one, two):
        house.service.close()
