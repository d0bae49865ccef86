"""What a process keeps in memory of what it made, up to a limit."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

Name = TypeVar("Name")
Value = TypeVar("Value")


class Kept(Generic[Name, Value]):
    """Values by key, up to a number of bytes. What was asked for longest ago goes first, never all at once.

    Threads may share it.
    """

    def __init__(self, max_bytes: int, weigh: Callable[[Value], int]) -> None:
        self._max_bytes = max_bytes
        self._weigh = weigh
        self._values: dict[Name, Value] = {}
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, name: Name) -> Value | None:
        with self._lock:
            value = self._values.pop(name, None)
            if value is not None:
                self._values[name] = value
            return value

    def put(self, name: Name, value: Value) -> None:
        with self._lock:
            old = self._values.pop(name, None)
            self._bytes += self._weigh(value) - (0 if old is None else self._weigh(old))
            self._values[name] = value
            while self._bytes > self._max_bytes:
                self._bytes -= self._weigh(self._values.pop(next(iter(self._values))))
