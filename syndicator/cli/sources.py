"""A publisher's file and what lies beside it, judged together: whatever is wrong is told in one message."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from syndicator.cli.attachments import file_faults, names_files
from syndicator.errors import Fault, Rejected

if TYPE_CHECKING:
    from syndicator.intake.fields.reading import Reading
    from syndicator.model.release import Record

OF_PROFILE: Final = ("publisher", "contacts", "language", "network")
"""The fields that a publisher's stored profile completes."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file's bytes, what was read in them, and the folder it lies in."""

    content: bytes
    reading: "Reading"
    folder: Path
    option_faults: Sequence[Fault] = ()
    """Options that would be of no account."""

    @property
    def is_text(self) -> bool:
        """Whether there are lines to tell faults by: it is not empty, too large or of another kind."""
        return bool(self.reading.lines)

    @property
    def names_files(self) -> bool:
        return names_files(self._fields())

    def file_faults(self) -> list[Fault]:
        """What is wrong with the files that its media name, whether or not the rest makes a record."""
        return file_faults(self._fields(), self.folder)

    def record(self, profile: Mapping[str, Any] | None = None, besides: Sequence[Fault] = ()) -> "Record":
        """The record, though files that it names may not be there. A refusal names these, too, and ``besides``."""
        from syndicator.intake.fields.reading import to_record

        try:
            record = to_record(self.reading, profile)
        except Rejected as refused:
            raise Rejected([*refused.faults, *self.option_faults, *self.file_faults(), *besides]) from refused
        if self.option_faults:
            raise Rejected([*self.option_faults, *self.file_faults(), *besides])
        return record

    def complete(self, profile: Mapping[str, Any] | None = None, besides: Sequence[Fault] = ()) -> "Record":
        """The record, which can be handed in as it is. Rejected for files that are not there, and for ``besides``."""
        record = self.record(profile, besides)
        faults = [*self.file_faults(), *besides]
        if faults:
            raise Rejected(faults)
        return record

    def leaves_open(self, place: str, publisher: str | None) -> bool:
        """Whether that publisher's profile may hold what is missing there: the file says nothing of the field."""
        name = re.split(r"[.[]", place, maxsplit=1)[0]
        return publisher is not None and name in OF_PROFILE and name not in self.reading.draft

    def _fields(self) -> Mapping[str, Any]:
        from syndicator.intake.read import stated

        return stated(self.content, self.reading)


def source_of(file: BinaryIO, stated: Mapping[str, str]) -> Source:
    """The file that a command was given; standard input lies where the command was called."""
    from syndicator.intake.read import MOST_BYTES, read

    content = file.read(MOST_BYTES + 1)
    folder = Path(file.name).parent if Path(file.name).is_file() else Path()
    reading = read(content, file.name, stated)
    return Source(content, reading, folder, _of_no_account(reading, stated))


def bounded(file: BinaryIO, most_bytes: int, fix: str) -> bytes:
    """What is in the file. Rejected, with no more than that read, when it holds more: a device never ends."""
    content = file.read(most_bytes + 1)
    if len(content) > most_bytes:
        raise Rejected([Fault(file.name, f"this has more than {most_bytes:,} bytes", fix)])
    return content


def _of_no_account(reading: "Reading", stated: Mapping[str, str]) -> list[Fault]:
    """A record says itself when it may appear: nobody shall believe that it is held by an option."""
    from syndicator.intake.fields.reading import Format

    if reading.format not in {Format.JSON, Format.TOML} or "embargo_until" not in stated:
        return []
    return [Fault("--embargo-until", "a record states this itself", "write embargo_until into the file")]
