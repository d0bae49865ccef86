"""Without any service: a file read, judged, rendered and looked at."""

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path

import feedparser
import pytest
import time_machine

from syndicator.cli.sources import bounded
from syndicator.errors import Rejected
from tests.unit.cli.answering import Answering
from tests.unit.cli.conftest import EXAMPLE, ROOT, Call, process

ARCHIVED = ROOT / "tests" / "golden" / "biom-kawasaki.txt"
DISCLAIMER = "Eine systematische Speicherung dieser Daten"
GOOD = {
    "language": "de",
    "headline": "Eine Meldung",
    "publisher": {"name": "Die Firma", "address": ["Weg 1", "12345 Ort"]},
    "body": [{"type": "paragraph", "text": "Der Text der Meldung."}],
    "contacts": [{"name": "Eva Muster", "email": "eva@example.org"}],
}


def test_the_archives_text_goes_to_stdout_byte_for_byte_and_to_nowhere_else(tmp_path: Path) -> None:
    out, err = process(tmp_path, "render", EXAMPLE, "--format", "text").communicate(timeout=30)
    assert out == ARCHIVED.read_bytes()
    assert len(out) == 8016
    assert hashlib.sha256(out).hexdigest() == "b3f8f1e4cb5906012cbff2c802e6c3896b92f40a2222ece5ee35c98b288fc1d3"
    assert err == b""
    assert list(tmp_path.iterdir()) == []


def test_the_archives_text_read_and_rendered_is_itself(call: Call, tmp_path: Path) -> None:
    assert call("render", ARCHIVED, "--output", "again.txt").code == 0
    again = (tmp_path / "again.txt").read_text("utf-8")
    assert again.startswith(ARCHIVED.read_text("utf-8").partition("\n\n")[0])


@pytest.mark.parametrize("form", ["html", "rss", "atom", "json", "webhook"])
def test_every_form_has_the_publisher_and_the_disclaimer(call: Call, tmp_path: Path, form: str) -> None:
    done = call("render", EXAMPLE, "--format", form, "--output", tmp_path / "out")
    assert (done.code, done.out, done.err) == (0, "", "")
    rendered = (tmp_path / "out").read_text(encoding="utf-8")
    assert DISCLAIMER in rendered
    assert "BioM" in rendered
    if form in {"rss", "atom"}:
        parsed = feedparser.parse(rendered)
        assert not parsed.bozo
        assert len(parsed.entries) == 1
    elif form in {"json", "webhook"}:
        json.loads(rendered)


def test_a_record_that_cannot_be_rendered_is_told_with_all_faults(call: Call, tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text(json.dumps({**GOOD, "headline": "a\nb", "contacts": [{}], "extra": 1}))
    done = call("render", "bad.json")
    assert (done.code, done.out) == (3, "")
    assert all(place in done.err for place in ("headline", "contacts[0]", "extra"))


def test_check_shows_the_reading_then_what_is_wrong(call: Call, tmp_path: Path) -> None:
    done = call("check", ARCHIVED)
    assert done.code == 0
    assert "headline" in done.out
    assert "Kawasaki" in done.out
    (tmp_path / "bad.json").write_text(json.dumps({**GOOD, "contacts": []}, indent=1))
    bad = call("check", "bad.json")
    assert bad.code == 3
    assert "E003" in bad.out
    assert "help:" in bad.out


def test_check_for_machines_and_warnings_that_fail_when_asked(call: Call, tmp_path: Path) -> None:
    (tmp_path / "long.json").write_text(json.dumps({**GOOD, "headline": "Wort " * 30 + "Ende"}))
    checked = call("check", "long.json", "--json")
    assert checked.code == 0
    assert {each["severity"] for each in checked.json["diagnostics"]} >= {"warning"}
    assert checked.json["reading"]
    assert call("check", "long.json", "--strict").code == 3


@pytest.mark.parametrize(
    ("form", "ending"), [("html", ".html"), ("text", ".txt"), ("rss", ".xml"), ("webhook", ".json")]
)
def test_a_preview_is_the_rendering_in_a_file(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str, ending: str
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with time_machine.travel(datetime(2027, 1, 23, tzinfo=UTC), tick=False):
        _preview_and_rendering(call, tmp_path, form, ending)


def _preview_and_rendering(call: Call, tmp_path: Path, form: str, ending: str) -> None:
    shown = Path(call("preview", EXAMPLE, "--format", form).out.strip())
    assert (shown.parent, shown.suffix) == (tmp_path, ending)
    call("render", EXAMPLE, "--format", form, "--output", tmp_path / "rendered")
    assert shown.read_bytes() == (tmp_path / "rendered").read_bytes()
    told = call("preview", EXAMPLE, "--format", form, "--json").json
    assert (told["format"], told["bytes"]) == (form, shown.stat().st_size)


def test_a_preview_is_opened_where_that_is_asked_for(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    opened: list[str] = []
    monkeypatch.setattr("click.launch", opened.append)
    call("preview", EXAMPLE)
    assert opened == []
    assert call("preview", EXAMPLE, "--open").out.splitlines() == opened


def test_a_rendering_that_cannot_be_written_is_told_as_a_wrong_place(call: Call) -> None:
    done = call("render", EXAMPLE, "--output", "nowhere/release.txt")
    assert (done.code, done.out) == (2, "")
    assert "--output: nowhere/release.txt cannot be written: No such file or directory" in done.err


READ = """Acme opens a bakery

Hull, 1 March 2027 – Acme opened a bakery in Hull today, the third one of the year.

“We bake by hand,” said Jane Doe, chief executive of Acme.

Captions:
Photo 1: The bakery. Photo: Eva Moss
Photo 2: The bread.

Media contact:
Joe Roe
Head of Press
Tel: +44 1482 555 012
joe@acme.example
"""


def test_check_shows_what_the_fields_hold(call: Call, tmp_path: Path) -> None:
    (tmp_path / "read.txt").write_text(READ, encoding="utf-8")
    done = call("check", "read.txt")
    rows = {" ".join(line.split()) for line in done.out.splitlines()}
    assert {
        "1 headline Acme opens a bakery",
        "12-15 contact Joe Roe",
        "quote Jane Doe, chief executive of Acme: “We bake by hand,”",
        "contact Joe Roe, Head of Press, +44 1482 555 012, joe@acme.example",
        "credit Photo 1: Eva Moss",
        "credit Photo 2: nobody is named",
    } <= rows
    fields = json.loads(call("check", "read.txt", "--json").out)["fields"]
    assert fields["headline"] == "Acme opens a bakery"
    assert fields["contacts"] == [
        {"name": "Joe Roe", "role": "Head of Press", "phone": "+44 1482 555 012", "email": "joe@acme.example"}
    ]


def test_check_says_that_it_shows_a_part_only_where_it_does(call: Call, tmp_path: Path) -> None:
    whole, longer = "Whole".ljust(100, "w"), "Longer".ljust(101, "l")
    (tmp_path / "read.txt").write_text(f"Acme opens a bakery\n\n{whole}\n\n{longer}\n", encoding="utf-8")
    shown = call("check", "read.txt").out.split()
    assert (whole in shown, f"{longer[:-1]}…" in shown) == (True, True)


def test_check_shows_fields_that_front_matter_states_as_something_else(call: Call, tmp_path: Path) -> None:
    (tmp_path / "read.md").write_text("---\nheadline: 2027-01-01\ncontacts: [5]\nmedia: x\n---\n\nText.\n")
    done = call("check", "read.md", "--json")
    assert done.code == 3
    assert json.loads(done.out)["fields"]["contacts"] == [5]
    assert call("check", "read.md").code == 3


def test_a_file_may_be_as_large_as_is_said_and_no_larger(tmp_path: Path) -> None:
    (tmp_path / "five").write_bytes(b"12345")
    with (tmp_path / "five").open("rb") as file:
        assert bounded(file, 5, "cut it") == b"12345"
        file.seek(0)
        with pytest.raises(Rejected, match="more than 4 bytes"):
            bounded(file, 4, "cut it")


@pytest.mark.parametrize("command", ["check", "submit", "render"])
def test_a_file_without_end_is_not_read_to_it(call: Call, command: str) -> None:
    done = call(command, "/dev/zero")
    assert done.code == 3
    assert "this has more than 20,000,000 bytes" in done.out + done.err


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"", "this is empty"), (b"%PDF-1.7", "this is a PDF"), (b" " * 2_000_001 + b"{}", "2,000,003")],
)
def test_a_record_that_holds_none_is_refused_before_it_is_sent_in_the_words_of_check(
    call: Call, tmp_path: Path, content: bytes, told: str
) -> None:
    (tmp_path / "release.json").write_bytes(content)
    with Answering() as service:
        refused = call("submit", "release.json", "--to", service.url)
        assert service.asked == []
    assert (refused.code, told in refused.err) == (3, True)
    assert told in call("check", "release.json").out
