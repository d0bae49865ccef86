"""Who may read what a service keeps, wherever its folder is."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.settings import Settings
from syndicator.bootstrap import Syndicator


@pytest.fixture
def open_folder(tmp_path: Path) -> Iterator[Path]:
    """One that its owner made for everybody, in a shell that keeps nothing from others."""
    before = os.umask(0)
    folder = tmp_path / "data"
    folder.mkdir(0o777)
    yield folder
    os.umask(before)


def test_the_database_and_its_log_are_for_their_owner_alone(open_folder: Path) -> None:
    service = Syndicator(Settings(data_dir=open_folder))
    assert list(open_folder.iterdir()) == [], "nothing is made before it is needed"
    try:
        service.migrate()
        rights = {each.name: stat.S_IMODE(each.stat().st_mode) for each in open_folder.glob("syndicator.db*")}
    finally:
        service.close()
    assert rights == dict.fromkeys(("syndicator.db", "syndicator.db-wal", "syndicator.db-shm"), 0o600)


def test_a_database_that_is_named_as_a_uri_is_private_and_leaves_nothing_else(
    open_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(open_folder)
    service = Syndicator(
        Settings(data_dir=open_folder, database_url="sqlite:///file:named%2520so.db?mode=rwc&uri=true")
    )
    try:
        service.migrate()
    finally:
        service.close()
    assert {each.name: stat.S_IMODE(each.stat().st_mode) for each in open_folder.iterdir()} == {"named so.db": 0o600}


def test_a_file_that_is_there_keeps_its_rights(open_folder: Path) -> None:
    file = open_folder / "syndicator.db"
    file.touch(0o640)
    service = Syndicator(Settings(data_dir=open_folder))
    try:
        service.migrate()
    finally:
        service.close()
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
