"""A receiver that reads everything and answers 204, in a process of its own: ``sink.py [CERTIFICATE KEY]``.

Prints the port of the receiver and the port of its control. ``GET /n`` there is answered with what arrived,
once n pushes have been answered: nobody has to ask again and again while others are being measured. A push to ``/hang`` is read and never answered. Ends after fifteen minutes, whatever its parent does.
"""

import asyncio
import json
import resource
import ssl
import sys
import time
from collections import deque
from typing import cast

import uvloop

ANSWER = b"HTTP/1.1 204 No Content\r\n\r\n"
HANGS = b"POST /hang "
LENGTH = b"content-length:"
MOST_S = 900
ARRIVALS_KEPT = 1000

answered = 0
awaited: dict["Control", int] = {}
arrivals: deque[float] = deque(maxlen=ARRIVALS_KEPT)
"""When the first byte of each of the last pushes came, by the machine's monotonic clock."""


class Sink(asyncio.Protocol):
    def __init__(self) -> None:
        self._received = b""
        self._missing = -1
        self._hangs = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)

    def data_received(self, data: bytes) -> None:
        global answered  # noqa: PLW0603 (one count in one process)
        if not self._received and self._missing < 0:
            arrivals.append(time.monotonic())
        self._received += data
        while self._received:
            if self._missing < 0 and not self._take_head():
                return
            if len(self._received) < self._missing:
                return
            self._received = self._received[self._missing :]
            self._missing = -1
            if not self._hangs:
                answered += 1
                self._transport.write(ANSWER)
                if awaited:
                    tell()

    def _take_head(self) -> bool:
        head, found, rest = self._received.partition(b"\r\n\r\n")
        if not found:
            return False
        lower = head.lower()
        at = lower.index(LENGTH) + len(LENGTH)
        self._missing = int(lower[at:].split(b"\r\n", 1)[0])
        self._hangs = head.startswith(HANGS)
        self._received = rest
        return True


class Control(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)

    def data_received(self, data: bytes) -> None:
        awaited[self] = int(data.split(b" ", 2)[1][1:])
        tell()

    def tell(self) -> None:
        body = json.dumps({"answered": answered, "arrivals": list(arrivals)}).encode()
        self._transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))


def tell() -> None:
    for control in [control for control, count in awaited.items() if answered >= count]:
        del awaited[control]
        control.tell()


def tls(files: list[str]) -> ssl.SSLContext | None:
    if not files:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*files)
    return context


async def serve(files: list[str]) -> None:
    loop = asyncio.get_running_loop()
    # Every address of 127.0.0.0/8 is a receiver of its own, so all of loopback is listened on.
    sink = await loop.create_server(Sink, "0.0.0.0", 0, backlog=4096, ssl=tls(files))  # noqa: S104
    control = await loop.create_server(Control, "127.0.0.1", 0)
    print(*(server.sockets[0].getsockname()[1] for server in (sink, control)), flush=True)
    await asyncio.sleep(MOST_S)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    uvloop.run(serve(sys.argv[1:]))
