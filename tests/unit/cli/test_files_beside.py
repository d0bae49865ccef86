"""Files that a release names: check misses what submit would miss, and all that is wrong is told in one message."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from PIL import Image

from syndicator.cli.attachments import file_faults
from tests.unit.cli.conftest import EXAMPLE, Call
from tests.unit.web.served import Served

TEXT = """---
language: de
media:
  - caption: Eine Halle
    file: nope.png
---

# Halle eröffnet

Die neue Halle ist offen.
"""
PARTNERS = """
## Pressekontakt

Jana Doe
jana@muster.example

## Herausgeber

Muster AG
"""


def release(folder: Path, *media: dict[str, Any], **changes: object) -> Path:
    path = folder / "release.json"
    whole = {**json.loads(EXAMPLE.read_text(encoding="utf-8")), "media": list(media), **changes}
    path.write_text(json.dumps(whole, indent=1, ensure_ascii=False), encoding="utf-8")
    return path


def toml(folder: Path, *lines: str) -> Path:
    path = folder / "release.toml"
    path.write_text(
        "\n".join(
            (
                'language = "de"\nheadline = "Halle"\npublisher = {name = "Muster AG"}',
                'body = [{type = "paragraph", text = "Offen."}]\ncontacts = [{name = "A", email = "a@muster.example"}]',
                *lines,
            )
        )
    )
    return path


def test_check_misses_a_picture_that_submit_would_miss(cli: Call, served: Served, tmp_path: Path) -> None:
    path = release(tmp_path, {"file": "nope.png", "caption": "Rot", "credit": "Eva", "alt": "Rot"})
    checked, submitted = cli("check", path), cli("submit", path)
    assert (checked.code, submitted.code) == (3, 3)
    assert "error[E009]: media[0].file: 'nope.png' is not there" in checked.out
    (found,) = (each for each in cli("check", path, "--json").json["diagnostics"] if each["code"] == "E009")
    assert path.read_text("utf-8").split("\n")[found["line"] - 1].strip().startswith('"file"')
    assert "media[0].file: 'nope.png' is not there" in submitted.err
    Image.new("RGB", (3, 2), "red").save(tmp_path / "nope.png")
    assert cli("check", path).code == cli("submit", path).code == 0, "a service that is asked misses nothing either"


def test_check_says_once_that_a_file_lies_elsewhere(call: Call, tmp_path: Path) -> None:
    (tmp_path / "outside.png").touch()
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "link.png").symlink_to(tmp_path / "outside.png")
    path = release(tmp_path / "own", {"file": "../outside.png"}, {"file": "link.png"})
    errors = [each for each in call("check", path, "--json").json["diagnostics"] if each["severity"] == "error"]
    assert [(each["code"], each["place"]) for each in errors] == [("E007", "media[0]"), ("E007", "media[1].file")]


def test_what_lies_there_and_is_no_file_is_told_as_what_it_is(call: Call, tmp_path: Path) -> None:
    (tmp_path / "circle.png").symlink_to("circle.png")
    (tmp_path / "folder.png").mkdir()
    os.mkfifo(tmp_path / "pipe.png")
    path = release(tmp_path, *({"file": f"{name}.png"} for name in ("circle", "folder", "pipe")))
    done = call("check", path)
    assert done.code == 3
    assert "media[0].file: 'circle.png' is not there" in done.out
    for place, name in enumerate(("folder", "pipe"), 1):
        assert f"media[{place}].file: '{name}.png' is a folder, a pipe or a device" in done.out


def test_a_picture_that_nobody_lets_us_read_is_told_before_anything_is_sent() -> None:
    with TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        Path(name, "red.png").touch(mode=0o200)
        with as_nobody():
            (fault,) = file_faults({"media": [{"file": "red.png"}]}, Path(name))
    assert (fault.place, fault.problem) == ("media[0].file", "'red.png' may not be read by you")


@contextmanager
def as_nobody() -> Iterator[None]:
    """Root reads everything: with the rights of somebody else, where the tests are run by root."""
    own = os.geteuid()
    if own == 0:
        os.seteuid(65_534)
    try:
        yield
    finally:
        os.seteuid(own)


@pytest.mark.parametrize("inside", [True, False])
def test_check_and_submit_agree_on_what_lies_in_the_folder(
    cli: Call, served: Served, tmp_path: Path, *, inside: bool
) -> None:
    (tmp_path / "sub").mkdir()
    Image.new("RGB", (3, 2), "red").save(tmp_path / "~red.png")
    name = "sub/../~red.png" if inside else str(tmp_path / "~red.png")
    path = release(tmp_path, {"file": name, "caption": "Rot", "credit": "Eva", "alt": "Rot"})
    assert cli("check", path).code == cli("submit", path).code == (0 if inside else 3)


@pytest.mark.parametrize("form", ["json", "toml"])
def test_faults_of_fields_and_of_files_come_together(cli: Call, served: Served, tmp_path: Path, form: str) -> None:
    written = {
        "json": lambda: release(tmp_path, {"file": "nope.png"}, {"file": "../x.png"}, {"fil": "y.png", "caption": "Y"}),
        "toml": lambda: toml(
            tmp_path,
            '[[media]]\nfile = "nope.png"\n[[media]]\nfile = "../x.png"\n[[media]]\nfil = "y.png"\ncaption = "Y"',
        ),
    }
    path, release_id = written[form](), served.submit()["id"]
    faults = ("'nope.png'", "'../x.png'", 'there is no field "fil" here')
    for done in (
        cli("check", path),
        cli("submit", path),
        cli("render", path),
        cli("update", release_id, "--file", path),
        cli("correct", release_id, "--file", path, "--note", "Ein Bild fehlte."),
    ):
        assert done.code == 3
        assert all(fault in done.out + done.err for fault in faults), done
    assert not list(served.service.setup.media_dir.rglob("*"))


def test_the_same_in_text(cli: Call, served: Served, tmp_path: Path) -> None:
    path = tmp_path / "release.md"
    path.write_text(TEXT, encoding="utf-8")
    for done in (cli("check", path), cli("submit", path)):
        told = done.out + done.err
        assert done.code == 3
        assert all(fault in told for fault in ("'nope.png' is not there", "contacts", "publisher"))


def test_files_that_the_service_does_not_take_are_told_together(cli: Call, served: Served, tmp_path: Path) -> None:
    for name in ("one.png", "two.png"):
        (tmp_path / name).write_text("no picture")
    done = cli("submit", release(tmp_path, {"file": "one.png"}, {"caption": "x"}, {"file": "two.png"}))
    assert done.code == 3
    assert ("media[0].file: " in done.err, "media[2].file: " in done.err) == (True, True)


def test_a_record_that_is_refused_hands_no_file_in(cli: Call, served: Served, tmp_path: Path) -> None:
    Image.new("RGB", (3, 2), "red").save(tmp_path / "good.png")
    done = cli("submit", release(tmp_path, {"file": "good.png"}, headline=""))
    assert done.code == 3
    assert "headline (" in done.err
    assert not list(served.service.setup.media_dir.rglob("*"))


def test_what_is_rendered_without_a_picture_says_so_beside_it(call: Call, tmp_path: Path) -> None:
    path = tmp_path / "release.md"
    path.write_text(TEXT + PARTNERS, encoding="utf-8")
    for command in ("render", "preview"):
        done = call(command, path)
        assert done.code == 0
        assert "media[0].file: 'nope.png' is not there" in done.err
        assert "nope.png" not in done.out
