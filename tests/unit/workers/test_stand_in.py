"""What a worker does by itself: what is woken for meanwhile comes once, whole, and whatever failed before."""

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import structlog

from config.settings import Settings
from syndicator.bootstrap import Syndicator
from syndicator.dispatch import Task
from workers.stand_in import StandIn

PATIENCE_S = 10


class Rendering(Syndicator):
    """A service that notes what it is to render, waits for ``go`` the first time, and fails then."""

    def __init__(self, folder: Path) -> None:
        super().__init__(Settings(data_dir=folder))
        self.asked: list[Sequence[int]] = []
        self.begun, self.go, self.done = (threading.Event() for _ in range(3))

    def regenerate(self, numbers: Sequence[int], by: str = "") -> int:
        self.asked.append(tuple(numbers))
        if len(self.asked) == 1:
            self.begun.set()
            assert self.go.wait(PATIENCE_S)
            raise OSError("disk full")
        self.done.set()
        return len(by)


@pytest.fixture
def rendering(tmp_path: Path) -> Iterator[Rendering]:
    one = Rendering(tmp_path)
    yield one
    one.go.set()
    one.close()


def test_wakes_that_come_meanwhile_are_one_and_a_task_that_failed_keeps_none_from_it(rendering: Rendering) -> None:
    stand_in = StandIn(rendering, "worker")
    with structlog.testing.capture_logs() as told:
        stand_in.wake(Task.REGENERATE, [1])
        assert rendering.begun.wait(PATIENCE_S)
        for numbers in ([2, 3], [3], [4]):
            stand_in.wake(Task.REGENERATE, numbers)
        rendering.go.set()
        assert rendering.done.wait(PATIENCE_S)
        stand_in.close()
    assert rendering.asked == [(1,), (2, 3, 4)]
    assert [(each["event"], each["error"]) for each in told] == [("task failed", "disk full")]


def test_what_waits_at_the_end_is_left_to_others(rendering: Rendering) -> None:
    stand_in = StandIn(rendering, "worker")
    stand_in.wake(Task.REGENERATE, [1])
    assert rendering.begun.wait(PATIENCE_S)
    stand_in.wake(Task.REGENERATE, [2])
    closing = threading.Thread(target=stand_in.close)
    closing.start()
    closing.join(0.02)
    assert closing.is_alive(), "it did not wait for what is under way"
    rendering.go.set()
    closing.join(PATIENCE_S)
    stand_in.wake(Task.FAN_OUT)
    assert rendering.asked == [(1,)]
