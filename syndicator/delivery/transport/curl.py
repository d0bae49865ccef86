"""The default transport: a process with a libcurl multi handle, driven by epoll (see ``sender``).

An attempt costs tens of microseconds, and 2,000 hang at once as cheaply as one. Names are resolved by the
guard, and libcurl is told which vetted address to connect to (``CONNECT_TO``). If that one cannot be reached, it is
told a second one. A kept connection serves a name only while that name leads to the connection's address. Before a
request goes out over any connection, new or kept, the sender looks at the address at its other end
(``PREREQFUNCTION``): if it is not the vetted one, it is judged again.
"""

import threading
import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple, Self, cast

import certifi

from syndicator.delivery.guard import Guard, Pending, Refusal, Vetted
from syndicator.delivery.transport.child import Child
from syndicator.delivery.transport.choice import chosen
from syndicator.delivery.transport.lookups import Lookup, Lookups
from syndicator.delivery.transport.protocol import Answer, Done, Failure, Limits, Phase, Request, Result
from syndicator.delivery.transport.wire import Goal, Order, Outcome, Terms
from syndicator.delivery.url import EndpointUrl
from syndicator.log import logger

_RESTART_S: Final = 1.0
_LONGEST_PAUSE_S: Final = 30.0
_PATIENCE_S: Final = 5.0
_CLOSED: Final = Failure("closed", "the transport was closed")
_LOST: Final = Failure("lost", "the process that sent it ended")
_NOT_STARTED: Final = Failure("busy", "the process that sends does not start")

_log = logger("delivery")


class _Sending(NamedTuple):
    """A request, whom to tell, and since when it waits for its turn (monotonic seconds)."""

    request: Request
    done: Done
    since: float


class CurlTransport:
    """Sends by a process of its own (see ``Transport`` for the promises).

    ``in_flight`` requests are under way at once, ``per_host`` of them to one host and port; more wait, for at most
    ``longest_wait_s``, and their deadline begins with their turn. The lookup of a name counts as connecting, and
    towards the deadline. The process starts with the first request, or with ``start``. If it dies or hangs, the
    requests that it had end as ``lost``, and the next request starts another one. While no process can be started,
    requests end as ``busy``.
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
        self._guard, self._limits = guard, limits
        self._terms = Terms(
            limits.connect_timeout_s,
            limits.total_timeout_s,
            limits.longest_wait_s,
            limits.max_answer_bytes,
            limits.kept_answer_bytes,
            in_flight,
            per_host,
            guard.reachable.allow_cidrs,
            str(ca_file) if ca_file else certifi.where(),
        )
        self._submitted: deque[_Sending] = deque()
        self._answered: deque[tuple[Lookup[_Sending], float]] = deque()
        self._lookups: Lookups[_Sending] = Lookups(limits.connect_timeout_s, self._answer)
        self._batches: list[tuple[bytes, list[Order]]] = []
        self._handed_over: dict[int, _Sending] = {}
        self._numbers = 0
        self._submitted_count = 0
        self._refused_count = 0  # on the one thread
        self._outcome_count = 0  # on the other
        self._lock = threading.Lock()
        self._closed = False
        self._bell = threading.Event()
        self._child: Child | None = None
        self._is_wanted = False
        self._start_at = 0.0
        self._pause_s = _RESTART_S
        self._thread = threading.Thread(target=self._run, name="curl", daemon=True)
        self._thread.start()

    def submit(self, request: Request, done: Done) -> None:
        with self._lock:  # ``_shut`` takes it to set ``_closed``: every request that got in before is ended there
            is_open = not self._closed
            if is_open:
                self._submitted_count += 1
                self._submitted.append(_Sending(request, done, time.monotonic()))
        if not is_open:
            done(request, _CLOSED)
        elif not self._bell.is_set():
            self._bell.set()

    def start(self) -> None:
        self._is_wanted = True
        self._bell.set()

    @property
    def in_flight(self) -> int:
        done = self._refused_count + self._outcome_count
        return self._submitted_count - done

    def close(self) -> None:
        with self._lock:
            self._closed = True
        self._bell.set()
        child = self._child
        if child is not None:
            child.hang_up()  # the thread may be waiting for it to take something
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
                self._hand_over()
                self._wait()
                self._look_after_child()
        except Exception:  # the thread's boundary: from now on every request ends as ``closed``
            _log.exception("sending has ended")
            raise
        finally:  # whatever broke: nobody waits for ever
            self._shut()

    def _wait(self) -> None:
        start_at = self._start_at if self._child is None and (self._batches or self._is_wanted) else None
        ends = [end for end in (self._lookups.next_end(), start_at, self._stands_still_at()) if end is not None]
        self._bell.wait(max(0.0, min(ends) - time.monotonic()) if ends else None)
        self._bell.clear()  # before the inboxes are looked at: what comes after that rings again

    def _take_in(self) -> None:
        while self._submitted:
            self._judge(self._submitted.popleft())
        while self._answered:
            lookup, answered_at = self._answered.popleft()
            if self._lookups.end(lookup):
                self._looked_up(lookup, answered_at)
        now = time.monotonic()
        for lookup in self._lookups.overdue(now):
            self._looked_up(lookup, now)

    def _judge(self, sending: _Sending) -> None:
        verdict = self._guard.check(sending.request.url)
        if isinstance(verdict, Pending):
            self._lookups.add(verdict, sending, time.monotonic())
        else:
            self._admit(verdict, sending, 0.0)

    def _answer(self, lookup: Lookup[_Sending]) -> None:
        """Runs on the resolver's thread, or on this one."""
        self._answered.append((lookup, time.monotonic()))
        self._bell.set()

    def _looked_up(self, lookup: Lookup[_Sending], ended_at: float) -> None:
        sending = lookup.sending._replace(since=ended_at)
        self._admit(self._guard.judge(lookup.pending), sending, lookup.spent_s(ended_at))

    def _admit(self, verdict: Vetted | Refusal, sending: _Sending, spent_s: float) -> None:
        if isinstance(verdict, Refusal):
            self._refuse(sending, Failure(verdict.phase, verdict.reason, duration_s=spent_s))
            return
        self._numbers += 1
        self._handed_over[self._numbers] = sending
        body = sending.request.body
        if not self._batches or self._batches[-1][0] is not body:
            self._batches.append((body, []))
        self._batches[-1][1].append(_order(self._numbers, verdict, sending, spent_s))

    def _hand_over(self) -> None:
        if self._child is None and (self._batches or self._is_wanted):
            self._start_child()
        if self._child is not None:
            for body, orders in self._batches:
                self._child.send(body, orders)
            self._batches.clear()
        elif self._batches and self._oldest() < time.monotonic() - self._limits.longest_wait_s:
            self._batches.clear()
            self._give_back(_NOT_STARTED)

    def _refuse(self, sending: _Sending, failure: Failure) -> None:
        self._refused_count += 1
        sending.done(sending.request, failure)

    def _start_child(self) -> None:
        if self._closed or time.monotonic() < self._start_at:
            return
        self._start_at = time.monotonic() + self._pause_s
        try:
            self._child = Child(self._terms, self._take_outcomes, self._bell.set)
        except OSError as error:
            _log.error("nothing can be sent: its process does not start", reason=str(error))
        else:
            self._is_wanted = False

    def _look_after_child(self) -> None:
        child = self._child
        if child is None or self._closed:
            return
        if child.has_ended:
            self._child = None
            status = child.end()
            _log.error("the process that sends has ended", status=status, worked=child.has_told)
            self._pause_s = _RESTART_S if child.has_told else min(2 * self._pause_s, _LONGEST_PAUSE_S)
            self._give_back(_LOST if child.has_told else _NOT_STARTED)
        elif (stands_still_at := self._stands_still_at()) and stands_still_at <= time.monotonic():
            child.kill()

    def _stands_still_at(self) -> float | None:
        """When there will have been more than enough time for what was handed over first."""
        if self._child is None or not self._handed_over:
            return None
        return self._oldest() + self._limits.longest_wait_s + self._limits.total_timeout_s + _PATIENCE_S

    def _oldest(self) -> float:
        """Since when the first of those that were handed over waits; now, if there is none."""
        while True:
            try:
                return next((sending.since for sending in self._handed_over.values()), time.monotonic())
            except RuntimeError:  # an outcome came meanwhile, on the other thread
                continue

    def _give_back(self, failure: Failure) -> None:
        for sending in self._handed_over.values():
            self._refuse(sending, failure)
        self._handed_over.clear()

    def _shut(self) -> None:
        with self._lock:
            self._closed = True
        if self._child is not None:
            self._child.end()
        self._give_back(_CLOSED)
        for sending in [*self._lookups.clear(), *self._submitted]:
            self._refuse(sending, _CLOSED)

    # --- the child's thread

    def _take_outcomes(self, outcomes: Sequence[Outcome]) -> None:
        for outcome in outcomes:
            sending = self._handed_over.pop(outcome[0])
            self._outcome_count += 1
            sending.done(sending.request, _result(outcome))


def _order(number: int, vetted: Vetted, sending: _Sending, spent_s: float) -> Order:
    url = vetted.url
    goals = [_goal(url, address) for address in chosen(vetted.addresses)]
    lines = [_line(*header) for header in sending.request.headers]
    host = f"{url.host}:{url.port}"
    return (number, host, url.origin, url.target, goals, lines, spent_s, sending.since)


def _goal(url: EndpointUrl, address: str) -> Goal:
    return address, "" if url.address else f"{url.host}:{url.port}:{_bracketed(address)}:{url.port}"


def _result(outcome: Outcome) -> Result:
    _, status, text, body, address, duration_s, bytes_sent = outcome
    if isinstance(status, int):
        return Answer(status, text, body, address, duration_s, bytes_sent)
    return Failure(cast("Phase", status), text or "", address, duration_s, bytes_sent)


def _bracketed(address: str) -> str:
    return f"[{address}]" if ":" in address else address


def _line(name: str, value: str) -> str:
    return f"{name}: {value}" if value.strip() else f"{name};"  # libcurl's way to write an empty value
