"""Whose turn it is: so many at once, so many of them to one host, and nobody behind a host that hangs."""

from collections import defaultdict, deque
from collections.abc import Hashable
from typing import Generic, TypeVar

Job = TypeVar("Job")


class Turns(Generic[Job]):
    """First come, first served, with ``places`` in all and ``per_host`` for one host. Not for several threads at once.

    A job whose host has no place left steps aside; when one of its host's places is left, it lines up again at the
    end, so that hosts with long queues do not keep the others waiting.
    """

    def __init__(self, places: int, per_host: int) -> None:
        self._places_left = places
        self._per_host = per_host
        self._line: deque[tuple[Hashable, Job]] = deque()
        self._aside: dict[Hashable, deque[Job]] = {}
        self._active: defaultdict[Hashable, int] = defaultdict(int)

    def add(self, host: Hashable, job: Job) -> None:
        self._line.append((host, job))

    def take(self) -> tuple[Hashable, Job] | None:
        """The next one, which now has a place until ``leave``; None while nobody can go."""
        while self._line and self._places_left:
            host, job = self._line.popleft()
            if self._active[host] < self._per_host:
                self._active[host] += 1
                self._places_left -= 1
                return host, job
            self._aside.setdefault(host, deque()).append(job)
        return None

    def leave(self, host: Hashable) -> None:
        """Gives a place back."""
        self._places_left += 1
        self._active[host] -= 1
        if not self._active[host]:
            del self._active[host]
        if aside := self._aside.get(host):
            self._line.append((host, aside.popleft()))
            if not aside:
                del self._aside[host]

    def clear(self) -> list[Job]:
        """All that wait, and they wait no more."""
        waiting = [job for _, job in self._line]
        waiting += [job for aside in self._aside.values() for job in aside]
        self._line.clear()
        self._aside.clear()
        return waiting
