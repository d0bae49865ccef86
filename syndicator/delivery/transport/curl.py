"""The default transport: one thread with a libcurl multi handle, driven by epoll.

An attempt costs tens of microseconds, and 1,200 hang at once as cheaply as one. Names are resolved by the
guard, and libcurl is told which vetted address to connect to (``CONNECT_TO``); before a request goes out over any
connection, new or kept, the address at its other end is asked for once more (``PREREQFUNCTION``).
"""

import os
import resource
import select
import threading
import time
from collections import defaultdict, deque
from heapq import heappop, heappush
from pathlib import Path
from typing import Final, Self

import pycurl

from syndicator.delivery.guard import Guard, Pending, Refusal, Vetted
from syndicator.delivery.transport.protocol import Done, Failure, Limits, Request
from syndicator.delivery.transport.slot import Slot

_IDLE_S: Final = 1.0
_CONNECTIONS_PER_PLACE: Final = 10
_FDS_FOR_OTHERS: Final = 256
_Job = tuple[Request, Done]
_Host = tuple[str, int]


class CurlTransport:
    """Sends on one thread of its own (see ``Transport`` for the promises).

    ``in_flight`` requests are under way at once, ``per_host`` of them to one host and port; more wait. The
    total deadline counts from the moment a request gets its place; the lookup of a name counts as connecting.
    """

    def __init__(
        self,
        guard: Guard,
        limits: Limits,
        *,
        in_flight: int = 1200,
        per_host: int = 64,
        ca_file: Path | None = None,
    ) -> None:
        self._guard, self._limits = guard, limits
        self._places, self._per_host = in_flight, per_host
        self._ca_file = ca_file
        self._inbox: deque[tuple[Request, Done] | tuple[Pending, _Job]] = deque()
        self._waiting: deque[tuple[Vetted, _Job]] = deque()
        self._behind: defaultdict[_Host, deque[tuple[Vetted, _Job]]] = defaultdict(deque)
        self._active: defaultdict[_Host, int] = defaultdict(int)
        self._lookups: dict[int, tuple[Pending, _Job]] = {}
        self._lookup_ends: list[tuple[float, int]] = []
        self._idle: list[Slot] = []
        self._busy: set[Slot] = set()
        self._count = 0
        self._counting = threading.Lock()
        self._closed = False
        self._asleep = True
        self._timer_at: float | None = None
        self._epoll = select.epoll()
        self._bell = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._epoll.register(self._bell, select.EPOLLIN)
        self._multi = self._make_multi()
        self._thread = threading.Thread(target=self._run, name="curl", daemon=True)
        self._thread.start()

    def submit(self, request: Request, done: Done) -> None:
        if self._closed:
            done(request, Failure("closed", "the transport was closed"))
            return
        with self._counting:
            self._count += 1
        self._inbox.append((request, done))
        if self._asleep:
            self._ring()

    @property
    def in_flight(self) -> int:
        return self._count

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._ring()
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ring(self) -> None:
        try:
            os.eventfd_write(self._bell, 1)
        except (BlockingIOError, OSError):
            return  # rung already, or closed: nobody sleeps

    def _make_multi(self) -> pycurl.CurlMulti:
        multi = pycurl.CurlMulti()
        multi.setopt(pycurl.M_SOCKETFUNCTION, self._watch)
        multi.setopt(pycurl.M_TIMERFUNCTION, self._set_timer)
        multi.setopt(pycurl.M_MAXCONNECTS, _connections(self._places))
        return multi

    # --- the thread

    def _run(self) -> None:
        try:
            while not self._closed:
                self._take_in()
                self._start_waiting()
                self._act(self._events())
                self._finish()
                self._end_lookups()
        finally:  # whatever broke: nobody waits for ever
            self._closed = True
            self._shut()

    def _events(self) -> list[tuple[int, int]]:
        self._asleep = True  # before the inbox is looked at: what comes after that rings
        try:
            return self._epoll.poll(self._sleep_s())
        finally:
            self._asleep = False

    def _sleep_s(self) -> float:
        if self._inbox:
            return 0
        now = time.monotonic()
        ends = [end for end in (self._timer_at, self._lookup_ends[0][0] if self._lookup_ends else None) if end]
        return max(0.0, min([_IDLE_S, *(end - now for end in ends)]))

    def _act(self, events: list[tuple[int, int]]) -> None:
        for descriptor, event in events:
            if descriptor == self._bell:
                os.eventfd_read(self._bell)
                continue
            bits = (
                (pycurl.CSELECT_IN if event & select.EPOLLIN else 0)
                | (pycurl.CSELECT_OUT if event & select.EPOLLOUT else 0)
                | (pycurl.CSELECT_ERR if event & (select.EPOLLERR | select.EPOLLHUP) else 0)
            )
            self._multi.socket_action(descriptor, bits)
        if self._timer_at is not None and time.monotonic() >= self._timer_at:
            self._timer_at = None
            self._multi.socket_action(pycurl.SOCKET_TIMEOUT, 0)

    def _watch(self, what: int, descriptor: int, _multi: object, _data: object) -> None:
        if what == pycurl.POLL_REMOVE:
            self._unwatch(descriptor)
            return
        mask = (select.EPOLLIN if what & pycurl.POLL_IN else 0) | (select.EPOLLOUT if what & pycurl.POLL_OUT else 0)
        try:
            self._epoll.modify(descriptor, mask)
        except FileNotFoundError:
            self._epoll.register(descriptor, mask)

    def _unwatch(self, descriptor: int) -> None:
        try:
            self._epoll.unregister(descriptor)
        except (OSError, ValueError):
            return  # closed already: epoll forgot it by itself

    def _set_timer(self, timeout_ms: int) -> None:
        self._timer_at = None if timeout_ms < 0 else time.monotonic() + timeout_ms / 1000

    # --- from request to attempt

    def _take_in(self) -> None:
        while self._inbox:
            first, second = self._inbox.popleft()
            if isinstance(first, Pending):
                self._looked_up(first)
            else:
                self._judge(first, second)  # type: ignore[arg-type]  # a request comes with its done

    def _judge(self, request: Request, done: Done) -> None:
        verdict = self._guard.check(request.url)
        if isinstance(verdict, Pending):
            self._lookups[id(verdict)] = (verdict, (request, done))
            heappush(self._lookup_ends, (time.monotonic() + self._limits.connect_timeout_s, id(verdict)))
            verdict.answer.add_done_callback(lambda _: self._answered(verdict))
        else:
            self._admit(verdict, (request, done))

    def _answered(self, pending: Pending) -> None:
        """Runs on the resolver's thread."""
        self._inbox.append((pending, None))  # type: ignore[arg-type]  # the request waits in _lookups
        self._ring()

    def _looked_up(self, pending: Pending) -> None:
        found = self._lookups.pop(id(pending), None)
        if found is not None:
            self._admit(self._guard.judge(pending), found[1])

    def _end_lookups(self) -> None:
        now = time.monotonic()
        while self._lookup_ends and self._lookup_ends[0][0] <= now:
            found = self._lookups.pop(heappop(self._lookup_ends)[1], None)
            if found is not None:
                self._admit(self._guard.judge(found[0]), found[1])

    def _admit(self, verdict: Vetted | Refusal, job: _Job) -> None:
        if isinstance(verdict, Refusal):
            self._done(job, Failure(verdict.phase, verdict.reason))
        else:
            self._waiting.append((verdict, job))

    def _start_waiting(self) -> None:
        while self._waiting and len(self._busy) < self._places:
            vetted, job = self._waiting.popleft()
            host = (vetted.url.host, vetted.url.port)
            if self._active[host] >= self._per_host:
                self._behind[host].append((vetted, job))
                continue
            self._active[host] += 1
            slot = self._idle.pop() if self._idle else Slot(self._limits, self._guard.allows, self._ca_file)
            slot.prepare(vetted, *job)
            self._busy.add(slot)
            self._multi.add_handle(slot.easy)

    def _finish(self) -> None:
        queued = 1
        while queued:
            queued, worked, failed = self._multi.info_read()
            for easy in worked:
                self._release(easy.slot, 0, "")
            for easy, number, text in failed:
                self._release(easy.slot, number, text)

    def _release(self, slot: Slot, number: int, text: str) -> None:
        self._multi.remove_handle(slot.easy)
        self._busy.discard(slot)
        host = (slot.vetted.url.host, slot.vetted.url.port)
        result, job = slot.result(number, text), (slot.request, slot.done)
        slot.forget()
        self._idle.append(slot)
        self._leave(host)
        self._done(job, result)

    def _leave(self, host: _Host) -> None:
        self._active[host] -= 1
        behind = self._behind.get(host)
        if behind:
            self._waiting.appendleft(behind.popleft())
        elif not self._active[host]:
            del self._active[host]
            self._behind.pop(host, None)

    def _done(self, job: _Job, result: object) -> None:
        with self._counting:
            self._count -= 1
        job[1](job[0], result)  # type: ignore[arg-type]  # Answer or Failure

    def _shut(self) -> None:
        for slot in tuple(self._busy):
            self._multi.remove_handle(slot.easy)
            self._done((slot.request, slot.done), Failure("closed", "the transport was closed"))
        left: list[_Job] = [job for _, job in self._waiting]
        left += [job for behind in self._behind.values() for _, job in behind]
        left += [job for _, job in self._lookups.values()]
        left += [(first, second) for first, second in self._inbox if isinstance(first, Request)]  # type: ignore[misc]
        for job in left:
            self._done(job, Failure("closed", "the transport was closed"))
        for slot in (*self._busy, *self._idle):
            slot.easy.close()
        self._multi.close()
        self._epoll.close()
        os.close(self._bell)


def _connections(places: int) -> int:
    """Connections to keep: many endpoints are written to again soon; descriptors are what limits them."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return max(places, min(places * _CONNECTIONS_PER_PLACE, hard - _FDS_FOR_OTHERS - places))
