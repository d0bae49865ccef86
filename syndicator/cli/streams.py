"""The three standard streams as every command may use them, whatever a shell, a pipe or cron made of them."""

import codecs
import io
import os
import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_STREAMS: Final = ("stdin", "stdout", "stderr")
"""By their numbers."""


def make_usable() -> None:
    """Opens what is closed, on nothing; neither a reader that is gone nor an old encoding ends a command any more.

    What is said to nobody is lost, and the command goes on to its own exit code: a release is handed in though nobody
    reads its key. A character that the encoding lacks is written as its escape, and ASCII is taken for UTF-8.
    """
    for number, name in enumerate(_STREAMS):
        stream = getattr(sys, name)
        if stream is None:
            _take(number)
            setattr(sys, name, _reading() if name == "stdin" else _writing(number, "utf-8"))
        elif name != "stdin" and _is_own(stream, number):
            setattr(sys, name, _writing(number, stream.encoding))


class _Outlasting(io.FileIO):
    """A descriptor that goes on without its reader. Once nothing can be written to it, it leads nowhere."""

    def write(self, content: "ReadableBuffer", /) -> int:
        try:
            return super().write(content)
        except OSError as error:
            # The interpreter would complain at its end about what is still kept to be written.
            os.dup2(os.open(os.devnull, os.O_WRONLY), self.fileno())
            if isinstance(error, BrokenPipeError):
                return memoryview(content).nbytes
            raise


def _take(number: int) -> None:
    """Whatever is opened next, such as a database, would have the number else, and be written to as a stream."""
    nothing = os.open(os.devnull, os.O_RDWR)
    if nothing != number:
        os.dup2(nothing, number)
        os.close(nothing)
    os.set_inheritable(number, True)  # noqa: FBT003 (os)


def _is_own(stream: object, number: int) -> bool:
    """Whether it is the one that this process started with, and none that somebody put in its place."""
    return stream is getattr(sys, f"__{_STREAMS[number]}__") and isinstance(stream, io.TextIOWrapper)


def _reading() -> io.TextIOWrapper:
    raw = io.FileIO(0, "r", closefd=False)
    raw.name = "<stdin>"  # as Python has it
    return io.TextIOWrapper(io.BufferedReader(raw), encoding="utf-8")


def _writing(number: int, encoding: str) -> io.TextIOWrapper:
    raw = _Outlasting(number, "w", closefd=False)
    raw.name = f"<{_STREAMS[number]}>"
    known = "utf-8" if codecs.lookup(encoding).name == "ascii" else encoding
    buffered = io.BufferedWriter(raw)
    return io.TextIOWrapper(buffered, encoding=known, errors="backslashreplace", line_buffering=True)
