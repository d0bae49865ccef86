"""Files handed in for releases: cleaned, kept under their SHA-256, and known by an address nobody can guess.

The folder belongs to the service as a whole: in the scaled-out size all web processes share it (one volume or
network file system), for any of them may be asked for a file that another one took in.
"""

import hashlib
import secrets
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from syndicator.errors import Fault, Rejected, SyndicatorError
from syndicator.model.media import Media
from syndicator.model.release import Record
from syndicator.services.folder import Note, keep, not_kept, noted, notes, path_in
from syndicator.services.setup import Setup
from syndicator.store import media, numbers
from syndicator.store.database import Connection
from syndicator.store.media import MediaFile

_TOKEN_BYTES = 24
_LONGEST_NAME = 200
_REMOVED_AT_ONCE = 200
_GIVEN_UP_US = 86_400_000_000  # no file takes a day to be written
# A decoded picture takes up to 100 MB: one at a time in each process.
_decoding = threading.Lock()


@dataclass(frozen=True, slots=True)
class Kept:
    """The file as stored, and whether this call stored it (false: the owner had handed it in before)."""

    file: MediaFile
    created: bool


def attach(setup: Setup, content: bytes, *, owner: str, max_bytes: int, name: str | None = None) -> Kept:
    """Keeps the file for the owner's releases. Nobody else sees it before a public release shows it.

    The same bytes again are the same file with the same address. Rejected for what is too large, broken or of a
    kind that is not taken (see ``intake.media.pictures``).
    """
    from syndicator.intake.media.pictures import clean  # late: Pillow is 3 MB that no worker has to hold

    with _decoding:
        made = clean(content, max_bytes=max_bytes)
    file = MediaFile(
        owner=owner,
        sha256=hashlib.sha256(made.content).hexdigest(),
        token=secrets.token_urlsafe(_TOKEN_BYTES),
        type=made.type,
        bytes=len(made.content),
        width=made.width,
        height=made.height,
        name=_shown_name(name),
    )
    note = _note(setup, file.sha256)
    try:
        kept = _kept(setup, note, file, made.content)
    except SyndicatorError:
        with suppress(OSError):
            if not note.bytes_path.exists():  # else a sweep, which asks for rows, decides
                note.end()
        raise
    note.end()
    return kept


def _kept(setup: Setup, note: Note, file: MediaFile, content: bytes) -> Kept:
    """First the bytes, then the row: a row promises that the bytes are there."""
    keep(note, content)
    with setup.database.write() as connection:
        created = media.insert(connection, file, setup.database.now_us(connection))
        kept = Kept(media.get(connection, file.owner, file.sha256), created)
    # Unused bytes may have been removed between the two; from the row on they are not.
    keep(note, content)
    return kept


def remove_unused(setup: Setup) -> int:
    """Removes files that no version shows once their time of grace is over, a batch a call; how many they were.

    A process removes what lies in its own folder: first the rows for good, then the bytes, unless another owner has
    handed in the same ones. So it does, after a day, with what was left by whoever died over a file.
    """
    with setup.database.read() as connection:
        now = setup.database.now_us(connection)
    _clear(setup, list(islice(notes(setup.media_dir, now - _GIVEN_UP_US), _REMOVED_AT_ONCE)))
    before = now - setup.media_grace_us
    here = _unused_here(setup, before)
    if not here:
        return 0
    with setup.database.write() as connection:
        numbers.take(connection, numbers.MEDIA)
        removed = [sha256 for owner, sha256 in here if media.remove(connection, owner, sha256, before)]
        left = [noted(setup.media_dir, sha256, now) for sha256 in removed]
    _clear(setup, left)
    return len(removed)


def _clear(setup: Setup, left: Sequence[Note]) -> None:
    """Ends what was noted: bytes that no row knows go."""
    if not left:
        return
    with setup.database.write() as connection:
        numbers.take(connection, numbers.MEDIA)
        for note in left:
            if not media.is_anybodys(connection, note.sha256):
                note.bytes_path.unlink(missing_ok=True)
            note.end()


def _note(setup: Setup, sha256: str) -> Note:
    with setup.database.read() as connection:
        now = setup.database.now_us(connection)
    try:
        return noted(setup.media_dir, sha256, now)
    except OSError as error:
        raise not_kept(setup.media_dir, error) from error


def _unused_here(setup: Setup, before: int) -> list[tuple[str, str]]:
    """A batch of those that lie in this process's folder, behind whatever number of others."""
    found: Sequence[media.Unused] = [media.BEFORE_ALL]
    here: list[tuple[str, str]] = []
    while found and not here:
        with setup.database.read() as connection:
            found = media.unused(connection, before, found[-1], _REMOVED_AT_ONCE)
        here = [(each.owner, each.sha256) for each in found if path_of(setup, each.sha256).exists()]
    return here


def path_of(setup: Setup, sha256: str) -> Path:
    return path_in(setup.media_dir, sha256)


def complete(setup: Setup, record: Record, *, owner: str) -> Record:
    """The record with type and size of every file it names, as stored: what a publisher wrote there does not count.

    Rejected, with every fault, for files that this owner never handed in and for names of local files.
    """
    wanted = [each.sha256 for each in record.media if each.sha256]
    with setup.database.read() as connection:
        known = media.known(setup.database, connection, owner, wanted)
    faults = [fault for place, each in enumerate(record.media) for fault in _faults(place, each, known)]
    if faults:
        raise Rejected(faults)
    completed = tuple(_completed(each, known[each.sha256]) if each.sha256 else each for each in record.media)
    return record.model_copy(update={"media": completed})


def addresses(setup: Setup, connection: Connection, record: Record, owner: str) -> Mapping[str, str]:
    """The public address of each file the record names, by SHA-256."""
    wanted = [each.sha256 for each in record.media if each.sha256]
    known = media.known(setup.database, connection, owner, wanted) if wanted else {}
    return {sha256: setup.addresses.media(file.token) for sha256, file in known.items()}


def _faults(place: int, each: Media, known: Mapping[str, MediaFile]) -> list[Fault]:
    faults = []
    if each.file is not None:
        fix = "send it to POST /api/v1/media and give the sha256 of the answer (syndicator submit does both)"
        faults.append(Fault(f"media[{place}].file", f"{each.file[:80]!r} is a file on your side", fix))
    if each.sha256 is not None and each.sha256 not in known:
        fix = "send it to POST /api/v1/media first, and give the sha256 of the answer"
        faults.append(Fault(f"media[{place}].sha256", "there is no such file of yours", fix))
    return faults


def _completed(each: Media, file: MediaFile) -> Media:
    facts = {"type": file.type, "bytes": file.bytes, "width": file.width, "height": file.height}
    return each.model_copy(update=facts)


def _shown_name(name: str | None) -> str | None:
    """The last part of a file's name, printable; for people only, never for a path."""
    last = (name or "").replace("\\", "/").rpartition("/")[2]
    return "".join(sign for sign in last if sign.isprintable())[:_LONGEST_NAME] or None
