"""The sockets of kept connections, to ask the kernel whether something came over one that nobody asked for.

libcurl looks at its idle connections about once a second. What comes in between, such as the 408 of a proxy that ends
an idle connection, or a second answer, it would take for the answer to the next request.
"""

import fcntl
import struct
import termios
from typing import Final

_COUNT: Final = struct.Struct("@i")
_NONE: Final = _COUNT.pack(0)


class Sockets:
    """Those of one multi handle. libcurl tells a socket's descriptor as it opens it, and its ends before it sends.

    ``ends`` is address and port of both, written out: as a tuple, 10,000 would take 2 MB more.
    """

    def __init__(self) -> None:
        self._descriptors: dict[str, int] = {}
        self._ends: dict[int, str] = {}

    def opened(self, descriptor: int, ends: str) -> None:
        """A new connection; whichever had the descriptor before is closed."""
        before = self._ends.get(descriptor)
        if before is not None and self._descriptors.get(before) == descriptor:
            del self._descriptors[before]
        self._ends[descriptor] = ends
        self._descriptors[ends] = descriptor

    def has_unread(self, ends: str) -> bool:
        """Whether there is something to read over a connection that was opened before. Costs a microsecond."""
        descriptor = self._descriptors.get(ends)
        return descriptor is not None and fcntl.ioctl(descriptor, termios.FIONREAD, _NONE) != _NONE
