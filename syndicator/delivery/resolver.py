"""Addresses behind host names, looked up by threads of their own, so that names which hang keep no others waiting.

``getaddrinfo`` cannot be cancelled: a name whose servers say nothing holds its thread for ten seconds or more, and
anybody may own a thousand such names. A caller waits only as long as it wants to; the thread stays with the name.

- A name is asked once at a time, however many wait for it.
- ``at_once`` lookups run together, which is as much as small name servers bear. One that is slow makes room for the
  next, since it waits and asks for nothing; so there are more threads than that, up to ``threads``.
- The names of one domain hold an eighth of the threads. A domain is the last two labels: below them its owner makes
  names without end. Under ``co.uk`` strangers share such an eighth, which is plenty as long as their names answer.
- A name that hung is not looked up again for ``remember_s``: pushes to it fail at once. Until they answer, all names
  that hung share one eighth of the threads, whatever their domains.
- A name that found no thread in time was not looked up, which says nothing about it: ``Crowded``, no fault of its own.
- An answer that has just expired is still used while the name is looked up again: frequent pushes never wait for it.
"""

import socket
import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from time import monotonic
from typing import Any, Final, TypeVar

from syndicator.delivery.transport.turns import Turns

Answers = tuple[str, ...]
Lookup = Callable[[str], Answers]
Kept = TypeVar("Kept")

_SHARES: Final = 8
_SPARE_THREADS: Final = 8
_HUNG: Final = "names that hung"  # no domain: it has spaces


class Crowded(OSError):
    """No thread was free for the name in time: it was not looked up."""


class Asked(Future[Answers]):
    """The answer to come. Ends with OSError if there is none."""

    def __init__(self) -> None:
        super().__init__()
        self.asked_at = monotonic()
        self.began_at: float | None = None

    def had_its_time(self) -> bool:
        """Whether the name itself is slow: its lookup has run for at least as long as it waited for a thread."""
        return self.began_at is not None and monotonic() - self.began_at >= self.began_at - self.asked_at


def system_lookup(host: str) -> Answers:
    """What this machine's resolver says, in its order of preference. OSError if there is no answer."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))


class Resolver:
    """Host names to addresses, with a bounded number of threads and a short memory.

    ``remember_s`` is how long an answer is used again, since ``getaddrinfo`` does not tell the record's own time, and
    as long again while it is renewed; 0 asks each time. ``slow_after_s`` is when a lookup makes room for another one,
    and has hung if it fails. A name that waited longer than ``patience_s`` for a thread is not looked up any more.
    """

    def __init__(
        self,
        lookup: Lookup = system_lookup,
        *,
        at_once: int = 128,
        threads: int = 512,
        slow_after_s: float = 1.0,
        patience_s: float = 5.0,
        remember_s: float = 30.0,
        remember_names: int = 50_000,
    ) -> None:
        self._lookup = lookup
        self._at_once, self._most_threads = at_once, threads
        self._slow_after_s, self._patience_s = slow_after_s, patience_s
        self._remember_s, self._remember_names = remember_s, remember_names
        self._changed = threading.Condition()
        self._asked: dict[str, Asked] = {}
        self._turns: Turns[str] = Turns(threads, max(1, threads // _SHARES), patience_s)
        self._quick: OrderedDict[str, float] = OrderedDict()  # what is looked up and not slow yet: since when
        self._threads = self._idle = 0
        self._known: OrderedDict[str, tuple[float, Answers]] = OrderedDict()
        self._hung: OrderedDict[str, float] = OrderedDict()

    def known(self, host: str) -> Answers | None:
        """An answer without waiting: one that is fresh, or just over its time and asked for again."""
        fresh_until, answers = self._known.get(host, (0.0, None))
        late_s = monotonic() - fresh_until
        if answers is None or late_s >= self._remember_s:
            return None
        if late_s >= 0:
            self.ask(host)
        return answers

    def ask(self, host: str) -> Asked:
        """The answer to come; the same one for everybody who asks meanwhile."""
        with self._changed:
            asked = self._asked.get(host)
            if asked is not None:
                if not self._threads:  # none was to be had when it was asked for first
                    self._see_that_one_watches()
                return asked
            asked = Asked()
            if asked.asked_at < self._hung.get(host, 0.0):
                asked.set_exception(OSError("its name servers did not answer a moment ago"))
                return asked
            self._asked[host] = asked
            self._turns.add(_HUNG if host in self._hung else _domain(host), host, asked.asked_at)
            self._see_that_one_watches()
            return asked

    # --- the threads

    def _see_that_one_watches(self) -> None:
        """While names wait, so does a thread: for a lookup to end, or to be slow."""
        if self._idle:
            self._changed.notify()
        elif self._threads < self._most_threads:
            with suppress(RuntimeError):  # no new thread could be started: the existing ones take what waits
                threading.Thread(target=self._work, name="resolver", daemon=True).start()
                self._threads += 1
                self._idle += 1

    def _work(self) -> None:
        while turn := self._next():
            domain, host = turn
            began, asked = monotonic(), self._asked[host]
            try:
                answers = self._look_up(host, asked, began)
            except Exception as error:  # noqa: BLE001 (the thread's boundary: its name would be waited for in vain for ever)
                self._end(domain, host, None, began)
                asked.set_exception(error)
            else:
                self._end(domain, host, answers, began)
                asked.set_result(answers)

    def _look_up(self, host: str, asked: Asked, began: float) -> Answers:
        if began - asked.asked_at > self._patience_s:
            raise Crowded("too many names are being looked up")
        asked.began_at = began
        return self._lookup(host)

    def _next(self) -> tuple[Any, str] | None:
        """A name whose turn it is, and its domain; None once enough other threads have nothing to do."""
        with self._changed:
            while not (turn := self._turn()) and self._idle <= _SPARE_THREADS:
                self._changed.wait(self._until_slow())
            self._idle -= 1
            if turn is None:
                self._threads -= 1
            if self._turns.next_end() is not None:
                self._see_that_one_watches()
            return turn

    def _turn(self) -> tuple[Any, str] | None:
        now = monotonic()
        while self._quick and next(iter(self._quick.values())) + self._slow_after_s <= now:
            self._quick.popitem(last=False)
        turn = self._turns.take() if len(self._quick) < self._at_once else None
        if turn is not None:
            self._quick[turn[1]] = now
        return turn

    def _until_slow(self) -> float | None:
        """For how long nothing happens of itself, in seconds; None = for ever."""
        is_full = len(self._quick) >= self._at_once
        return next(iter(self._quick.values())) + self._slow_after_s - monotonic() if is_full else None

    def _end(self, domain: str, host: str, answers: Answers | None, began: float) -> None:
        with self._changed:
            del self._asked[host]
            self._quick.pop(host, None)
            self._turns.leave(domain)
            self._idle += 1
            now = monotonic()
            if answers is not None:
                self._hung.pop(host, None)
                self._keep(self._known, host, (now + self._remember_s, answers))
            elif now - began >= self._slow_after_s:
                self._keep(self._hung, host, now + self._remember_s)

    def _keep(self, memory: OrderedDict[str, Kept], host: str, what: Kept) -> None:
        memory[host] = what
        memory.move_to_end(host)
        if len(memory) > self._remember_names:
            memory.popitem(last=False)


def _domain(host: str) -> str:
    return ".".join(host.rsplit(".", 2)[-2:])
