"""Files beside a release: handed in before it, and named in its record by their SHA-256."""

import os
from collections.abc import Mapping
from dataclasses import replace
from mimetypes import guess_type
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
    named = _named(record)
    if not named:
        return record
    faults = file_faults(record, beside)
    if faults:
        raise Rejected(faults)
    kept = _handed_in(client, named, beside)
    return {**record, "media": [_replaced(each, kept) if _names_file(each) else each for each in record["media"]]}


def names_files(record: Any) -> bool:  # noqa: ANN401 (JSON, not checked yet)
    """Whether files go with the record that lie beside it."""
    return bool(_named(record))


def file_faults(record: Any, beside: Path) -> list[Fault]:  # noqa: ANN401 (JSON, not checked yet)
    """What is wrong with the files that the media of a record name."""
    return [
        Fault(f"media[{place}].file", *fault)
        for place, name in _named(record).items()
        if isinstance(fault := _found(name, beside), tuple)
    ]


def without_files(record: "Record") -> "Record":
    """The record for a service that is only asked: it has none of the files, and shall not miss them."""
    media = tuple(
        each.model_copy(update={"file": None, "caption": each.caption or each.file}) if each.file else each
        for each in record.media
    )
    return record.model_copy(update={"media": media})


def _named(record: Any) -> dict[int, str]:  # noqa: ANN401 (JSON, not checked yet)
    """The local files that media name, by their place."""
    media = record.get("media") if isinstance(record, Mapping) else None
    entries = media if isinstance(media, list | tuple) else ()
    return {place: each["file"] for place, each in enumerate(entries) if _names_file(each)}


def _handed_in(client: "Client", named: Mapping[int, str], beside: Path) -> dict[str, dict[str, Any]]:
    """Each file as the service keeps it. Rejected with what the service says of all that it does not take."""
    kept: dict[str, dict[str, Any]] = {}
    faults: list[Fault] = []
    for place, name in named.items():
        path = _found(name, beside)
        if name in kept or not isinstance(path, Path):
            continue
        try:
            with path.open("rb") as content:
                kept[name] = client.upload(content, name)
        except Rejected as refused:
            faults += [replace(fault, place=f"media[{place}].file") for fault in refused.faults]
    if faults:
        raise Rejected(faults)
    return kept


def shown_in_place(record: "Record", beside: Path) -> "Record":
    """The record with the address, on this machine, of each file beside it; what is not there stays a caption."""
    return record.model_copy(update={"media": tuple(_in_place(each, beside) for each in record.media)})


def _in_place(media: "Media", beside: Path) -> "Media":
    path = _found(media.file, beside) if media.file else None
    if not isinstance(path, Path):
        return media
    kind = media.type or guess_type(path.name)[0]
    return media.model_copy(update={"href": path.as_uri(), "type": kind})


def _names_file(media: object) -> bool:
    return isinstance(media, Mapping) and isinstance(media.get("file"), str)


def _found(name: str, beside: Path) -> Path | tuple[str, str]:
    """The file, or what is wrong and what would be right."""
    from syndicator.model.media import leaves_folder

    folder = beside.resolve()
    try:
        path = Path(os.path.realpath(folder / name))  # a circle of links leads to nothing that is there
        is_file, is_there = path.is_file(), path.exists()
    except (OSError, ValueError):  # a name that no file can have
        return f"{name[:80]!r} is no file's name", "give a path beside the release"
    if leaves_folder(name) or not path.is_relative_to(folder):
        return f"{name[:80]!r} lies outside of the release's folder", "put it beside the release"
    if not is_there:
        return f"{name[:80]!r} is not there", "put it beside the release, or leave it out"
    if not is_file:
        return f"{name[:80]!r} is a folder, a pipe or a device", "give the path of a file beside the release"
    if not os.access(path, os.R_OK, effective_ids=True):
        return f"{name[:80]!r} may not be read by you", "give yourself the right to read it (chmod u+r)"
    return path


def _replaced(media: dict[str, Any], kept: dict[str, dict[str, Any]]) -> dict[str, Any]:
    rest = {name: value for name, value in media.items() if name != "file"}
    return {**rest, "sha256": kept[media["file"]]["sha256"]}
