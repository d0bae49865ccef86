"""Readers that ask for one address over and over, in a process of its own: ``readers.py PORT SECONDS CONNECTIONS CORE``.

The request comes on stdin. Prints answers, bytes and the statuses seen, as JSON. Bodies are counted and
thrown away inside of the kernel, so that the readers are faster than whoever answers them.
"""

import json
import os
import select
import socket
import sys
import time
from contextlib import suppress

END = b"\r\n\r\n"
LENGTH = b"content-length:"
MOST_BYTES = 1 << 20


class Reader:
    """One connection that sends its request again as soon as the answer is whole."""

    def __init__(self, port: int, request: bytes) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._request = request
        self._head = b""
        self._missing = 0
        self.answers = 0
        self.bytes = 0
        self.statuses: set[int] = set()

    def ask(self) -> None:
        self.socket.send(self._request)

    def read(self) -> None:
        with suppress(BlockingIOError):
            if not self._missing:
                self._read_head()
            elif not self._skip():
                return
            if not self._missing and not self._head:
                self.answers += 1
                self.ask()

    def _read_head(self) -> None:
        received = self.socket.recv(4096, socket.MSG_DONTWAIT)
        if not received:
            raise ConnectionResetError
        self.bytes += len(received)
        head, ended, body = (self._head + received).partition(END)
        if not ended:
            self._head = head
            return
        self._head = b""
        status = int(head[9:12])
        self.statuses.add(status)
        self._missing = 0 if status == 304 else _length(head) - len(body)

    def _skip(self) -> bool:
        """Whether anything came. tcp(7): MSG_TRUNC discards the bytes instead of copying them."""
        skipped = self.socket.recv_into(
            memoryview(_nowhere)[: self._missing], 0, socket.MSG_TRUNC | socket.MSG_DONTWAIT
        )
        if not skipped:
            raise ConnectionResetError
        self.bytes += skipped
        self._missing -= skipped
        return True


_nowhere = bytearray(MOST_BYTES)


def _length(head: bytes) -> int:
    lower = head.lower()
    at = lower.index(LENGTH) + len(LENGTH)
    return int(lower[at:].split(b"\r\n", 1)[0])


def read_on(port: int, seconds: float, connections: int, request: bytes) -> dict[str, object]:
    """What all readers got within that time."""
    readers = {reader.socket.fileno(): reader for reader in (Reader(port, request) for _ in range(connections))}
    poll = select.epoll()
    for number, reader in readers.items():
        poll.register(number, select.EPOLLIN)
        reader.ask()
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        for number, _ in poll.poll(0.1):
            readers[number].read()
    return {
        "answers": sum(reader.answers for reader in readers.values()),
        "bytes": sum(reader.bytes for reader in readers.values()),
        "statuses": sorted({status for reader in readers.values() for status in reader.statuses}),
    }


if __name__ == "__main__":
    os.sched_setaffinity(0, {int(sys.argv[4])})
    print(json.dumps(read_on(int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]), sys.stdin.buffer.read())))
