"""The measuring of real releases, measured on releases of our own."""

import hashlib
from pathlib import Path

import pytest

from syndicator.intake.read import read
from tests.corpus import read_releases
from tests.corpus.read_releases import Label, labels, main, overlap, scores

SOURCE = b"# A headline\n\nSome text here.\n\nAbout Acme\n\nAcme is old.\n\nContact:\nJane Doe\njane@acme.example\n"


def test_labels_are_forty_and_whole() -> None:
    known = labels()
    assert len(known) == 40
    assert all(len(label.sha256) == 16 and label.title >= 1 for label in known.values())


def test_scores_of_a_reading() -> None:
    reading = read(SOURCE, "x.md")
    right = Label("", 1, (5,), (9, 10, 11))
    assert scores(reading, right) == {"title": 1, "boilerplate": 1, "contact": 1}
    wrong = Label("", 3, (7,), (9,))
    assert scores(reading, wrong) == {"title": 0, "boilerplate": 0, "contact": pytest.approx(1 / 3)}


def test_overlap() -> None:
    assert overlap([], []) == 1
    assert overlap([1, 2], [2, 3]) == pytest.approx(1 / 3)


def test_no_folder_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "none")]) == 0
    assert "nothing was read" in capsys.readouterr().out


def test_a_bar_that_is_missed_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "x.md").write_bytes(SOURCE)
    sha = hashlib.sha256(SOURCE).hexdigest()[:16]
    for title, code in ((1, 0), (2, 1)):
        table = tmp_path.parent / f"labels-{title}.toml"
        table.write_text(f'["x.md"]\nsha256 = "{sha}"\ntitle = {title}\nboilerplates = [5]\ncontact = [9, 10, 11]\n')
        monkeypatch.setattr(read_releases, "LABELS", table)
        assert main([str(tmp_path), "--misses"]) == code


def test_a_text_that_cannot_be_read_fails(tmp_path: Path) -> None:
    (tmp_path / "x.md").write_bytes(b"\xff")
    assert main([str(tmp_path)]) == 1
