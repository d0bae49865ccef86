"""Filters that are tried out at once: few, for each reads thousands of releases and holds a thread meanwhile."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from syndicator.errors import Busy

_LONGEST_S: Final = 10  # what 20,000 stored releases take, about


class Trials:
    """Those of this process: ``most`` at once."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._free = threading.BoundedSemaphore(most)

    @contextmanager
    def place(self) -> Iterator[None]:
        """One of the places, until the block ends; nobody waits for it.

        Raises:
            Busy: if so many others are tried out.
        """
        if not self._free.acquire(blocking=False):
            message = f"{self._most} filters are being tried out, which are as many as may be at once"
            raise Busy(message, _LONGEST_S)
        try:
            yield
        finally:
            self._free.release()
