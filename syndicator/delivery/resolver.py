"""Addresses behind host names, looked up by threads of their own.

``getaddrinfo`` cannot be cancelled. Whoever asks waits only as long as it wants to; the thread stays with the slow
name. Names are asked once at a time, however many wait for them, so one slow name holds one thread.
"""

import socket
import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from time import monotonic

Answers = tuple[str, ...]
Lookup = Callable[[str], Answers]


def system_lookup(host: str) -> Answers:
    """What this machine's resolver says, in its order of preference. OSError if there is no answer."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))


class Resolver:
    """Host names to addresses, with a bounded number of threads and a short memory.

    ``remember_s`` is how long an answer is used again, since ``getaddrinfo`` does not tell the record's own time;
    0 asks each time. A name that waited longer than ``patience_s`` for a thread is not looked up any more.
    """

    def __init__(
        self,
        lookup: Lookup = system_lookup,
        *,
        threads: int = 128,
        patience_s: float = 5.0,
        remember_s: float = 30.0,
        remember_names: int = 50_000,
    ) -> None:
        self._lookup = lookup
        self._threads_left = threads
        self._patience_s = patience_s
        self._remember_s = remember_s
        self._remember_names = remember_names
        self._lock = threading.Lock()
        self._asked: dict[str, Future[Answers]] = {}
        self._queue: SimpleQueue[tuple[str, float]] = SimpleQueue()
        self._idle = 0
        self._known: OrderedDict[str, tuple[float, Answers]] = OrderedDict()

    def known(self, host: str) -> Answers | None:
        """An answer that is still fresh, without waiting."""
        found = self._known.get(host)
        return found[1] if found is not None and monotonic() < found[0] else None

    def ask(self, host: str) -> Future[Answers]:
        """The answer to come; the same one for everybody who asks meanwhile. Ends with OSError if there is none."""
        with self._lock:
            waiting = self._asked.get(host)
            if waiting is not None:
                return waiting
            answer: Future[Answers] = Future()
            self._asked[host] = answer
            self._queue.put((host, monotonic()))
            if self._idle < self._queue.qsize() and self._threads_left:
                self._threads_left -= 1
                threading.Thread(target=self._work, name="resolver", daemon=True).start()
            return answer

    def _work(self) -> None:
        while True:
            with self._lock:
                self._idle += 1
            host, asked_at = self._queue.get()
            with self._lock:
                self._idle -= 1
            try:
                if monotonic() - asked_at > self._patience_s:
                    raise TimeoutError("too many names are being looked up")
                answers = self._lookup(host)
            except (OSError, UnicodeError) as error:
                self._take(host).set_exception(error)
            else:
                self._remember(host, answers)
                self._take(host).set_result(answers)

    def _take(self, host: str) -> Future[Answers]:
        with self._lock:
            return self._asked.pop(host)

    def _remember(self, host: str, answers: Answers) -> None:
        if not self._remember_s:
            return
        with self._lock:
            self._known[host] = (monotonic() + self._remember_s, answers)
            self._known.move_to_end(host)
            if len(self._known) > self._remember_names:
                self._known.popitem(last=False)
