"""Who goes when, and who has waited for too long: the clock is the test's."""

import weakref

from syndicator.delivery.transport.turns import Turns


def taken(turns: Turns[str]) -> list[str]:
    waiters = []
    while turn := turns.take():
        waiters.append(turn[1])
    return waiters


def given_back(turns: Turns[str], now: float) -> list[str]:
    return [waiter for waiter, _ in turns.overdue(now)]


def test_the_oldest_are_given_back_whether_aside_or_in_the_line() -> None:
    turns: Turns[str] = Turns(2, 1, patience_s=5)
    for number, (host, waiter) in enumerate([("a", "a1"), ("a", "a2"), ("b", "b1"), ("c", "c1"), ("a", "a3")]):
        turns.add(host, waiter, number)
    assert taken(turns) == ["a1", "b1"]
    assert turns.next_end() == 6
    assert given_back(turns, 5.9) == []
    assert turns.overdue(8) == [
        ("a2", "requests under way: 1 to its host, 2 in all"),
        ("c1", "requests under way: 0 to its host, 2 in all"),
    ]
    assert turns.next_end() == 9
    turns.leave("a")
    assert taken(turns) == ["a3"], "what was given back holds nobody up"
    assert turns.next_end() is None
    assert turns.clear() == []


def test_a_turn_that_came_too_late_is_the_next_one_s_of_its_host() -> None:
    turns: Turns[str] = Turns(2, 1, patience_s=5)
    for now, (host, waiter) in enumerate([("a", "a1"), ("b", "b1")]):
        turns.add(host, waiter, now)
    assert taken(turns) == ["a1", "b1"]
    turns.leave("b")
    turns.add("a", "a2", 2)
    turns.add("a", "a3", 6)
    assert taken(turns) == [], "both aside"
    turns.add("c", "c1", 6)
    turns.add("d", "d1", 6)
    turns.leave("a")
    assert taken(turns) == ["c1", "d1"], "a2 is in the line now, and no place is left"
    assert given_back(turns, 7) == ["a2"]
    turns.leave("c")
    assert taken(turns) == ["a3"]


def test_nobody_goes_who_has_waited_for_too_long_whatever_places_are_free() -> None:
    turns: Turns[str] = Turns(2, 1, patience_s=5)
    for now, (host, waiter) in enumerate([("a", "a1"), ("a", "a2"), ("a", "a3"), ("b", "b1"), ("c", "c1")]):
        turns.add(host, waiter, now)
    assert turns.take(4) == ("a", "a1")
    assert turns.take(4) == ("b", "b1")
    turns.leave("a")
    turns.leave("b")
    assert turns.take(6.5) == ("c", "c1"), "a2 is in the line"
    assert turns.take(6.5) is None
    assert given_back(turns, 6.5) == ["a2"]
    assert turns.take(6.5) == ("a", "a3"), "it takes the turn of the one before it"


def test_who_waits_is_told_once_when_all_is_cleared() -> None:
    turns: Turns[str] = Turns(1, 1, patience_s=5)
    for waiter in ("a1", "a2", "a3"):
        turns.add("a", waiter, len(waiter))
    assert taken(turns) == ["a1"]
    assert turns.clear() == ["a2", "a3"]
    assert (turns.next_end(), given_back(turns, 100)) == (None, [])
    turns.leave("a")
    assert taken(turns) == []


def test_who_was_given_back_aside_keeps_nobody_aside() -> None:
    turns: Turns[str] = Turns(3, 1, patience_s=5)
    for now, waiter in enumerate(["a1", "a2", "a3", "a4"]):
        turns.add("a", waiter, now)
    assert taken(turns) == ["a1"]
    assert given_back(turns, 7) == ["a2", "a3"]
    turns.leave("a")
    assert taken(turns) == ["a4"]


def test_who_is_aside_keeps_its_order_where_one_before_it_is_given_back() -> None:
    turns: Turns[str] = Turns(3, 1, patience_s=5)
    for now, waiter in enumerate(["a1", "a2", "a3", "a4"]):
        turns.add("a", waiter, now)
    assert taken(turns) == ["a1"]
    assert given_back(turns, 6) == ["a2"]
    assert taken(turns) == []
    turns.leave("a")
    assert taken(turns) == ["a3"]


class Host:
    """Any host; it is known by being itself."""


def test_a_host_that_nobody_waits_for_is_forgotten() -> None:
    turns: Turns[str] = Turns(3, 1, patience_s=5)
    host = Host()
    for now, waiter in enumerate(["1", "2", "3"]):
        turns.add(host, waiter, now)
    assert taken(turns) == ["1"]
    turns.leave(host)
    assert taken(turns) == ["2"]
    assert given_back(turns, 7) == ["3"]
    turns.leave(host)
    turns.add(host, "4", 7)
    assert given_back(turns, 12) == ["4"]
    is_there = weakref.ref(host)
    del host
    assert taken(turns) == []
    assert is_there() is None
