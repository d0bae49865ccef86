"""What ``make corpus`` says and ends with, by the folder it is given."""

from pathlib import Path

import pytest

from tests.corpus import __main__ as corpus
from tests.corpus import feeds_of_releases, read_releases

RELEASE = "# Acme & Söhne opens a plant\n\nMUNICH, 1 March 2027 – Acme opens a plant.\n\nAbout Acme\n\nAcme is old.\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "acme.md").write_text(RELEASE, "utf-8")
    return tmp_path


def test_a_named_folder_that_is_not_there_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert corpus.main([str(tmp_path / "none")]) == 2
    assert "There is no folder" in capsys.readouterr().err


def test_a_clone_without_releases_is_told_that_it_skips(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(read_releases, "DEFAULT", tmp_path / "none")
    assert corpus.main([]) == 0
    assert capsys.readouterr().out.startswith("Skipped")


def test_releases_are_read_and_their_feeds_held_against_the_rules(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert corpus.main([str(folder)]) == 0
    out = capsys.readouterr().out
    assert "1 releases read" in out
    assert "Feeds of 1 of 1 releases" in out
    assert "there is no atom.rng in this folder" in out


def test_a_feed_that_the_schema_refuses_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    schema = folder / "atom.rng"
    schema.write_text('<element name="other" xmlns="http://relaxng.org/ns/structure/1.0"><empty/></element>')
    assert feeds_of_releases.measure(folder, schema) == 1
    assert "feeds/all.atom: schema:" in capsys.readouterr().out


def test_releases_that_make_no_feed_fail(tmp_path: Path) -> None:
    (tmp_path / "junk.md").write_text("\n")
    assert feeds_of_releases.measure(tmp_path, None) == 1
