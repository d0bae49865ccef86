"""A libcurl multi handle driven by epoll, which waits for one more descriptor beside libcurl's."""

import select
import socket
import struct
import time
from collections.abc import Iterator
from typing import Final

import pycurl

_IDLE_S: Final = 1.0
_ENDED: Final = select.EPOLLERR | select.EPOLLHUP
_LOOK_EVERY: Final = 4  # reads; an answer as usual takes one or two
_RECEIVED: Final = struct.Struct("@128xQ")  # tcpi_bytes_received in Linux' struct tcp_info


class Multi:
    """Belongs to one thread. ``door`` is the descriptor that it looks at besides.

    ``floods`` are the sockets over which more than ``most_bytes`` came for one request, until ``act`` is called again.
    The kernel counts them, for libcurl tells nothing of what surrounds the chunks of a body, and reads on.
    """

    def __init__(self, kept_connections: int, door: int, most_bytes: int) -> None:
        self._timer_at: float | None = None
        self._epoll = select.epoll()
        # Sockets that are watched, each for one request, and how often they had something to read.
        self._reads: dict[int, int] = {}
        self._received_before: dict[int, int] = {}
        self._most_bytes = most_bytes
        self.floods: set[int] = set()
        self._door = door
        self._epoll.register(door, select.EPOLLIN | select.EPOLLRDHUP)
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_SOCKETFUNCTION, self._watch)
        self._multi.setopt(pycurl.M_TIMERFUNCTION, self._set_timer)
        self._multi.setopt(pycurl.M_MAXCONNECTS, kept_connections)
        self.add, self.remove = self._multi.add_handle, self._multi.remove_handle

    def wait(self, until: float | None) -> list[tuple[int, int]]:
        """What happened to the sockets: waits for that, the door, libcurl's timer or a moment (monotonic seconds)."""
        ends = [end for end in (self._timer_at, until) if end is not None]
        return self._epoll.poll(max(0.0, min(ends) - time.monotonic()) if ends else _IDLE_S)

    def act(self, events: list[tuple[int, int]]) -> int:
        """Lets libcurl do what the events ask for; what happened at the door (bits as of epoll)."""
        at_the_door = 0
        self.floods.clear()
        for descriptor, event in events:
            if descriptor == self._door:
                at_the_door = event
                continue
            if event & select.EPOLLIN and descriptor in self._reads:
                self._reads[descriptor] += 1
                if not self._reads[descriptor] % _LOOK_EVERY:
                    self._look_at(descriptor)
            bits = (
                (pycurl.CSELECT_IN if event & select.EPOLLIN else 0)
                | (pycurl.CSELECT_OUT if event & select.EPOLLOUT else 0)
                | (pycurl.CSELECT_ERR if event & _ENDED else 0)
            )
            self._multi.socket_action(descriptor, bits)
        if self._timer_at is not None and time.monotonic() >= self._timer_at:
            self._timer_at = None
            self._multi.socket_action(pycurl.SOCKET_TIMEOUT, 0)
        return at_the_door

    def _look_at(self, descriptor: int) -> None:
        """Counts from the first look on, so that what came before is never counted against a request."""
        received = _received(descriptor)
        if received - self._received_before.setdefault(descriptor, received) > self._most_bytes:
            self.floods.add(descriptor)

    def finished(self) -> Iterator[tuple[pycurl.Curl, int, str]]:
        """Handles that are done, with libcurl's error; 0 for none."""
        queued = 1
        while queued:
            queued, worked, failed = self._multi.info_read()
            for easy in worked:
                yield easy, 0, ""
            yield from failed

    def _watch(self, what: int, descriptor: int, _multi: object, _data: object) -> None:
        if what == pycurl.POLL_REMOVE:
            self._unwatch(descriptor)
            return
        mask = (select.EPOLLIN if what & pycurl.POLL_IN else 0) | (select.EPOLLOUT if what & pycurl.POLL_OUT else 0)
        try:
            if descriptor in self._reads:
                self._epoll.modify(descriptor, mask)
                return
        except FileNotFoundError:
            pass  # closed meanwhile, and its number is a new socket's
        self._epoll.register(descriptor, mask)
        self._reads[descriptor] = 0
        self._received_before.pop(descriptor, None)

    def _unwatch(self, descriptor: int) -> None:
        self._reads.pop(descriptor, None)
        try:
            self._epoll.unregister(descriptor)
        except (OSError, ValueError):
            return  # closed already: epoll forgot it by itself

    def _set_timer(self, timeout_ms: int) -> None:
        self._timer_at = None if timeout_ms < 0 else time.monotonic() + timeout_ms / 1000


def _received(descriptor: int) -> int:
    """Bytes that came over this socket since it was connected."""
    borrowed = socket.socket(fileno=descriptor)
    try:
        info = borrowed.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _RECEIVED.size)
    finally:
        borrowed.detach()
    received: int = _RECEIVED.unpack(info)[0]
    return received
