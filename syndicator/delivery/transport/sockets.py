"""The sockets of kept connections, to ask the kernel whether something came over one that nobody asked for.

libcurl looks at its idle connections about once a second. What comes in between, such as the 408 of a proxy that ends
an idle connection, or a second answer, it would take for the answer to the next request.
"""

import fcntl
import struct
import termios
from typing import Final

Ends = tuple[str, int, str, int]
"""Address and port of the other end, and of ours."""

_COUNT: Final = struct.Struct("@i")
_NONE: Final = _COUNT.pack(0)


class Sockets:
    """Those of one multi handle. libcurl tells a socket's descriptor as it opens it, and its ends before it sends."""

    def __init__(self) -> None:
        self._descriptors: dict[Ends, int] = {}
        self._ends: dict[int, Ends] = {}

    def opened(self, descriptor: int, ends: Ends) -> None:
        """A new connection; whichever had the descriptor before is closed."""
        before = self._ends.get(descriptor)
        if before is not None and self._descriptors.get(before) == descriptor:
            del self._descriptors[before]
        self._ends[descriptor] = ends
        self._descriptors[ends] = descriptor

    def has_unread(self, ends: Ends) -> bool:
        """Whether there is something to read over a connection that was opened before. Costs a microsecond."""
        descriptor = self._descriptors.get(ends)
        return descriptor is not None and fcntl.ioctl(descriptor, termios.FIONREAD, _NONE) != _NONE
