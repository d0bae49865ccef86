"""The default transport: one thread with a libcurl multi handle, driven by epoll.

An attempt costs tens of microseconds, and 2,000 hang at once as cheaply as one. Names are resolved by the
guard, and libcurl is told which vetted address to connect to (``CONNECT_TO``); a kept connection serves a name only
while that name leads to the connection's address. Before a request goes out over any connection, new or kept, the
guard is asked once more about the address at its other end (``PREREQFUNCTION``).
"""

import resource
import threading
import time
from collections import deque
from pathlib import Path
from typing import Final, Self

from syndicator.delivery.guard import Guard, Pending, Refusal, Vetted
from syndicator.delivery.transport.lookups import Lookup, Lookups
from syndicator.delivery.transport.multi import Multi
from syndicator.delivery.transport.protocol import Done, Failure, Limits, Request, Result
from syndicator.delivery.transport.slot import Slot
from syndicator.delivery.transport.turns import Turns

_CONNECTIONS_PER_PLACE: Final = 10
_FDS_FOR_OTHERS: Final = 256
_CLOSED: Final = Failure("closed", "the transport was closed")
_Job = tuple[Request, Done]
_Ready = tuple[Vetted, _Job, float]


class CurlTransport:
    """Sends on one thread of its own (see ``Transport`` for the promises).

    ``in_flight`` requests are under way at once, ``per_host`` of them to one host and port; more wait, for at most
    ``longest_wait_s``, and their deadline begins with their turn. The lookup of a name counts as connecting, and
    towards the deadline.
    """

    def __init__(
        self,
        guard: Guard,
        limits: Limits,
        *,
        in_flight: int = 2000,
        per_host: int = 64,
        ca_file: Path | None = None,
    ) -> None:
        self._guard, self._limits, self._ca_file = guard, limits, ca_file
        self._submitted: deque[_Job] = deque()
        self._answered: deque[Lookup[_Job]] = deque()
        self._lookups: Lookups[_Job] = Lookups(limits.connect_timeout_s, self._answer)
        self._turns: Turns[_Ready] = Turns(in_flight, per_host, limits.longest_wait_s)
        self._idle: list[Slot] = []
        self._busy: set[Slot] = set()
        self._submitted_count = 0
        self._done_count = 0
        self._lock = threading.Lock()
        self._closed = False
        self._asleep = True
        self._multi = Multi(_connections(in_flight))
        self._thread = threading.Thread(target=self._run, name="curl", daemon=True)
        self._thread.start()

    def submit(self, request: Request, done: Done) -> None:
        with self._lock:  # with ``_closed``: what gets in is ended by _shut at the latest
            is_open = not self._closed
            if is_open:
                self._submitted_count += 1
                self._submitted.append((request, done))
        if not is_open:
            done(request, _CLOSED)
        elif self._asleep:
            self._multi.wake()

    @property
    def in_flight(self) -> int:
        return self._submitted_count - self._done_count

    def close(self) -> None:
        with self._lock:
            self._closed = True
        self._multi.wake()
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- the thread

    def _run(self) -> None:
        try:
            while not self._closed:
                self._take_in()
                self._start()
                self._multi.act(self._events())
                self._finish()
        finally:  # whatever broke: nobody waits for ever
            self._shut()

    def _events(self) -> list[tuple[int, int]]:
        self._asleep = True  # before the inboxes are looked at: what comes after that rings
        try:
            is_awaited = self._submitted or self._answered
            ends = [end for end in (self._lookups.next_end(), self._turns.next_end()) if end is not None]
            return self._multi.wait(0 if is_awaited else min(ends, default=None))
        finally:
            self._asleep = False

    def _take_in(self) -> None:
        while self._submitted:
            self._judge(self._submitted.popleft())
        while self._answered:
            lookup = self._answered.popleft()
            if self._lookups.end(lookup):
                self._looked_up(lookup)
        for lookup in self._lookups.overdue(time.monotonic()):
            self._looked_up(lookup)

    def _judge(self, job: _Job) -> None:
        verdict = self._guard.check(job[0].url)
        if isinstance(verdict, Pending):
            self._lookups.add(verdict, job, time.monotonic())
        else:
            self._admit(verdict, job, 0)

    def _answer(self, lookup: Lookup[_Job]) -> None:
        """Runs on the resolver's thread."""
        self._answered.append(lookup)
        if self._asleep:
            self._multi.wake()

    def _looked_up(self, lookup: Lookup[_Job]) -> None:
        self._admit(self._guard.judge(lookup.pending), lookup.job, time.monotonic() - lookup.asked_at)

    def _admit(self, verdict: Vetted | Refusal, job: _Job, spent_s: float) -> None:
        if isinstance(verdict, Refusal):
            self._done(job, Failure(verdict.phase, verdict.reason, duration_s=spent_s))
        else:
            self._turns.add((verdict.url.host, verdict.url.port), (verdict, job, spent_s), time.monotonic())

    def _start(self) -> None:
        while turn := self._turns.take():
            host, (vetted, job, spent_s) = turn
            slot = self._idle.pop() if self._idle else Slot(self._limits, self._guard.allows, self._ca_file)
            slot.prepare(host, vetted, job, spent_s)
            self._busy.add(slot)
            self._multi.add(slot.easy)
        for (_, job, spent_s), reason in self._turns.overdue(time.monotonic()):
            self._done(job, Failure("busy", reason, duration_s=spent_s))

    def _finish(self) -> None:
        for easy, number, text in self._multi.finished():
            slot: Slot = easy.slot
            self._multi.remove(easy)
            self._busy.discard(slot)
            self._turns.leave(slot.host)
            result, job = slot.result(number, text), slot.job
            self._idle.append(slot)
            self._done(job, result)

    def _done(self, job: _Job, result: Result) -> None:
        self._done_count += 1
        job[1](job[0], result)

    def _shut(self) -> None:
        with self._lock:
            self._closed = True
        for slot in self._busy:
            self._multi.remove(slot.easy)
        left = [slot.job for slot in self._busy]
        left += [job for _, job, _ in self._turns.clear()]
        left += [*self._lookups.clear(), *self._submitted]
        for slot in (*self._busy, *self._idle):
            slot.easy.close()
        self._multi.close()
        for job in left:
            self._done(job, _CLOSED)


def _connections(places: int) -> int:
    """Connections to keep: many endpoints are written to again soon; descriptors are what limits them."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    wanted = places * _CONNECTIONS_PER_PLACE
    return wanted if hard == resource.RLIM_INFINITY else max(places, min(wanted, hard - _FDS_FOR_OTHERS - places))
