"""An ASGI application on a port, in a thread: signals stay with whoever started it.

``uvicorn.Server.run`` raises SIGTERM again after its own shutdown, so that what stands behind it never
runs. Here the process's own handlers decide when to stop.
"""

import errno
import socket
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self

import uvicorn
from starlette.types import ASGIApp

from syndicator.errors import ConfigError, SyndicatorError
from syndicator.web.bounds import bound
from syndicator.web.ready import Connection

_START_S = 15.0
DRAIN_S = 10
_OF_EVERY_ANSWER = [("x-content-type-options", "nosniff")]  # also of those that no route of ours makes
_MATCH = "(and SYNDICATOR_PUBLIC_BASE_URL to match)"
_ADDRESS = f"set SYNDICATOR_HOST to an address of this machine {_MATCH}"
_FIXES: dict[int | None, str] = {
    errno.EADDRINUSE: f"end what listens there, or set SYNDICATOR_PORT or SYNDICATOR_HOST to another {_MATCH}",
    errno.EACCES: f"set SYNDICATOR_PORT to one from 1024 on {_MATCH}: those below are the system's",
}


class Server:
    """Listens from ``start`` to ``stop``. ``port`` 0 takes a free one; ``port`` then says which.

    ``taken`` is a ``listening`` socket for that host and port, where the caller has it already.
    """

    def __init__(self, app: ASGIApp, host: str, port: int, taken: socket.socket | None = None) -> None:
        self.host = host
        self.port = port
        self._server = uvicorn.Server(
            uvicorn.Config(
                app,
                http=Connection,
                loop="auto",
                lifespan="on",
                access_log=False,
                server_header=False,
                headers=_OF_EVERY_ANSWER,
                proxy_headers=False,
                log_config=None,
                timeout_graceful_shutdown=DRAIN_S,
            )
        )
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="http", daemon=True)
        self._socket = taken

    @property
    def url(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    def start(self) -> None:
        """Returns once the port is open and requests are answered.

        Errors: ConfigError when the address cannot be had.
        """
        if self._socket is None:
            self._socket = listening(self.host, self.port)
        self.port = self._socket.getsockname()[1]
        self._thread.start()
        while not self._server.started:
            if self._ended.wait(0.005):
                message = "the HTTP server did not start; see the log for why"
                raise SyndicatorError(message)

    def stop(self) -> None:
        """Takes no new connections, lets requests under way end (10 s at most), and returns."""
        self._server.should_exit = True
        self._thread.join(_START_S + DRAIN_S)
        if self._socket is not None:
            self._socket.close()

    def __enter__(self) -> Self:
        if not self._thread.is_alive():
            self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _run(self) -> None:
        try:
            # Outside of the main thread uvicorn leaves the signals alone; it exits where it could not start.
            with suppress(SystemExit):
                self._server.run(sockets=[self._socket] if self._socket else None)
        finally:
            self._ended.set()


def listening(host: str, port: int) -> socket.socket:
    """A socket that has the port: from now on nobody else gets it, and who connects waits to be answered.

    Errors: ConfigError when the address cannot be had.
    """
    try:
        taken = socket.create_server(
            (host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=2048
        )
    except OSError as error:
        why = (error.strerror or str(error)).partition(" (while")[0]  # behind it Python repeats host and port
        message = f"cannot listen on {host} port {port}: {why}; {_FIXES.get(error.errno, _ADDRESS)}"
        raise ConfigError(message) from error
    # Connections inherit it. asyncio sets it only where a socket names its protocol; without it an answer
    # in two writes waits 40 ms for the reader's acknowledgement of the first.
    taken.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    bound(taken)
    return taken
