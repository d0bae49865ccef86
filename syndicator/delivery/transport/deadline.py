"""A deadline that holds whatever the receiver does: at its end the socket is shut down under the client.

Timeouts of sockets are for one read each; a receiver that drips a byte a second never meets them.
"""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from heapq import heappop, heappush
from itertools import count
from typing import Any, Final

from syndicator.delivery.transport.protocol import Limits

_LEAST_S: Final = 0.001  # a timeout of 0 would be none to a socket
_of_this_thread = threading.local()


class Attempt:
    """One attempt of the current thread: what it asks for, when it ends (monotonic seconds), the connection it uses.

    ``room`` is how many bytes of the answer it may still read, ``is_cut`` whether there were more, ``bytes_sent`` how
    much of its body went out.
    """

    def __init__(self, target: str, started: float, limits: Limits) -> None:
        self.target = target
        self._limits = limits
        self.ends = started + limits.total_timeout_s
        self.room = limits.max_answer_bytes
        self._connected_by = min(self.ends, started + limits.connect_timeout_s)
        self.is_cut = False
        self.bytes_sent = 0
        self.is_over = False
        self.address = ""
        self._connection: Any = None
        self._opening: socket.socket | None = None
        self._done = False
        self._ending = threading.Lock()

    def left_to_connect_s(self) -> float:
        """For whatever comes next until there is a connection: lookup, TCP and TLS share one time."""
        return max(_LEAST_S, self._connected_by - time.monotonic())

    def connects_anew(self) -> None:
        """To another address: each has the whole time to connect, and all of them the attempt's."""
        self._connected_by = min(self.ends, time.monotonic() + self._limits.connect_timeout_s)

    def opens(self, sock: socket.socket) -> None:
        """Until ``opened``, ``end`` ends its connecting: by a duplicate, since TLS takes its descriptor away."""
        with self._ending:
            self._opening = sock.dup()

    def opened(self) -> None:
        with self._ending:
            if self._opening is not None:
                self._opening.close()
            self._opening = None

    def use(self, connection: Any) -> None:  # noqa: ANN401 (urllib3's, plain or TLS)
        """Called before and after connecting. TimeoutError when the attempt is over already."""
        connection.attempt = self
        self._connection = connection
        self.address = str(connection.host)
        if self.is_over:
            message = "the attempt is over"
            raise TimeoutError(message)

    def end(self) -> None:
        """Called by the watchdog: a thread that waits for this socket wakes with an error."""
        self.is_over = True
        with self._ending:
            sock = self._opening or getattr(self._connection, "sock", None)
            # A kept connection may serve the next attempt before this one has finished.
            if sock is None or self._done or self._connection.attempt is not self:
                return
            with suppress(OSError):  # gone already
                socket.socket.shutdown(sock, socket.SHUT_RDWR)

    def finish(self) -> None:
        """From here on the connection is left alone."""
        with self._ending:
            self._done = True
            self._connection = None


class Watchdog:
    """One thread that ends attempts at their deadlines, and whatever else has one."""

    def __init__(self) -> None:
        self._ends: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = count()
        self._changed = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="deadlines", daemon=True)
        self._thread.start()

    @contextmanager
    def watching(self, attempt: Attempt) -> Iterator[Attempt]:
        """The attempt is the current one of this thread until the block ends."""
        with self._changed:
            attempt.is_over = self._closed
            self.at(attempt.ends, attempt.end)
        _of_this_thread.attempt = attempt
        try:
            yield attempt
        finally:
            attempt.finish()

    def at(self, moment: float, end: Callable[[], None]) -> None:
        """Calls ``end`` then (monotonic seconds), or when this is closed before, on this thread without the lock."""
        with self._changed:
            heappush(self._ends, (moment, next(self._numbers), end))
            self._changed.notify()

    def close(self) -> None:
        """Ends everything now."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        while due := self._wait():
            for end in due:
                end()

    def _wait(self) -> list[Callable[[], None]]:
        """What is to be ended now; nothing when this is closed and nothing is left."""
        with self._changed:
            while not self._closed:
                now = time.monotonic()
                if self._ends and self._ends[0][0] <= now:
                    return [heappop(self._ends)[2]]
                self._changed.wait(self._ends[0][0] - now if self._ends else None)
            left = [end for _, _, end in self._ends]
            self._ends.clear()
            return left


def current() -> Attempt:
    attempt: Attempt = _of_this_thread.attempt
    return attempt
