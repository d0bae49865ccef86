"""Simulated channels: entries come in, pages close, readers walk back at any moment."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.archive import Limits, closing

sizes = st.lists(st.integers(1, 60_000), max_size=200)
any_limits = st.builds(
    lambda page, more, max_bytes: Limits(window=page + more, page=page, max_bytes=max_bytes),
    st.integers(1, 25),
    st.integers(0, 25),
    st.integers(1, 512_000),
)


@dataclass
class Channel:
    """A channel as a server keeps it: entries are numbered, a page is never touched again."""

    limits: Limits
    sizes: list[int] = field(default_factory=list)
    pages: list[tuple[int, ...]] = field(default_factory=list)
    current: list[int] = field(default_factory=list)

    def publish(self, size: int) -> None:
        self.current.append(len(self.sizes))
        self.sizes.append(size)
        while closed := closing([self.sizes[entry] for entry in self.current], self.limits):
            self.pages.append(tuple(self.current[:closed]))
            del self.current[:closed]

    def fetch(self) -> tuple[list[int], int]:
        """The current document's entries and the number of pages that its prev-archive leads to."""
        return list(self.current), len(self.pages)


@given(sizes, any_limits, st.data())
def test_walking_back_yields_every_entry_once_also_while_pages_close(
    incoming: list[int], limits: Limits, data: st.DataObject
) -> None:
    channel = Channel(limits)
    fetched_after = data.draw(st.integers(0, len(incoming)))
    for size in incoming[:fetched_after]:
        channel.publish(size)
    walked, behind = channel.fetch()
    for size in incoming[fetched_after:]:
        channel.publish(size)
    for page in reversed(channel.pages[:behind]):
        walked = [*page, *walked]
    assert walked == list(range(fetched_after))


@given(sizes, any_limits)
def test_every_document_keeps_to_its_limits(incoming: list[int], limits: Limits) -> None:
    channel = Channel(limits)
    for size in incoming:
        channel.publish(size)
        waiting = [channel.sizes[entry] for entry in channel.current]
        assert len(waiting) <= limits.window
        assert len(waiting) == 1 or sum(waiting) <= limits.max_bytes
    for page in channel.pages:
        assert 1 <= len(page) <= limits.page
        assert len(page) == 1 or sum(channel.sizes[entry] for entry in page) <= limits.max_bytes


def test_small_entries_close_in_pages_of_25_and_leave_26_to_50() -> None:
    channel = Channel(Limits())
    counts = []
    for _ in range(500):
        channel.publish(1_000)
        counts.append(len(channel.current))
    assert {len(page) for page in channel.pages} == {25}
    assert counts[:51] == [*range(1, 51), 26]
    assert set(counts[50:]) == set(range(26, 51))


def test_large_entries_close_when_the_bytes_demand_it_and_leave_half() -> None:
    assert closing([60_000] * 8, Limits()) == 0
    assert closing([60_000] * 9, Limits()) == 5


def test_a_page_keeps_to_its_bytes_when_several_entries_came_at_once() -> None:
    assert closing([400_000, 400_000, 1_000], Limits()) == 1


def test_what_just_fits_stays_or_goes_along() -> None:
    assert closing([256_000, 256_000], Limits()) == 0
    assert closing([256_001, 255_999, 1], Limits()) == 1
    assert closing([256_000, 256_000, 1, 1], Limits()) == 2


def test_one_large_entry_does_not_take_the_small_ones_behind_it_along() -> None:
    assert closing([400_000] + [5_000] * 26, Limits()) == 1


def test_the_newest_entry_stays_however_large() -> None:
    assert closing([], Limits()) == 0
    assert closing([9_000_000], Limits()) == 0
    assert closing([9_000_000, 9_000_000], Limits()) == 1


@pytest.mark.parametrize(
    "limits", [{"page": 0}, {"page": 51, "window": 50}, {"max_bytes": 0}], ids=["no page", "page>window", "bytes"]
)
def test_limits_that_cannot_work_are_refused(limits: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="0 < page <= window"):
        Limits(**limits)
