"""When the ticker sweeps: as soon as something is due, at least once an interval, and whatever happened before."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import structlog

from config.settings import Settings
from syndicator.bootstrap import Syndicator
from syndicator.errors import StoreError
from syndicator.services.sweep import Swept
from workers import ticker as module
from workers.ticker import Ticker

PATIENCE_S = 10
NOW_US = 1_800_000_000_000_000


class Sweeping(Syndicator):
    """A service whose first sweep is told by the test, and which says when the second one came."""

    def __init__(self, folder: Path, first: Callable[[], Swept], interval_s: float) -> None:
        super().__init__(Settings(data_dir=folder, sweep_interval_s=interval_s))
        self._first, self.sweeps = first, 0
        self.again = threading.Event()

    def sweep(self) -> Swept:
        self.sweeps += 1
        if self.sweeps == 1:
            return self._first()
        self.again.set()
        return Swept(0, NOW_US, None)


def fails() -> Swept:
    raise StoreError("the database is away")


@pytest.mark.parametrize(
    ("first", "interval_s", "comes"),
    [
        (lambda: Swept(0, NOW_US, NOW_US + 20_000), 30, True),
        (lambda: Swept(0, NOW_US, NOW_US + 30_000_000), 0.02, True),
        (lambda: Swept(0, NOW_US, None), 0.02, True),
        (fails, 0.02, True),
        (lambda: Swept(0, NOW_US, NOW_US), 30, False),
        (lambda: Swept(0, NOW_US, NOW_US - 1), 30, False),
        (lambda: Swept(0, NOW_US, None, has_more=True), 30, True),
        (lambda: Swept(0, NOW_US, NOW_US, has_more=True), 30, True),
    ],
    ids=[
        "due soon",
        "due later",
        "nothing due",
        "failed",
        "due now, and woken for",
        "overdue, and woken for",
        "more to do",
        "and due",
    ],
)
def test_the_next_sweep_comes_in_time_and_no_sooner(
    tmp_path: Path, first: Callable[[], Swept], interval_s: float, comes: bool
) -> None:
    service = Sweeping(tmp_path, first, interval_s)
    ticker = Ticker(service)
    with structlog.testing.capture_logs() as told:
        ticker.start()
        assert service.again.wait(PATIENCE_S if comes else 0.05) is comes
        ticker.stop()
    service.close()
    assert [each["error"] for each in told] == (["the database is away"] if first is fails else [])


@pytest.mark.parametrize(
    ("swept", "interval_s", "wait_s"),
    [
        (Swept(0, NOW_US, NOW_US + 1), 30, 0.005),
        (Swept(0, NOW_US, None, has_more=True), 30, 0.1),
        (Swept(0, NOW_US, None, has_more=True), 0.02, 0.02),
    ],
    ids=["due this moment", "more to do", "more to do, and swept more often than that"],
)
def test_it_neither_spins_nor_waits_for_longer_than_an_interval(
    tmp_path: Path, swept: Swept, interval_s: float, wait_s: float
) -> None:
    service = Sweeping(tmp_path, lambda: swept, interval_s)
    assert Ticker(service)._sweep() == wait_s
    service.close()


def test_one_that_never_had_to_sweep_is_stopped_all_the_same(tmp_path: Path) -> None:
    """As with ``sweep`` set to false, where all that ends a worker's work comes after it."""
    service = Sweeping(tmp_path, fails, 30)
    Ticker(service).stop()
    service.close()


def test_a_folder_that_cannot_be_read_keeps_no_sweep_from_coming(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreadable(_setup: object) -> None:
        raise OSError("the folder is away")

    monkeypatch.setattr(module, "_FORGET_EVERY_S", 0.0)
    monkeypatch.setattr(module, "forget_old_attempts", lambda _setup: 0)
    monkeypatch.setattr(module, "remove_unused", unreadable)
    service = Sweeping(tmp_path, lambda: Swept(0, NOW_US, NOW_US + 20_000), 30)
    ticker = Ticker(service)
    with structlog.testing.capture_logs() as told:
        ticker.start()
        assert service.again.wait(PATIENCE_S)
        ticker.stop()
    service.close()
    assert (told[0]["event"], told[0]["error"]) == ("unused media files not removed", "the folder is away")
