"""Files beside a release: handed in before it, and named in its record by their SHA-256."""

from mimetypes import guess_type
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from syndicator.errors import Fault, Rejected

if TYPE_CHECKING:
    from syndicator.client import Client
    from syndicator.model.media import Media
    from syndicator.model.release import Record


def with_kept_files(client: "Client", record: Any, beside: Path) -> Any:  # noqa: ANN401 (JSON, not checked yet)
    """The record with each local ``file`` handed in and replaced by its ``sha256``; the same one if it names none.

    A file lies in the release's own folder or below it, links followed: a record that came from elsewhere
    must not send out what is none of its business. Rejected, with every fault, before anything is sent.
    """
    media = record.get("media") if isinstance(record, dict) else None
    named = [each for each in media if _names_file(each)] if isinstance(media, list) else []
    if not isinstance(media, list) or not named:
        return record
    found = {each["file"]: _found(each["file"], beside) for each in named}
    faults = [
        Fault(f"media[{place}].file", *fault)
        for place, each in enumerate(media)
        if _names_file(each) and isinstance(fault := found[each["file"]], tuple)
    ]
    if faults:
        raise Rejected(faults)
    kept = {name: client.upload(path.read_bytes(), name) for name, path in found.items() if isinstance(path, Path)}
    return {**record, "media": [_replaced(each, kept) if _names_file(each) else each for each in media]}


def shown_in_place(record: "Record", beside: Path) -> "Record":
    """The record with the address, on this machine, of each file beside it; what is not there stays a caption."""
    return record.model_copy(update={"media": tuple(_in_place(each, beside) for each in record.media)})


def _in_place(media: "Media", beside: Path) -> "Media":
    path = _found(media.file, beside) if media.file else None
    if not isinstance(path, Path):
        return media
    kind = media.type or guess_type(path.name)[0]
    return media.model_copy(update={"href": path.as_uri(), "type": kind})


def folder_of(file: BinaryIO) -> Path:
    """Where the release lies; for standard input, where the command was called."""
    return Path(file.name).parent if Path(file.name).is_file() else Path()


def _names_file(media: object) -> bool:
    return isinstance(media, dict) and isinstance(media.get("file"), str)


def _found(name: str, beside: Path) -> Path | tuple[str, str]:
    """The file, or what is wrong and what would be right."""
    folder = beside.resolve()
    try:
        path = (folder / name).resolve()
        is_there = path.is_file()
    except (OSError, ValueError):  # a name that no file can have
        return f"{name[:80]!r} is no file's name", "give a path beside the release"
    if not path.is_relative_to(folder):
        return f"{name[:80]!r} lies outside of the release's folder", "put it beside the release"
    return path if is_there else (f"{name[:80]!r} is not there", "put it beside the release, or leave it out")


def _replaced(media: dict[str, Any], kept: dict[str, dict[str, Any]]) -> dict[str, Any]:
    rest = {name: value for name, value in media.items() if name != "file"}
    return {**rest, "sha256": kept[media["file"]]["sha256"]}
