"""An endpoint moves only along its table, also when an answer comes late."""

from typing import Any

import pytest

from syndicator.errors import NotFound
from syndicator.services.views import newsrooms as views
from syndicator.store import audit
from tests.contract.house.conftest import House
from tests.contract.house.newsroom import Newsroom


def test_a_410_that_comes_after_the_removal_brings_no_endpoint_back(house: House, newsroom: Newsroom) -> None:
    endpoint_id = house.endpoint(newsroom)

    def remove(_event: dict[str, Any]) -> bytes:
        house.service.change_endpoint(endpoint_id, "remove", actor="desk")
        return b""

    newsroom.answer, newsroom.body = 410, remove
    house.submit()
    house.service.drain()
    assert house.states() == [("release.published", "dead")]
    with pytest.raises(NotFound):
        views.endpoint(house.service.setup, endpoint_id)
    with house.service.database.read() as connection:
        assert [row["action"] for row in audit.of(connection, endpoint_id)] == ["add", "remove"]
