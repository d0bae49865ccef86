"""The folder of files: bytes under their SHA-256, whole or not at all, and notes of what is under way.

Bytes are there before a row promises them, and stay until no row does: whoever dies in between leaves bytes that
no row knows. A note stands beside them from before to after, so that they are found and removed.
"""

import errno
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from syndicator.disk import sync_folder
from syndicator.errors import MediaError, NoRoom, SyndicatorError

_NOTES: Final = "unfinished"
_FULL: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}  # the disk, the user's share of it, what one file may have


@dataclass(frozen=True, slots=True)
class Note:
    """Says that since ``begun_at`` (of the database's clock) the bytes under a hash may be there without a row."""

    media_dir: Path
    begun_at: int
    sha256: str
    token: str

    def begin(self) -> None:
        """Errors: OSError."""
        folder = self._path.parent
        if not self.media_dir.exists():
            self.media_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
            sync_folder(self.media_dir.parent)
        folder.mkdir(exist_ok=True, mode=0o700)
        self._path.touch(mode=0o600)

    def end(self) -> None:
        """Errors: OSError."""
        self.part.unlink(missing_ok=True)
        self._path.unlink(missing_ok=True)

    @property
    def bytes_path(self) -> Path:
        return path_in(self.media_dir, self.sha256)

    @property
    def part(self) -> Path:
        """Where the bytes lie until they are whole."""
        return self.bytes_path.with_name(f".{self.sha256}.{self.token}")

    @property
    def _path(self) -> Path:
        return self.media_dir / _NOTES / f"{self.begun_at}.{self.sha256}.{self.token}"


def path_in(media_dir: Path, sha256: str) -> Path:
    """Where the bytes of that hash lie."""
    return media_dir / sha256[:2] / sha256[2:4] / sha256


def noted(media_dir: Path, sha256: str, now: int) -> Note:
    """A new note, begun. Errors: OSError."""
    note = Note(media_dir, now, sha256, secrets.token_hex(8))
    note.begin()
    return note


def notes(media_dir: Path, before: int) -> Iterator[Note]:
    """Those that were begun before then and never ended. Errors: OSError."""
    folder = media_dir / _NOTES
    for path in folder.iterdir() if folder.is_dir() else ():
        begun_at, _, rest = path.name.partition(".")
        sha256, _, token = rest.partition(".")
        if begun_at.isdecimal() and token and int(begun_at) < before:
            yield Note(media_dir, int(begun_at), sha256, token)


def keep(note: Note, content: bytes) -> None:
    """The note's bytes in their place for good, whoever put them there. Errors: NoRoom, MediaError."""
    path = note.bytes_path
    try:
        if not (path.exists() and path.stat().st_size == len(content)):
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            _put(note.part, path, content)
        # Also where they were there: whoever put them there may not have come to this yet, and a row follows.
        for folder in (path.parent, path.parent.parent, note.media_dir):
            sync_folder(folder)
    except OSError as error:
        raise not_kept(path.parent, error) from error


def not_kept(folder: Path, error: OSError) -> SyndicatorError:
    """What the system's word on a file means for whoever hands it in."""
    if error.errno in _FULL:
        return NoRoom(f"there is no room in {folder} ({error.strerror}): free some, then hand the file in again")
    return MediaError(f"the file cannot be kept in {folder} ({error.strerror}): may the service write there?")


def _put(part: Path, path: Path, content: bytes) -> None:
    try:
        with part.open("xb") as target:
            target.write(content)
            target.flush()
            os.fsync(target.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
