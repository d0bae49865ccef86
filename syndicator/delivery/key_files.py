"""Keys that nobody set: made on first use, and kept in a file that only its owner may read."""

import os
import time
from collections.abc import Callable
from pathlib import Path


def kept(path: Path, make: Callable[[], str]) -> str:
    """The file's text; made with what only its owner may read when it is not there yet."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_name(f".{path.name}.{os.getpid()}.{time.monotonic_ns()}")
    if not path.exists():
        fresh.touch(mode=0o600)
        fresh.write_text(make(), encoding="utf-8")
        try:
            os.link(fresh, path)  # of two processes that start at once, one file wins whole
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text(encoding="utf-8").strip()
