"""The sender process: one thread, one libcurl multi handle, and a wire to the worker that it belongs to.

It has an interpreter of its own, so that sending and the worker's claims, signatures and records run at the same time.
It is given what it sends and nothing else. It ends when its worker does, even if that was killed.
"""

import gc
import resource
import select
import socket
import sys
import time
from itertools import chain
from typing import Final

from syndicator.delivery.reachable import Reachable
from syndicator.delivery.transport.multi import Multi
from syndicator.delivery.transport.slot import Slot
from syndicator.delivery.transport.sockets import Sockets
from syndicator.delivery.transport.turns import LATE_S, Turns
from syndicator.delivery.transport.wire import Order, Outcome, Terms, Wire

_CONNECTIONS_PER_PLACE: Final = 10
_FDS_FOR_OTHERS: Final = 256
_GONE: Final = select.EPOLLHUP | select.EPOLLRDHUP


class Sender:
    """Sends what comes over the wire until it ends; what is under way then is given up."""

    def __init__(self, wire: Wire, terms: Terms) -> None:
        self._wire, self._terms = wire, terms
        self._allows = Reachable(terms.allow_cidrs).allows
        places, kept_connections = _room(terms.in_flight)
        self._turns: Turns[tuple[Order, bytes]] = Turns(places, terms.per_host, terms.longest_wait_s)
        self._body = b""
        self._ready_at = 0.0
        self._slots: list[Slot] = []
        self._idle: list[Slot] = []
        self._sockets = Sockets()
        self._multi = Multi(kept_connections, wire.fileno(), terms.max_answer_bytes)

    def run(self) -> None:
        """ConnectionError where the worker goes while it is told an outcome."""
        self._ready_at = time.monotonic()  # to wait for a process to start is no wait for a turn
        self._wire.send([])  # so that it knows that this is one that works
        while True:
            if outcomes := self._finish() + self._start():
                self._wire.send(outcomes)
            at_the_door = self._multi.act(self._multi.wait(self._turns.next_end()))
            if at_the_door & _GONE:
                return  # the worker is gone: nobody waits for what it sent last
            if at_the_door and not self._take_in():
                return

    def _take_in(self) -> bool:
        """Whether the worker is still there."""
        batches = self._wire.receive()
        for body, orders in chain.from_iterable(batches or ()):
            if body is not None:
                self._body = body
            for order in orders:
                self._turns.add(order[1], (order, self._body), max(order[-1], self._ready_at))
        return batches is not None

    def _start(self) -> list[Outcome]:
        """Starts those whose turn it is; gives back those who waited for too long.

        Those that were overdue already while this process was stopped come first, before any turn is given: meanwhile
        another worker may have sent a newer version.
        """
        overdue = self._turns.overdue(time.monotonic() - LATE_S)
        while turn := self._turns.take():
            slot = self._idle.pop() if self._idle else self._another()
            slot.prepare(*turn[1])
            self._multi.add(slot.easy)
        overdue += self._turns.overdue(time.monotonic())
        return [(order[0], "busy", reason, b"", "", order[-2], 0) for (order, _), reason in overdue]

    def _another(self) -> Slot:
        slot = Slot(self._terms, self._allows, self._sockets)
        self._slots.append(slot)
        return slot

    def _finish(self) -> list[Outcome]:
        outcomes: list[Outcome] = []
        for easy, error, text in self._multi.finished():
            self._multi.remove(easy)
            if error and easy.slot.goes_on(error, text):
                self._multi.add(easy)
            else:
                outcomes.append(self._end(easy.slot, error, text))
        for slot in self._flooded() if self._multi.floods else ():
            self._multi.remove(slot.easy)
            outcomes.append(self._end(slot, *slot.cut()))
        return outcomes

    def _flooded(self) -> list[Slot]:
        """Those under way to which receivers send more than is read."""
        floods = self._multi.floods
        return [slot for slot in set(self._slots).difference(self._idle) if slot.descriptor in floods]

    def _end(self, slot: Slot, error: int, text: str) -> Outcome:
        self._turns.leave(slot.host)
        self._idle.append(slot)
        return slot.outcome(error, text)


def _room(places: int) -> tuple[int, int]:
    """Requests under way at once, and connections to keep, for many endpoints are written to again soon.

    Descriptors limit both together: a request that gets none would look like a receiver that cannot be reached.
    """
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    wanted = places * _CONNECTIONS_PER_PLACE
    if most == resource.RLIM_INFINITY:
        return places, wanted
    room = most - min(_FDS_FOR_OTHERS, most // 2)
    places = min(places, room // 2)
    return places, min(wanted, room - places)


def main() -> None:
    """``python -m syndicator.delivery.transport.sender DESCRIPTOR``, as a worker starts it; the terms come by stdin."""
    terms = Terms.from_json(sys.stdin.buffer.read())
    gc.freeze()
    try:
        Sender(Wire(socket.socket(fileno=int(sys.argv[1]))), terms).run()
    except ConnectionError:
        return  # the worker is gone


if __name__ == "__main__":
    main()
