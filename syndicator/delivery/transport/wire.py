"""What goes between a worker and its sender process: batches of plain values over a socket, each with its length.

Values are marshalled: as quick as can be, between two processes of one interpreter and one version, and unlike a pickle
it names no code to run.
"""

import json
import marshal
import socket
import struct
from collections.abc import Sequence
from typing import Any, Final, NamedTuple, Self

_LENGTH: Final = struct.Struct("!I")
_PART: Final = 65_536
_MOST: Final = 1 << 28

Goal = tuple[str, str]
"""A vetted address, and CONNECT_TO or ""."""

Order = tuple[int, str, str, str, list[Goal], list[str], float, float]
"""Its number, the host to count by, the URL's origin and target, where it goes, one after the other, header lines,
seconds that its lookup took, and since when it waits (in monotonic seconds, which all of a machine count alike)."""

Orders = tuple[bytes | None, list[Order]]
"""A body, None for the one before, and all that it goes to: one release goes to thousands."""

Outcome = tuple[int, int | str, str | None, bytes, str, float, int]
"""The order's number, status and Retry-After or else phase and reason; answer's body, address, seconds, bytes sent."""

NO_ANSWER: Final = "what came is no answer of HTTP/1: {!r:.80}"
"""The reason where the first line is another one's, the same over either transport."""

Batch = list[Any]
"""Of ``Orders``, or of outcomes."""


class Terms(NamedTuple):
    """What a sender is started with: times in seconds, sizes in bytes (see ``protocol.Limits``)."""

    connect_timeout_s: float
    total_timeout_s: float
    longest_wait_s: float
    max_answer_bytes: int
    kept_answer_bytes: int
    in_flight: int
    per_host: int
    allow_cidrs: Sequence[str]
    ca_file: str

    def as_json(self) -> bytes:
        return json.dumps(self._asdict()).encode()

    @classmethod
    def from_json(cls, text: bytes) -> Self:
        return cls(**json.loads(text))


class Wire:
    """One end. One thread may send while another one receives."""

    def __init__(self, end: socket.socket) -> None:
        self._socket = end
        self._received = bytearray()

    def fileno(self) -> int:
        return self._socket.fileno()

    def send(self, batch: Batch) -> None:
        """Waits until the other end has room. OSError when it is gone, or for too long has none."""
        packed = marshal.dumps(batch)
        self._socket.sendall(_LENGTH.pack(len(packed)) + packed)

    def receive(self) -> list[Batch] | None:
        """Waits for bytes, and gives the batches that are whole by then; None when the other end is gone.

        ValueError for what is no batch.
        """
        try:
            part = self._socket.recv(_PART)
        except ConnectionError:
            return None
        self._received += part
        return list(iter(self._take, None)) if part else None

    def _take(self) -> Batch | None:
        start = _LENGTH.size
        if len(self._received) < start:
            return None
        length = _LENGTH.unpack_from(self._received)[0]
        if length > _MOST:
            raise ValueError(f"a batch of {length} bytes")
        end = start + length
        if len(self._received) < end:
            return None
        batch: Batch = marshal.loads(bytes(self._received[start:end]))  # noqa: S302 (its other end is our own process)
        del self._received[:end]
        return batch

    def end(self) -> None:
        """Whoever waits at either end is told that the other one is gone."""
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # gone already

    def close(self) -> None:
        self._socket.close()
