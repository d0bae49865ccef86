"""Whose turn it is: so many at once, so many of them to one host, and nobody behind a host that hangs."""

import math
from collections import OrderedDict, defaultdict, deque
from collections.abc import Hashable
from itertools import count
from typing import Final, Generic, TypeVar

Waiter = TypeVar("Waiter")

LATE_S: Final = 1.0
"""A process that notices only this long afterwards that a wait was over was not busy: it had been stopped."""


class Turns(Generic[Waiter]):
    """First come, first served, with ``places`` in all and ``per_host`` for one host. Not for several threads at once.

    A waiter whose host has no place left steps aside; when one of its host's places is left, it lines up again at the
    end, so that hosts with long queues do not keep the others waiting. None waits for more than ``patience_s``,
    whether in the line or aside: ``overdue`` gives those back. Times are monotonic seconds.
    """

    def __init__(self, places: int, per_host: int, patience_s: float) -> None:
        self._places = self._places_left = places
        self._per_host = per_host
        self._patience_s = patience_s
        self._numbers = count()
        # All that wait, oldest first. The line and those aside are numbers in here, or of waiters that were given back.
        self._waiting: OrderedDict[int, tuple[float, Hashable, Waiter]] = OrderedDict()
        self._line: deque[int] = deque()
        self._aside: dict[Hashable, deque[int]] = {}
        self._active: defaultdict[Hashable, int] = defaultdict(int)

    def add(self, host: Hashable, waiter: Waiter, now: float) -> None:
        number = next(self._numbers)
        self._waiting[number] = (now, host, waiter)
        self._line.append(number)

    def take(self, now: float = -math.inf) -> tuple[Hashable, Waiter] | None:
        """The next one, which now has a place until ``leave``; None while nobody can go.

        A waiter that has waited for too long by ``now`` is passed over here and given back by ``overdue``: a process
        that was stopped for a while finds free places before it notices how late it is.
        """
        while self._line and self._places_left:
            number = self._line.popleft()
            waiting = self._waiting.get(number)
            if waiting is None or waiting[0] + self._patience_s <= now:
                continue
            _, host, waiter = waiting
            if self._active[host] < self._per_host:
                del self._waiting[number]
                self._active[host] += 1
                self._places_left -= 1
                return host, waiter
            self._aside.setdefault(host, deque()).append(number)
        return None

    def leave(self, host: Hashable) -> None:
        """Gives a place back."""
        self._places_left += 1
        self._active[host] -= 1
        if not self._active[host]:
            del self._active[host]
        if host in self._aside:
            self._line_up(host)

    def _line_up(self, host: Hashable) -> None:
        """The next of those aside for this host, for which there is a place."""
        aside = self._aside[host]
        while aside:
            number = aside.popleft()
            if number in self._waiting:
                self._line.append(number)
                break
        if not aside:
            del self._aside[host]

    def overdue(self, now: float) -> list[tuple[Waiter, str]]:
        """Those that have waited for too long, and why in words; they wait no more."""
        given_back: list[tuple[Waiter, str]] = []
        while self._waiting:
            number, (since, host, waiter) = next(iter(self._waiting.items()))
            if since + self._patience_s > now:
                break
            del self._waiting[number]
            under_way = self._active.get(host, 0)
            if under_way < self._per_host and host in self._aside:  # it stood in the line: another takes its turn
                self._line_up(host)
            in_all = self._places - self._places_left
            given_back.append((waiter, f"requests under way: {under_way} to its host, {in_all} in all"))
        return given_back

    def next_end(self) -> float | None:
        """When the oldest one has waited for too long."""
        return next(iter(self._waiting.values()))[0] + self._patience_s if self._waiting else None

    def clear(self) -> list[Waiter]:
        """All that wait, and they wait no more."""
        waiting = [waiter for _, _, waiter in self._waiting.values()]
        self._waiting.clear()
        self._line.clear()
        self._aside.clear()
        return waiting
