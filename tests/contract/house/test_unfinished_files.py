"""What is left of files by whoever died over them goes after a day; what a row promises is safe before the row."""

import os
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from syndicator.clock import SECOND_US
from syndicator.errors import NoRoom, StoreError
from syndicator.services import attach as files
from syndicator.services import folder
from syndicator.store import media
from tests.contract.house.conftest import House

DAY_US = 86_400 * SECOND_US


class Killed(BaseException):
    """Nothing in the service catches it, as nothing catches a kill -9."""


def picture() -> bytes:
    target = BytesIO()
    Image.new("RGB", (20, 10), "red").save(target, "PNG")
    return target.getvalue()


def there(house: House) -> list[str]:
    return sorted(path.name for path in house.service.setup.media_dir.rglob("*") if path.is_file())


def sweep(house: House) -> int:
    return files.remove_unused(house.service.setup)


def killed(*_: Any) -> Any:
    raise Killed


def test_bytes_that_no_row_came_to_know_go_after_a_day(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media, "insert", killed)
    with pytest.raises(Killed):
        house.service.attach(picture(), owner="operator")
    monkeypatch.undo()
    assert len(there(house)) == 2
    house.clock.us += DAY_US
    sweep(house)
    assert len(there(house)) == 2
    house.clock.us += 1
    sweep(house)
    assert there(house) == []


def test_half_a_file_goes_after_a_day(house: House) -> None:
    note = folder.noted(house.service.setup.media_dir, "ab" * 32, house.clock.us)
    note.part.parent.mkdir(parents=True)
    note.part.write_bytes(b"half")
    house.clock.us += DAY_US + 1
    sweep(house)
    assert there(house) == []


def test_bytes_whose_row_went_before_the_process_died_go_after_a_day(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.service.attach(picture(), owner="operator")
    house.clock.us += 8 * DAY_US
    monkeypatch.setattr(media, "is_anybodys", killed)
    with pytest.raises(Killed):
        sweep(house)
    monkeypatch.undo()
    house.clock.us += DAY_US + 1
    assert (sweep(house), there(house)) == (0, [])


def test_what_came_after_all_stays_when_the_note_goes(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media, "insert", killed)
    with pytest.raises(Killed):
        house.service.attach(picture(), owner="operator")
    monkeypatch.undo()
    house.clock.us += DAY_US + 1
    file = house.service.attach(picture(), owner="operator").file
    sweep(house)
    assert there(house) == [file.sha256]


def test_what_a_database_refuses_is_found_and_what_a_disk_refuses_is_gone(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: Any) -> bool:
        raise StoreError("away")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(NoRoom):
        house.service.attach(picture(), owner="operator")
    assert there(house) == []
    monkeypatch.undo()
    monkeypatch.setattr(media, "insert", refused)
    with pytest.raises(StoreError):
        house.service.attach(picture(), owner="operator")
    house.clock.us += DAY_US + 1
    sweep(house)
    assert there(house) == []


def test_a_name_is_synced_before_the_row_whoever_put_it_there(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process may have put the bytes there a moment ago, and not have come to syncing their folder."""
    synced: list[Path] = []
    sync, insert = os.fsync, media.insert

    def noticed(descriptor: int) -> None:
        synced.append(Path(f"/proc/self/fd/{descriptor}").readlink())
        sync(descriptor)

    def inserted(*given: Any) -> bool:
        before.extend(synced)
        return insert(*given)

    monkeypatch.setattr(os, "fsync", noticed)
    monkeypatch.setattr(media, "insert", inserted)
    before: list[Path] = []
    file = house.service.attach(picture(), owner="operator").file
    path = files.path_of(house.service.setup, file.sha256)
    folders = [path.parent, path.parent.parent, path.parent.parent.parent]
    assert before[0] == path.parent.parent.parent.parent, "the name of the media folder itself"
    assert before[2:] == folders
    before.clear()
    synced.clear()
    house.service.attach(picture(), owner="another")
    assert before == folders
