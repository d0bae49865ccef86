"""One thread works at a time, nothing that was asked is forgotten, and a failure does not stop those who come later."""

import threading
from collections.abc import Sequence

import pytest

from syndicator.services.rounds import Rounds


def test_wishes_are_worked_on_in_their_order_some_at_once() -> None:
    rounds = Rounds(2)
    assert rounds.run([3, 1, 2, 3], tuple) == [(3, 1), (2,)]
    assert rounds.run([4], tuple) == [(4,)], "the thread at work has ended"


def test_without_wishes_there_is_no_round() -> None:
    assert Rounds(2).run([], tuple) == []


def test_who_comes_meanwhile_leaves_his_wishes_to_the_thread_at_work() -> None:
    rounds, entered, go_on = Rounds(10), threading.Event(), threading.Event()
    worked: list[tuple[str, Sequence[int]]] = []

    def slowly(some: Sequence[int]) -> None:
        worked.append((threading.current_thread().name, some))
        entered.set()
        assert go_on.wait(10)

    first = threading.Thread(target=rounds.run, args=([1], slowly), name="first")
    first.start()
    assert entered.wait(10)
    assert rounds.run([1, 2], slowly) == []
    assert rounds.run([2, 3], slowly) == []
    go_on.set()
    first.join(10)
    assert worked == [("first", (1,)), ("first", (1, 2, 3))]


def test_after_a_failure_the_next_who_asks_does_what_is_left() -> None:
    rounds = Rounds(1)

    def fail(some: Sequence[int]) -> None:
        raise OSError(some)

    with pytest.raises(OSError, match="1"):
        rounds.run([1, 2], fail)
    assert rounds.run([3], tuple) == [(2,), (3,)]
