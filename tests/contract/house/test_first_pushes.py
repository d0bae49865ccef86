"""A process that sends hands over the first pushes as it fans out: no task and no rendering comes before them."""

import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from syndicator.dispatch import Task
from syndicator.errors import StoreError
from syndicator.store import deliveries
from tests.contract.house.conftest import House
from tests.contract.house.locks import until
from tests.contract.house.newsroom import Newsroom

MANY = 101


class Woken:
    """A dispatcher that remembers what it was to wake, each with the states of the deliveries at that moment."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.tasks: list[tuple[Task, set[str]]] = []

    def wake(self, task: Task, _numbers: Sequence[int] = ()) -> None:
        self.tasks.append((task, {state for _, state in self.house.states()}))


@pytest.fixture
def sending(house: House) -> House:
    house.service.get_ready()
    return house


def fanned_out(house: House) -> list[tuple[Task, set[str]]]:
    """What a fan-out woke."""
    house.service.dispatcher = woken = Woken(house)
    house.service.fan_out("t")
    return woken.tasks


def test_the_first_pushes_are_claimed_before_anybody_is_woken_to_render(sending: House, newsroom: Newsroom) -> None:
    sending.endpoint(newsroom)
    sending.submit()
    ((task, states),) = fanned_out(sending)
    assert task is Task.REGENERATE
    assert states <= {"claimed", "delivered"}
    assert sending.service.courier.settle()
    assert sending.states() == [("release.published", "delivered")]
    assert len(newsroom.requests) == 1


def test_more_than_the_first_are_left_to_a_task(sending: House, newsroom: Newsroom) -> None:
    for _ in range(MANY):
        sending.endpoint(newsroom)
    sending.submit()
    (deliver, states), (render, _) = fanned_out(sending)
    assert (deliver, render) == (Task.DELIVER, Task.REGENERATE)
    assert "waiting" in states
    assert sending.service.deliver("t") == 1
    assert sending.service.courier.settle()
    assert len(newsroom.requests) == MANY


def test_a_process_that_does_not_send_leaves_all_to_a_task(house: House, newsroom: Newsroom) -> None:
    house.endpoint(newsroom)
    house.submit()
    (deliver, states), (render, _) = fanned_out(house)
    assert (deliver, render) == (Task.DELIVER, Task.REGENERATE)
    assert states == {"waiting"}


@pytest.fixture
def hanging(newsroom: Newsroom) -> Iterator[Newsroom]:
    may_answer = threading.Event()
    newsroom.body = lambda _: b"" if may_answer.wait(30) else b"nobody let it go"
    yield newsroom
    may_answer.set()


def test_a_fan_out_does_not_wait_for_places_that_hang(make_house: Callable[..., House], hanging: Newsroom) -> None:
    full = make_house(in_flight=1, attempt_timeout_s=30)
    full.service.get_ready()
    full.endpoint(hanging)
    for key in ("first", "second"):
        full.submit(key)
        assert [task for task, _ in fanned_out(full)] == [Task.DELIVER, Task.REGENERATE]
    assert full.states() == [("release.published", "claimed"), ("release.published", "waiting")]


def test_pushes_that_cannot_be_claimed_keep_nobody_from_rendering(
    sending: House, newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise StoreError("the connection broke")

    sending.endpoint(newsroom)
    sending.submit()
    with monkeypatch.context() as patched:
        patched.setattr(deliveries, "claim", broken)
        assert [task for task, _ in fanned_out(sending)] == [Task.DELIVER, Task.REGENERATE]
    assert sending.service.deliver("t") == 1


def test_a_process_that_ends_leaves_all_to_another(sending: House, newsroom: Newsroom) -> None:
    sending.endpoint(newsroom)
    sending.submit()
    sending.service.courier.close()
    assert [task for task, _ in fanned_out(sending)] == [Task.DELIVER, Task.REGENERATE]
    assert sending.states() == [("release.published", "waiting")]


def test_what_is_claimed_while_the_process_ends_is_recorded(
    sending: House, newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    courier, claims, claim = sending.service.courier, threading.Event(), deliveries.claim

    def slowly(*given: Any, **named: Any) -> Any:
        claims.set()
        until(lambda: courier._recorder.is_closing)
        return claim(*given, **named)

    monkeypatch.setattr(deliveries, "claim", slowly)
    sending.endpoint(newsroom)
    sending.submit()
    fans_out = threading.Thread(target=sending.service.fan_out, args=("t",))
    fans_out.start()
    assert claims.wait(10)
    courier.close()
    fans_out.join(10)
    assert sending.states() == [("release.published", "delivered")]


def test_whoever_came_to_deliver_meanwhile_is_not_forgotten(
    sending: House, newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    courier = sending.service.courier
    claim_some = courier._claim_some

    def meanwhile(by: str, room: int) -> int:
        claimed = claim_some(by, room)
        assert courier.pump("another task") == 0, "this one is at it"
        return claimed

    monkeypatch.setattr(courier, "_claim_some", meanwhile)
    sending.endpoint(newsroom)
    sending.submit()
    assert [task for task, _ in fanned_out(sending)] == [Task.DELIVER, Task.REGENERATE]
