"""An HTTP server on loopback that serves while a test uses it."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self


class ReceiverServer(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128  # of the five by default the sixth connection of a moment waits for a second

    def __init__(self, desk: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(("127.0.0.1", 0), desk)


class Receiver:
    """Serves from the beginning of a ``with`` block to its end, under ``url``."""

    def __init__(self, server: ReceiverServer, path: str = "/push") -> None:
        self._server = server
        self.host = f"127.0.0.1:{server.server_port}"
        self.url = f"http://{self.host}{path}"
        self._thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
