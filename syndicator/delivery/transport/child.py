"""A sender process as the worker sees it: started, fed, listened to by a thread, ended."""

import os
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from typing import Final

from syndicator.delivery.transport.wire import Order, Outcome, Terms, Wire
from syndicator.log import logger

_PATIENCE_S: Final = 5
_END_S: Final = 2
_SENDER: Final = "syndicator.delivery.transport.sender"
# The rest of a worker's environment is none of its business, and holds secrets.
_NEEDED: Final = (
    *("PATH", "LD_LIBRARY_PATH", "LD_PRELOAD", "TZ", "OPENSSL_CONF", "OPENSSL_MODULES"),
    *("PYTHONHOME", "PYTHONPYCACHEPREFIX", "PYTHONDONTWRITEBYTECODE"),
)
_FOR_ALL: Final = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}

_log = logger("delivery")


class Child:
    """Runs from the start to ``end``, or until it dies: then ``has_ended`` is true and ``died`` is called.

    ``has_told`` is whether it ever told anything: one that works does so as it starts. ``take`` and ``died`` are
    called on a thread of this object, which has ended once ``end`` returns.

    Raises:
        OSError: if no process can be started.
    """

    def __init__(self, terms: Terms, take: Callable[[Sequence[Outcome]], None], died: Callable[[], None]) -> None:
        ours, theirs = socket.socketpair()
        # A sender that reads nothing from the socket for this long hangs.
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", _PATIENCE_S, 0))
        self.has_ended = self.has_told = False
        self._take, self._died = take, died
        self._last_body: bytes | None = None
        self._wire = Wire(ours)
        self._thread = threading.Thread(target=self._listen, name="outcomes", daemon=True)
        with theirs:
            try:
                self._process = _started(theirs, terms)
            except OSError:
                self._wire.close()
                raise
        try:
            self._thread.start()
        except RuntimeError as error:
            self._wire.close()
            self._wait()
            raise OSError(str(error)) from error

    def send(self, body: bytes, orders: list[Order]) -> None:
        """Waits until it has room. What is sent to one that has ended is lost, and one that stands still is killed."""
        is_known, self._last_body = body is self._last_body, body
        try:
            self._wire.send([(None if is_known else body, orders)])
        except OSError:
            self.kill()

    def hang_up(self) -> None:
        """Closes the connection: the sender ends, and a thread that waits in ``send`` goes on. From any thread."""
        self._wire.end()

    def kill(self) -> None:
        self._process.kill()

    def end(self) -> int:
        """Ends the process at once; requests under way are given up. Gives its exit status, negative for a signal."""
        self._wire.end()
        self._thread.join()
        self._wire.close()
        return self._wait()

    def _wait(self) -> int:
        try:
            return self._process.wait(_END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()

    def _listen(self) -> None:
        try:
            while (batches := self._wire.receive()) is not None:
                self.has_told |= bool(batches)
                for batch in batches:
                    self._take(batch)
        except Exception:  # noqa: BLE001 (whatever it was: a sender whose messages make no sense is ended)
            _log.exception("the process that sends is not understood")
            self.kill()
        finally:
            self.has_ended = True
            self._died()


def _started(end: socket.socket, terms: Terms) -> subprocess.Popen[bytes]:
    # A signal to all of a terminal or a service reaches the worker, too, which decides how long it sends.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _FOR_ALL)
    try:
        process = subprocess.Popen(  # noqa: S603 (our own module, by our own interpreter)
            [sys.executable, "-P", "-m", _SENDER, str(end.fileno())],
            pass_fds=[end.fileno()],
            stdin=subprocess.PIPE,
            env=_environment(),
        )
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    try:
        with process.stdin as told:  # type: ignore[union-attr]  # a pipe, as asked for
            told.write(terms.as_json())
    except OSError:
        process.kill()
        process.wait()
        raise
    return process


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _NEEDED if name in os.environ}
    return {**kept, "PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path)}  # noqa: PTH109
