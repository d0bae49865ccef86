"""A receiver that reads everything and answers 204, in a process of its own. Prints its port; ends after five minutes."""

import asyncio
from typing import cast

import uvloop

ANSWER = b"HTTP/1.1 204 No Content\r\n\r\n"
MOST_S = 300
LENGTH = b"content-length:"


class Sink(asyncio.Protocol):
    def __init__(self) -> None:
        self._received = b""
        self._missing = -1

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)

    def data_received(self, data: bytes) -> None:
        self._received += data
        while self._received:
            if self._missing < 0 and not self._take_head():
                return
            if len(self._received) < self._missing:
                return
            self._received = self._received[self._missing :]
            self._missing = -1
            self._transport.write(ANSWER)

    def _take_head(self) -> bool:
        head, found, rest = self._received.partition(b"\r\n\r\n")
        if not found:
            return False
        lower = head.lower()
        at = lower.index(LENGTH) + len(LENGTH)
        self._missing = int(lower[at:].split(b"\r\n", 1)[0])
        self._received = rest
        return True


async def serve() -> None:
    # Every address of 127.0.0.0/8 is a receiver of its own, so all of loopback is listened on.
    server = await asyncio.get_running_loop().create_server(Sink, "0.0.0.0", 0, backlog=4096)  # noqa: S104
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.sleep(MOST_S)


if __name__ == "__main__":
    uvloop.run(serve())
