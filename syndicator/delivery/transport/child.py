"""A sender process as the worker sees it: started, fed, listened to by a thread, ended."""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from typing import Final

from syndicator.delivery.transport.wire import Order, Outcome, Terms, Wire

_PATIENCE_S: Final = 5.0
_SENDER: Final = "syndicator.delivery.transport.sender"
# The rest of a worker's environment holds its secrets.
_NEEDED: Final = ("PATH", "LD_LIBRARY_PATH", "TZ")


class Child:
    """Runs from the start to ``end``, or until it dies: then ``has_ended`` is true and ``died`` is called.

    ``take`` and ``died`` are called on a thread of this object, which has ended once ``end`` returns.

    Raises:
        OSError: if no process can be started.
    """

    def __init__(self, terms: Terms, take: Callable[[Sequence[Outcome]], None], died: Callable[[], None]) -> None:
        ours, theirs = socket.socketpair()
        self.has_ended = False
        self._take, self._died = take, died
        self._last_body: bytes | None = None
        self._wire = Wire(ours)
        try:
            with theirs:
                self._process = _started(theirs, terms)
        except OSError:
            self._wire.close()
            raise
        self._thread = threading.Thread(target=self._listen, name="outcomes", daemon=True)
        self._thread.start()

    def send(self, body: bytes, orders: list[Order]) -> None:
        """Waits until it has room. What is sent to one that has ended is lost: ``died`` tells."""
        is_known, self._last_body = body is self._last_body, body
        try:
            self._wire.send([(None if is_known else body, orders)])
        except OSError:
            return

    def end(self) -> None:
        """At once: requests under way are given up."""
        self._wire.end()
        self._thread.join()
        self._wire.close()
        try:
            self._process.wait(_PATIENCE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _listen(self) -> None:
        while (batches := self._wire.receive()) is not None:
            for batch in batches:
                self._take(batch)
        self.has_ended = True
        self._died()


def _started(end: socket.socket, terms: Terms) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 (our own module, by our own interpreter)
        [sys.executable, "-P", "-m", _SENDER, str(end.fileno()), terms.as_argument()],
        pass_fds=[end.fileno()],
        stdin=subprocess.DEVNULL,
        env=_environment(),
    )


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _NEEDED if name in os.environ}
    return {**kept, "PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path)}  # noqa: PTH109
