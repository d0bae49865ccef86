"""A libcurl multi handle driven by epoll, and an eventfd that wakes the thread which waits for both."""

import os
import select
import threading
import time
from collections.abc import Iterator
from typing import Final

import pycurl

_IDLE_S: Final = 1.0
_ENDED: Final = select.EPOLLERR | select.EPOLLHUP


class Multi:
    """Belongs to one thread; only ``wake`` may be called by others, at any time, after ``close`` too."""

    def __init__(self, kept_connections: int) -> None:
        self._timer_at: float | None = None
        self._epoll = select.epoll()
        self._watched: set[int] = set()
        self._bell = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._ringing = threading.Lock()
        self._closed = False
        self._epoll.register(self._bell, select.EPOLLIN)
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_SOCKETFUNCTION, self._watch)
        self._multi.setopt(pycurl.M_TIMERFUNCTION, self._set_timer)
        self._multi.setopt(pycurl.M_MAXCONNECTS, kept_connections)
        self.add, self.remove = self._multi.add_handle, self._multi.remove_handle

    def wake(self) -> None:
        with self._ringing:  # a closed bell's number may be somebody else's file by now
            if not self._closed:
                os.eventfd_write(self._bell, 1)

    def wait(self, until: float | None) -> list[tuple[int, int]]:
        """What happened to the sockets: waits for that, the bell, libcurl's timer or a moment (monotonic seconds)."""
        ends = [end for end in (self._timer_at, until) if end is not None]
        return self._epoll.poll(max(0.0, min(ends) - time.monotonic()) if ends else _IDLE_S)

    def act(self, events: list[tuple[int, int]]) -> None:
        for descriptor, event in events:
            if descriptor == self._bell:
                os.eventfd_read(self._bell)
                continue
            bits = (
                (pycurl.CSELECT_IN if event & select.EPOLLIN else 0)
                | (pycurl.CSELECT_OUT if event & select.EPOLLOUT else 0)
                | (pycurl.CSELECT_ERR if event & _ENDED else 0)
            )
            self._multi.socket_action(descriptor, bits)
        if self._timer_at is not None and time.monotonic() >= self._timer_at:
            self._timer_at = None
            self._multi.socket_action(pycurl.SOCKET_TIMEOUT, 0)

    def finished(self) -> Iterator[tuple[pycurl.Curl, int, str]]:
        """Handles that are done, with libcurl's error; 0 for none."""
        queued = 1
        while queued:
            queued, worked, failed = self._multi.info_read()
            for easy in worked:
                yield easy, 0, ""
            yield from failed

    def close(self) -> None:
        with self._ringing:
            self._closed = True
            self._multi.close()
            self._epoll.close()
            os.close(self._bell)

    def _watch(self, what: int, descriptor: int, _multi: object, _data: object) -> None:
        if what == pycurl.POLL_REMOVE:
            self._unwatch(descriptor)
            return
        mask = (select.EPOLLIN if what & pycurl.POLL_IN else 0) | (select.EPOLLOUT if what & pycurl.POLL_OUT else 0)
        try:
            if descriptor in self._watched:
                self._epoll.modify(descriptor, mask)
                return
        except FileNotFoundError:
            pass  # closed meanwhile, and its number is a new socket's
        self._epoll.register(descriptor, mask)
        self._watched.add(descriptor)

    def _unwatch(self, descriptor: int) -> None:
        self._watched.discard(descriptor)
        try:
            self._epoll.unregister(descriptor)
        except (OSError, ValueError):
            return  # closed already: epoll forgot it by itself

    def _set_timer(self, timeout_ms: int) -> None:
        self._timer_at = None if timeout_ms < 0 else time.monotonic() + timeout_ms / 1000
