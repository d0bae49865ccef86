"""Files beside a release go with it, and no other file of the machine does."""

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from syndicator.cli.attachments import without_files
from syndicator.model.release import Record
from tests.unit.cli.answering import Answer, Answering
from tests.unit.cli.conftest import EXAMPLE, Call
from tests.unit.web.served import Served, record


def release(folder: Path, *media: dict[str, Any]) -> Path:
    path = folder / "release.json"
    path.write_text(json.dumps({**json.loads(EXAMPLE.read_text(encoding="utf-8")), "media": list(media)}))
    return path


def photo(path: Path) -> None:
    path.parent.mkdir(exist_ok=True)
    Image.new("RGB", (30, 20), "red").save(path)


def shown(served: Served) -> list[dict[str, Any]]:
    served.render()
    items: list[dict[str, Any]] = served.public.get("/feeds/all.json").json["items"]
    return items


def test_a_picture_beside_the_release_is_handed_in_and_shown(cli: Call, served: Served, tmp_path: Path) -> None:
    photo(tmp_path / "pictures" / "one.png")
    path = release(tmp_path, {"file": "pictures/one.png", "caption": "Rot"}, {"caption": "ohne Datei"})
    done = cli("submit", path, "--json")
    assert done.code == 0, done.err
    [item] = shown(served)
    [attachment] = item["attachments"]
    assert attachment["mime_type"] == "image/png"
    assert attachment["size_in_bytes"] > 0
    assert "Rot" in item["content_html"]
    assert "ohne Datei" in item["content_html"]


def test_an_update_brings_its_pictures_along(cli: Call, served: Served, tmp_path: Path) -> None:
    release_id = cli("submit", EXAMPLE, "--json").json["id"]
    photo(tmp_path / "two.png")
    done = cli("update", release_id, "--file", release(tmp_path, {"file": "two.png", "caption": "Neu"}))
    assert done.code == 0, done.err
    assert shown(served)[0]["attachments"]


def test_the_same_release_sent_again_with_its_key_is_the_same(cli: Call, tmp_path: Path) -> None:
    photo(tmp_path / "one.png")
    path = release(tmp_path, {"file": "one.png", "caption": "Rot"})
    first, again = (cli("submit", path, "--json", "--idempotency-key", "mine").json["id"] for _ in range(2))
    assert first == again


@pytest.mark.parametrize("name", ["../outside.png", "link.png", "missing.png", "/etc/hostname", "a\x00b", "."])
def test_nothing_but_files_of_the_releases_folder_leaves_the_machine(
    cli: Call, served: Served, tmp_path: Path, name: str
) -> None:
    photo(tmp_path / "outside.png")
    folder = tmp_path / "own"
    photo(folder / "good.png")
    (folder / "link.png").symlink_to(tmp_path / "outside.png")
    path = release(folder, {"file": "good.png", "caption": "gut"}, {"file": name, "caption": "schlecht"})
    done = cli("submit", path)
    assert (done.code, done.out) == (3, "")
    assert "media[1].file" in done.err
    assert "media[0]" not in done.err
    assert shown(served) == []
    assert not list(served.service.setup.media_dir.rglob("*")), "the good one stayed, too"


def test_what_is_no_picture_is_refused_by_the_service(cli: Call, served: Served, tmp_path: Path) -> None:
    (tmp_path / "one.png").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    done = cli("submit", release(tmp_path, {"file": "one.png", "caption": "Rot"}))
    assert done.code == 3
    assert shown(served) == []


def test_a_preview_shows_the_pictures_beside_the_release(call: Call, tmp_path: Path) -> None:
    photo(tmp_path / "pictures" / "one & only.png")
    (tmp_path / "scan").write_bytes((tmp_path / "pictures" / "one & only.png").read_bytes())
    path = release(
        tmp_path,
        {"file": "pictures/one & only.png", "caption": "Rot", "alt": "Ein Rechteck"},
        {"file": "scan", "type": "image/png", "caption": "Ohne Endung"},
        {"file": "gone.png", "caption": "Fehlt"},
        {"file": "../../outside.png", "caption": "Fremd"},
    )
    html = Path(call("preview", path).out.strip()).read_text(encoding="utf-8")
    assert f'<img src="{(tmp_path / "pictures" / "one & only.png").resolve().as_uri()}" alt="Ein Rechteck">' in html
    assert html.count("<img") == 2
    assert all(caption in html for caption in ("Rot", "Fehlt", "Fremd"))
    pushed = Path(call("preview", path, "--format", "webhook").out.strip()).read_text(encoding="utf-8")
    assert "file://" not in pushed
    assert "<img" not in call("render", path, "--format", "html").out, "what will be sent knows no folder of ours"


def test_a_file_that_two_pictures_name_is_handed_in_once(call: Call, tmp_path: Path) -> None:
    photo(tmp_path / "one.png")
    path = release(tmp_path, {"file": "one.png", "caption": "Links"}, {"file": "one.png", "caption": "Rechts"})
    view = {"id": "rel_1", "version": 1, "state": "published", "url": "u", "feeds": []}
    with Answering(Answer(201, {"sha256": "0" * 64}), Answer(201, view)) as service:
        assert call("submit", path, "--to", service.url, "--token", "t").code == 0
    _, submitted = service.asked
    assert [each["sha256"] for each in json.loads(submitted.body)["media"]] == ["0" * 64] * 2


def test_lines_of_a_record_that_was_rewritten_for_its_files_are_not_told(call: Call, tmp_path: Path) -> None:
    photo(tmp_path / "one.png")
    path = release(tmp_path, {"file": "one.png", "caption": "Rot"})
    fault = {"place": "network", "problem": "there is none", "fix": "", "line": 1, "column": 9}
    refusal = Answer(422, {"title": "No", "faults": [fault]})
    with Answering(Answer(201, {"sha256": "0" * 64}), refusal) as service:
        done = call("submit", path, "--to", service.url, "--token", "t")
    assert (done.code, "network: there is none" in done.err) == (3, True)


def test_a_service_that_is_only_asked_misses_no_file() -> None:
    """Media without a caption would be empty without their file, and refused as such."""
    stated = Record.model_validate(
        record(media=[{"file": "a.jpg"}, {"file": "b.jpg", "caption": "B"}, {"caption": "C"}])
    )
    media = without_files(stated).media
    assert [(each.file, each.caption) for each in media] == [(None, "a.jpg"), (None, "B"), (None, "C")]
