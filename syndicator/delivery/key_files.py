"""Keys that nobody set: made on first use, and kept in a file that only its owner may read."""

import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from syndicator.disk import sync_folder


def kept(path: Path, make: Callable[[], str]) -> str:
    """The file's text; made with what only its owner may read when it is not there yet.

    It is safe from power loss before anybody uses it: what a lost key sealed could never be opened again.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        fresh = path.with_name(f".{path.name}.{os.getpid()}.{time.monotonic_ns()}")
        try:
            _write(fresh, make())
            with suppress(FileExistsError):  # of two processes that start at once, one file wins whole
                os.link(fresh, path)
        finally:
            fresh.unlink(missing_ok=True)
        for folder in (path.parent, path.parent.parent):
            sync_folder(folder)
    return path.read_text(encoding="utf-8").strip()


def _write(path: Path, text: str) -> None:
    path.touch(mode=0o600, exist_ok=False)
    with path.open("w", encoding="utf-8") as target:
        target.write(text)
        target.flush()
        os.fsync(target.fileno())
