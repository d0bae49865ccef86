"""Work that a process does one round at a time: what is asked meanwhile is done by the next round.

Ten wakes at once would have ten threads make the same documents, each in the way of the others.
"""

import threading
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import TypeVar

Done = TypeVar("Done")


class Rounds:
    """Threads of a process share it. What was asked and not done when the work fails is left to the next call."""

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._asked: dict[int, None] = {}
        self._busy = False
        self._lock = threading.Lock()

    def run(self, wishes: Iterable[int], work: Callable[[Sequence[int]], Done]) -> list[Done]:
        """What this thread's rounds gave; nothing when another thread is at work, which then does these, too.

        A round takes ``at_once`` wishes, the oldest first. A wish that comes again while it is worked on
        gets a further round.
        """
        with self._lock:
            self._asked.update(dict.fromkeys(wishes))
            if self._busy:
                return []
            self._busy = True
        done = []
        try:
            while some := self._next():
                done.append(work(some))
        except BaseException:
            with self._lock:
                self._busy = False
            raise
        return done

    def _next(self) -> Sequence[int]:
        with self._lock:
            some = tuple(islice(self._asked, self._at_once))
            for wish in some:
                del self._asked[wish]
            self._busy = bool(some)
            return some
