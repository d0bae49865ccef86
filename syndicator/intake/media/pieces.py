"""How many pieces a picture is made of: a decoder works through each of them, however few bytes it takes.

A scan of a progressive JPEG passes over all its pixels and may take fourteen bytes: a file of 25 MB had a decoder busy
for hours. Programs for pictures write about ten.
Sources: ITU-T T.81, annex B; Portable Network Graphics, section 5.3.
"""

import re
from typing import Final

_MOST_SCANS: Final = 100
_MOST_SEGMENTS: Final = 10_000
_MOST_CHUNKS: Final = 100_000

# With a length behind them: neither stuffed bytes, nor restarts, nor TEM, nor another start.
_JPEG_MARKER: Final = re.compile(rb"\xff[^\x00\x01\xd0-\xd8\xff]", re.DOTALL)
_END_OF_IMAGE: Final = b"\xff\xd9"
_START_OF_SCAN: Final = b"\xff\xda"
_PNG_SIGNATURE_BYTES: Final = 8
_PNG_CHUNK_BYTES: Final = 12
"""Of a chunk without data: its length, its name and its checksum."""


def has_too_many(content: bytes, kind: str) -> bool:
    """Whether a picture of this media type has more than any program for pictures writes."""
    if kind == "image/jpeg":
        return _has_too_many_segments(content)
    return kind == "image/png" and _has_too_many_chunks(content)


def _has_too_many_segments(content: bytes) -> bool:
    at = scans = 0
    for _ in range(_MOST_SEGMENTS):
        found = _JPEG_MARKER.search(content, at)
        if found is None or found[0] == _END_OF_IMAGE:
            return False
        scans += found[0] == _START_OF_SCAN
        if scans > _MOST_SCANS:
            return True
        at = found.end() + int.from_bytes(content[found.end() : found.end() + 2])
    return True


def _has_too_many_chunks(content: bytes) -> bool:
    at = _PNG_SIGNATURE_BYTES
    for _ in range(_MOST_CHUNKS):
        if at >= len(content):
            return False
        at += _PNG_CHUNK_BYTES + int.from_bytes(content[at : at + 4])
    return True
