"""What somebody else wrote does not steer the terminal on which it is shown."""

import json
import re
from ast import literal_eval
from pathlib import Path

import pytest

from syndicator.cli.terminal import visible
from tests.unit.cli.conftest import EXAMPLE, Call

HOSTILE = "Umsatz\u009b2J\u202e steigt \u2067um 8 %"
SHOWN = r"Umsatz\x9b2J\u202e steigt \u2067um 8 %"
STEERS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    release = json.loads(EXAMPLE.read_text()) | {"headline": HOSTILE}
    path = tmp_path / "release.json"
    path.write_text(json.dumps(release))
    return path


def test_no_command_prints_what_steers_a_terminal(cli: Call, hostile: Path) -> None:
    submitted = cli("submit", str(hostile), "--json").json
    cli("endpoint", "add", "http://127.0.0.1:9/push", "--description", HOSTILE)
    told = {
        name: cli(*command)
        for name, command in {
            "check": ("check", str(hostile)),
            "status": ("status", submitted["id"]),
            "history": ("history", submitted["id"]),
            "endpoint list": ("endpoint", "list"),
            "refused": ("status", HOSTILE),
        }.items()
    }
    for name, done in told.items():
        assert not STEERS.search(done.out + done.err), name
    assert SHOWN in told["status"].out


def test_json_keeps_the_text_and_prints_nothing_that_steers(cli: Call, hostile: Path) -> None:
    submitted = cli("submit", str(hostile), "--json").json
    done = cli("status", submitted["id"], "--json")
    assert not STEERS.search(done.out)
    assert HOSTILE in json.dumps(done.json, ensure_ascii=False)


def test_letters_of_all_scripts_and_line_ends_stay_as_they_are() -> None:
    text = "Zürich – 東京\n\tשלום\u200f, \u200eمرحبا 👩\u200d🔬"
    assert visible(text) == text


def test_whatever_steers_is_shown_as_its_escape() -> None:
    steering = (*range(0x09), *range(0x0B, 0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A))
    for sign in map(chr, steering):
        shown = visible(sign)
        assert shown.isascii()
        assert shown.isprintable()
        assert literal_eval(f'"{shown}"') == sign
