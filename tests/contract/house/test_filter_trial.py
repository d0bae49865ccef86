"""What trying a filter out, or saving one, takes of a service that has many releases."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, event

from syndicator.model.filter import EVERYTHING, Filter
from syndicator.model.lifecycle import Action
from syndicator.services.channels import try_filter
from syndicator.services.revise import Revision
from syndicator.store import releases
from tests.contract.house.conftest import House, record

PAGE = 3


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """How many rows each statement found, where the driver has them all at once and knows it."""
    counts: list[int] = []

    def count(_connection: Any, cursor: Any, *_: Any) -> None:
        counts.append(cursor.rowcount)

    monkeypatch.setattr(releases, "_PAGE", PAGE)
    event.listen(Engine, "after_cursor_execute", count)
    yield counts
    event.remove(Engine, "after_cursor_execute", count)


@pytest.mark.parametrize("count", [PAGE - 1, PAGE, 2 * PAGE, 2 * PAGE + 1])
def test_stored_releases_are_read_a_page_at_a_time(house: House, found: list[int], count: int) -> None:
    """The driver of PostgreSQL holds whatever a statement finds: 20,000 records took gigabytes, if they were long."""
    ids = [house.submit(f"{number}", headline=f"Release {number % 2}") for number in range(count)]
    found.clear()
    assert try_filter(house.service.setup, EVERYTHING).releases == tuple(sorted(ids, reverse=True))
    assert max(found) <= PAGE
    odd = sorted((each for number, each in enumerate(ids) if number % 2), reverse=True)
    assert try_filter(house.service.setup, Filter(headline="release 1")).releases == tuple(odd)


def test_no_more_are_read_than_may_be(house: House, found: list[int]) -> None:
    del found
    ids = [house.submit(f"{number}") for number in range(PAGE + 2)]
    setup = house.service.setup
    with setup.database.read() as connection:
        now = setup.database.now_us(connection)
        read = list(releases.published_since(connection, 0, now=now, limit=PAGE + 1))
    assert [each[0] for each in read] == sorted(ids, reverse=True)[:-1]


def test_a_trial_shows_what_is_public_as_it_reads_now(house: House) -> None:
    """A newsroom that was there before was also sent what no longer matches, or is gone."""
    corrected, withdrawn, left = (house.submit(each, headline=f"Release {each}") for each in "abc")
    house.service.revise(
        corrected, Revision(action=Action.CORRECT, actor="t", record=record(headline="Statement"), note="Wrong word.")
    )
    house.service.revise(withdrawn, Revision(action=Action.WITHDRAW, actor="t", note="Gone."))
    assert try_filter(house.service.setup, Filter(headline="release")).releases == (left,)
    assert try_filter(house.service.setup, Filter(headline="statement")).releases == (corrected,)
