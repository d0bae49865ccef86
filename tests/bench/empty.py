"""What ASGI alone costs on this server: an application that does nothing. ``empty.py PORT BYTES``; 0 bytes: 304."""

import sys
import threading

from starlette.types import Message, Receive, Scope, Send

from syndicator.web.serve import Server


class Empty:
    """Answers all requests alike."""

    def __init__(self, size: int) -> None:
        self._start: Message = {
            "type": "http.response.start",
            "status": 200 if size else 304,
            "headers": [(b"content-length", str(size).encode())] if size else [],
        }
        self._body: Message = {"type": "http.response.body", "body": b"x" * size}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            return
        await send(self._start)
        await send(self._body)


if __name__ == "__main__":
    Server(Empty(int(sys.argv[2])), "127.0.0.1", int(sys.argv[1])).start()
    threading.Event().wait()
