"""What a process sends to its broker, and what it leaves be while that is away."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from syndicator.dispatch import Task
from tests.servers.places import free_port
from workers import broker, dispatch
from workers.app import make_app
from workers.dispatch import CeleryDispatcher

PATIENCE_S = 10


class Wakes:
    """In the place of sending: keeps what was to be sent, and fails while ``is_away``, once it may ``go_on``."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, list[Any]]] = []
        self.is_away = True
        self.arrived, self.go_on = threading.Event(), threading.Event()
        self.go_on.set()

    def __call__(self, task: str, *, args: list[Any], **_: object) -> None:
        self.sent.append((task, args))
        self.arrived.set()
        assert self.go_on.wait(PATIENCE_S)
        if self.is_away:
            raise OSError("away")


@pytest.fixture
def wakes(monkeypatch: pytest.MonkeyPatch) -> Wakes:
    monkeypatch.setattr(broker, "_PAUSE_S", 0.01)
    monkeypatch.setattr(broker, "_LONGEST_PAUSE_S", 0.01)
    monkeypatch.setattr(dispatch, "_AT_ONCE", 1)
    return Wakes()


@pytest.fixture
def dispatcher(wakes: Wakes, monkeypatch: pytest.MonkeyPatch) -> Iterator[CeleryDispatcher]:
    app = make_app(f"redis://127.0.0.1:{free_port()}/0", threads=1)
    monkeypatch.setattr(app, "send_task", wakes)
    one = CeleryDispatcher(app)
    yield one
    one.close()
    app.close()


def asking() -> list[threading.Thread]:
    return [each for each in threading.enumerate() if each.name == "broker"]


def test_only_channels_are_told_by_number(dispatcher: CeleryDispatcher, wakes: Wakes) -> None:
    wakes.is_away = False
    for task in Task:
        dispatcher.wake(task, (3, 5))
    assert wakes.sent == [(Task.FAN_OUT, []), (Task.REGENERATE, [[3, 5]]), (Task.DELIVER, [])]


def test_a_broker_that_is_back_is_first_told_of_what_was_accepted_meanwhile(
    dispatcher: CeleryDispatcher, wakes: Wakes
) -> None:
    dispatcher.wake(Task.DELIVER)
    wakes.is_away = False
    for thread in asking():
        thread.join(PATIENCE_S)
    assert wakes.sent[0] == (Task.DELIVER, [])
    assert {task for task, _ in wakes.sent[1:]} == {Task.FAN_OUT}


def test_who_waited_for_his_turn_while_the_broker_went_does_not_try_it_too(
    dispatcher: CeleryDispatcher, wakes: Wakes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each would have the next one wait for seconds more."""
    monkeypatch.setattr(broker, "_PAUSE_S", 60)
    monkeypatch.setattr(dispatcher._broker, "_pause_s", 60)
    wakes.go_on.clear()
    several = [threading.Thread(target=dispatcher.wake, args=(Task.DELIVER,)) for _ in range(3)]
    for thread in several:
        thread.start()
    assert wakes.arrived.wait(PATIENCE_S)
    wakes.go_on.set()
    for thread in several:
        thread.join(PATIENCE_S)
    dispatcher.wake(Task.DELIVER)
    assert len(wakes.sent) == 1


def test_who_knows_that_the_broker_is_away_waits_for_no_turn(
    dispatcher: CeleryDispatcher, wakes: Wakes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatcher._broker, "_pause_s", 60)
    dispatcher.wake(Task.DELIVER)
    late = threading.Thread(target=dispatcher.wake, args=(Task.DELIVER,))
    with dispatcher._producers.acquire(block=True):
        late.start()
        late.join(PATIENCE_S)
        assert not late.is_alive()
    assert len(wakes.sent) == 1


def test_a_broker_that_is_away_at_the_end_is_asked_no_more(dispatcher: CeleryDispatcher) -> None:
    dispatcher.wake(Task.DELIVER)
    dispatcher.close()
    for thread in asking():
        thread.join(PATIENCE_S)
    assert asking() == []
