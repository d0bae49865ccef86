"""Keys that the service makes for itself."""

import os
from pathlib import Path
from typing import Any

import pytest

from syndicator.delivery.key_files import kept
from tests.unit.full_disk import files_of_at_most


def test_a_key_is_safe_from_power_loss_before_its_name_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it sealed is synced by the database: a key that was not would leave secrets that nobody opens."""
    done: list[str] = []
    sync, link = os.fsync, os.link

    def synced(descriptor: int) -> None:
        done.append(Path(f"/proc/self/fd/{descriptor}").readlink().name.partition(f".{os.getpid()}.")[0])
        sync(descriptor)

    def linked(*given: Any) -> None:
        done.append("link")
        link(*given)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "link", linked)
    assert kept(tmp_path / "data" / "sealing.keys", lambda: "k1:abc") == "k1:abc"
    assert done == [".sealing.keys", "link", "data", tmp_path.name]
    assert kept(tmp_path / "data" / "sealing.keys", lambda: "k2:def") == "k1:abc"
    assert len(done) == 4


def test_a_full_disk_leaves_neither_a_key_nor_a_part_of_one(tmp_path: Path) -> None:
    with files_of_at_most(3), pytest.raises(OSError, match="File too large"):
        kept(tmp_path / "sealing.keys", lambda: "k1:abc")
    assert list(tmp_path.iterdir()) == []
    assert kept(tmp_path / "sealing.keys", lambda: "k1:abc") == "k1:abc"
    assert (tmp_path / "sealing.keys").stat().st_mode & 0o777 == 0o600
