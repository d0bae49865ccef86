"""Files that commands write where somebody names the place: whole or not at all."""

import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from syndicator.errors import Fault, Rejected


def write_whole(target: Path, content: bytes, read_from: BinaryIO) -> None:
    """The bytes under that name; what stood there before stays until they are all written, and keeps its rights.

    Links are followed; into a device or a pipe the bytes are written as they are. Rejected for the file that the
    command reads, which would be lost. Errors: OSError, with nothing left behind.
    """
    place = Path(os.path.realpath(target))
    there = place.stat() if place.exists() else None
    if there is not None and _is_same(read_from, there):
        raise Rejected([Fault(str(target), "this is the file that is read", "write into another one")])
    if there is not None and not stat.S_ISREG(there.st_mode):
        place.write_bytes(content)
        return
    fresh = place.with_name(f".syndicator-{secrets.token_hex(8)}")
    try:
        with fresh.open("xb") as written:
            written.write(content)
        if there is not None:
            fresh.chmod(stat.S_IMODE(there.st_mode))
        fresh.replace(place)
    finally:
        fresh.unlink(missing_ok=True)


def _is_same(file: BinaryIO, there: os.stat_result) -> bool:
    """Whether that is the file, under whatever name; what is in memory alone is none. A terminal may be both."""
    with suppress(OSError):
        return stat.S_ISREG(there.st_mode) and os.path.samestat(os.fstat(file.fileno()), there)
    return False
