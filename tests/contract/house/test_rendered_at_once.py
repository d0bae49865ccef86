"""Two that render one channel at once: a rendering that came too late is made again, and shows nothing erased."""

import gzip
import threading
from collections.abc import Callable
from typing import Any

import pytest

from feeds.model import FORMATS
from syndicator.services.documents import render_channel
from syndicator.services.regenerate import dirty_channels
from syndicator.store import renditions
from tests.contract.house.conftest import House
from tests.contract.house.test_erase import changed, wanted

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
    assert all("Newest" in feed(house, 0, form) for form in FORMATS)
    assert "Early 0" in feed(house, 1, "atom")


def test_what_an_erasure_rewrote_is_served_when_it_returns_though_another_thread_renders(
    make_house: Callable[..., House], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the same process: it has read the old text, and stores it afterwards if it may."""
    house = make_house()
    named = house.submit("named", **changed(headline="Named"))
    house.service.drain()
    numbers = submitted(house, "Other")
    has_read, may_store = threading.Event(), threading.Event()
    rendering = threading.Thread(target=lambda: house.service.regenerate(numbers, "test"))

    def rendered(*given: Any) -> Any:
        made = render_channel(*given)
        if threading.current_thread() is rendering and not has_read.is_set():
            has_read.set()
            assert may_store.wait(PATIENCE_S)
        return made

    monkeypatch.setattr("syndicator.services.regenerate.render_channel", rendered)
    rendering.start()
    assert has_read.wait(PATIENCE_S)
    assert "Mustermann" in feed(house, 0, "atom")
    house.service.erase_contact(wanted(release=named), actor="operator")
    assert "Mustermann" not in "".join(feed(house, 0, form) for form in FORMATS)
    may_store.set()
    rendering.join(PATIENCE_S)
    assert "Mustermann" not in "".join(feed(house, 0, form) for form in FORMATS)
    assert "Other" in feed(house, 0, "atom")
    assert dirty_channels(house.service.setup) == []


def submitted(house: House, headline: str) -> tuple[int, ...]:
    """The channels that show it."""
    house.submit(headline, headline=headline)
    return house.service.fan_out("test").channels


def feed(house: House, page: int, form: str) -> str:
    with house.service.database.read() as connection:
        row = renditions.get(connection, "all", page, form)
    assert row is not None
    return gzip.decompress(row["gzip"]).decode()
