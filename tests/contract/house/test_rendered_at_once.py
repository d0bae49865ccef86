"""Two processes that render one channel: a rendering that came too late is made again at once, not by the next sweep."""

import gzip
import threading
from collections.abc import Callable
from typing import Any

import pytest

from syndicator.services.documents import render_channel
from syndicator.services.regenerate import dirty_channels
from syndicator.store import renditions
from tests.contract.house.conftest import House

PATIENCE_S = 20.0
WINDOW = 4


def test_a_channel_whose_page_another_process_closed_meanwhile_is_rendered_again(
    make_house: Callable[..., House], monkeypatch: pytest.MonkeyPatch
) -> None:
    house, other = (make_house(feed_window=WINDOW) for _ in range(2))
    for number in range(WINDOW):
        house.submit(f"early {number}", headline=f"Early {number}")
    house.service.drain()
    has_read, may_store = threading.Event(), threading.Event()
    closing = threading.Thread(target=lambda: other.service.regenerate(dirty_channels(other.service.setup), "other"))

    def rendered(*given: Any) -> Any:
        if threading.current_thread() is closing:
            has_read.set()
            assert may_store.wait(PATIENCE_S)
        elif closing.is_alive():
            may_store.set()
            closing.join(PATIENCE_S)
        return render_channel(*given)

    monkeypatch.setattr("syndicator.services.regenerate.render_channel", rendered)
    submitted(house, "One too many")  # a page closes
    closing.start()
    assert has_read.wait(PATIENCE_S)
    numbers = submitted(house, "Newest")
    assert house.service.regenerate(numbers, "test") > 0
    assert not closing.is_alive()
    assert dirty_channels(house.service.setup) == []
    assert all("Newest" in feed(house, 0, form) for form in ("rss", "atom", "json"))
    assert "Early 0" in feed(house, 1, "atom")


def submitted(house: House, headline: str) -> tuple[int, ...]:
    """The channels that show it."""
    house.submit(headline, headline=headline)
    return house.service.fan_out("test").channels


def feed(house: House, page: int, form: str) -> str:
    with house.service.database.read() as connection:
        row = renditions.get(connection, "all", page, form)
    assert row is not None
    return gzip.decompress(row["gzip"]).decode()
