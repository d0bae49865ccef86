"""On PostgreSQL, too, an endpoint has no more deliveries claimable at once than its places, however many workers sweep."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from syndicator.store import deliveries
from tests.contract.house.conftest import Clock, House, open_house
from tests.contract.house.newsroom import Newsroom

PLACES = 3


@pytest.fixture
def houses(tmp_path: Path, migrated_postgres_url: str) -> Iterator[Sequence[House]]:
    """Two workers of one database, with a backlog of an endpoint that was paused."""
    clock = Clock()
    both = [open_house(tmp_path, migrated_postgres_url, clock, per_endpoint=PLACES) for _ in range(2)]
    with Newsroom() as newsroom:
        endpoint_id = both[0].endpoint(newsroom)
        both[0].service.change_endpoint(endpoint_id, "pause", actor="t")
        for number in range(4 * PLACES):
            both[0].submit(key=f"{number}")
        both[0].service.fan_out("t")
        both[0].service.change_endpoint(endpoint_id, "resume", actor="t")
        yield both
    for house in both:
        house.service.close()


def test_two_sweeps_that_find_the_same_places_free_fill_them_once(
    houses: Sequence[House], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = houses
    find, found = deliveries.queued_endpoints, list[Any]()

    def overtaken(*given: Any) -> Any:
        """The other sweep comes between what this one finds and what it does about it."""
        free = find(*given)
        found.append(free)
        if len(found) == 1:
            other.service.sweep()
        return free

    monkeypatch.setattr(deliveries, "queued_endpoints", overtaken)
    one.service.sweep()
    assert [row["open"] for rows in found for row in rows] == [0, 0], "both found all of them free"
    assert len(one.deliveries(state="waiting")) == PLACES
