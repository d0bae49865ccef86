"""What ``render --output`` does to files that are there already."""

import os
from pathlib import Path

import pytest

from syndicator.cli.written import write_whole
from tests.unit.cli.conftest import EXAMPLE, ROOT, Call, process
from tests.unit.full_disk import files_of_at_most

ARCHIVED = ROOT / "tests" / "golden" / "biom-kawasaki.txt"


@pytest.mark.parametrize("output", ["release.json", "link.json", "./release.json", "hard.json"])
def test_a_release_is_not_written_over_by_what_it_looks_like(call: Call, tmp_path: Path, output: str) -> None:
    release = tmp_path / "release.json"
    release.write_bytes(EXAMPLE.read_bytes())
    (tmp_path / "link.json").symlink_to("release.json")
    (tmp_path / "hard.json").hardlink_to(release)
    done = call("render", release, "--format", "html", "--output", output)
    assert done.code == 3
    assert "this is the file that is read" in done.err
    assert release.read_bytes() == EXAMPLE.read_bytes()


def test_a_dash_is_stdout_and_a_file_called_so_has_its_folder_before_it(tmp_path: Path) -> None:
    out, err = process(tmp_path, "render", EXAMPLE, "--output", "-").communicate(timeout=30)
    assert out == ARCHIVED.read_bytes()
    assert (err, list(tmp_path.iterdir())) == (b"", [])
    assert process(tmp_path, "render", EXAMPLE, "--output", "./-").communicate(timeout=30)[0] == b""
    assert (tmp_path / "-").read_bytes() == out


def test_a_file_is_replaced_through_its_links_and_keeps_its_rights(call: Call, tmp_path: Path) -> None:
    page, link = tmp_path / "page.html", tmp_path / "link.html"
    page.write_bytes(b"old")
    page.chmod(0o640)
    link.symlink_to(page)
    assert call("render", EXAMPLE, "--format", "html", "--output", link).code == 0
    assert link.is_symlink()
    assert page.read_bytes().startswith(b"<!doctype html>")
    assert page.stat().st_mode & 0o777 == 0o640
    assert sorted(each.name for each in tmp_path.iterdir()) == ["link.html", "page.html"]
    assert call("render", EXAMPLE, "--output", os.devnull).code == 0
    assert not Path(os.devnull).is_file()


def test_what_cannot_be_written_whole_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_bytes(b"old")
    with EXAMPLE.open("rb") as source, files_of_at_most(10):
        with pytest.raises(OSError, match="File too large"):
            write_whole(page, b"new" * 100, source)
        with pytest.raises(OSError, match="File too large"):
            write_whole(tmp_path / "fresh.html", b"new" * 100, source)
    assert page.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [page]


def test_a_preview_that_cannot_be_written_leaves_nothing(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with files_of_at_most(100):
        done = call("preview", EXAMPLE)
    assert done.code == 1
    assert "File too large" in done.err
    assert list(tmp_path.iterdir()) == []
