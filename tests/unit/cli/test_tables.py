"""Tables on terminals of any width: what a reader copies is in one piece."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from syndicator.cli.tables import show_facts, show_table
from tests.unit.cli.answering import Answer, Answering
from tests.unit.cli.conftest import ROOT, Call

BOLD = re.compile(r"\x1b\[\d*m")
ENDPOINTS = [
    {
        "id": f"end_01m8c37dmdc41bqv35k2bnwk{each}",
        "state": "active",
        "failures": 0,
        "url": f"https://{each}.example/push",
    }
    for each in ("aa", "bb")
]


def on_terminal(folder: Path, columns: int, *arguments: str) -> list[str]:
    """The lines that a terminal of so many columns is given."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    running = subprocess.Popen(
        [sys.executable, "-m", "syndicator", *arguments],
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "HOME": str(folder),
            "NO_COLOR": "1",
            "TERM": "xterm",
        },
        cwd=folder,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    shown = b""
    try:
        while part := os.read(ours, 4096):
            shown += part
    except OSError:  # Linux's word for the end of a terminal
        pass
    os.close(ours)
    assert running.wait(30) == 0, shown.decode()
    return [line.rstrip() for line in BOLD.sub("", shown.decode()).splitlines()]


@pytest.mark.parametrize(("columns", "is_table"), [(160, True), (70, False), (40, False)])
def test_ids_and_addresses_are_in_one_piece_whatever_the_width(tmp_path: Path, columns: int, is_table: bool) -> None:
    with Answering(Answer(body=ENDPOINTS), Answer(body=[])) as service:
        lines = on_terminal(tmp_path, columns, "endpoint", "list", "--to", service.url)
    assert lines[0].startswith("id") is is_table
    for each in ENDPOINTS:
        assert any(str(each["id"]) in line for line in lines), lines
        assert any(str(each["url"]) in line for line in lines), lines


@pytest.mark.parametrize(
    ("columns", "row", "least"),
    [
        (("id", "url"), ("a" * 10, "b" * 12), 24),
        (("id", "a_long_name"), ("a" * 10, "b c"), 23),
        (("id", "text"), ("a" * 10, "b " * 40), 32),
    ],
    ids=["single words", "a name longer than its texts", "texts"],
)
def test_a_table_is_one_as_long_as_it_fits(
    columns: tuple[str, ...],
    row: tuple[str, ...],
    least: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in {"FORCE_COLOR": "1", "NO_COLOR": "1", "TERM": "xterm"}.items():
        monkeypatch.setenv(name, value)
    for width, head in ((least, [*columns]), (least - 1, [""])):
        monkeypatch.setenv("COLUMNS", str(width))
        show_table(columns, [row])
        assert re.split(" +", BOLD.sub("", capsys.readouterr().out).splitlines()[0].strip()) == head, width


def test_text_is_folded_and_no_reason_to_leave_the_table(tmp_path: Path) -> None:
    lines = on_terminal(tmp_path, 64, "network", "list")
    assert lines[0].split() == ["network", "title", "operator", "languages"]
    assert len(lines) > 3


def test_a_fact_of_nothing_is_none_and_a_nought_is_one(capsys: pytest.CaptureFixture[str]) -> None:
    show_facts({"Description": "", "Owner": None, "Failures": 0})
    assert capsys.readouterr().out == "Failures  0\n"


def test_facts_that_are_unset_take_no_room(call: Call) -> None:
    view = {
        "id": "rel_1",
        "version": 1,
        "state": "published",
        "url": "u",
        "feeds": [{"feeds": {"atom": "a"}, "title": "t"}],
    }
    with Answering(Answer(201, view)) as service:
        done = call("submit", ROOT / "examples" / "biom-kawasaki.json", "--to", service.url, "--token", "t")
    assert done.out.splitlines() == [
        "Release  rel_1",
        "Version  1",
        "State    published",
        "Page     u",
        "Feed     a  (t)",
    ]


def test_brackets_of_a_text_are_no_instructions_to_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    show_table(("url", "headline"), [["https://[2001:db8::1]/", "[bold]Acme[/bold] [/nothing] :smile:"]])
    show_facts({"Headline": "[bold]Acme[/bold]"})
    told = capsys.readouterr().out
    assert "https://[2001:db8::1]/  [bold]Acme[/bold] [/nothing] :smile:" in told
    assert "Headline  [bold]Acme[/bold]" in told


def test_what_somebody_wrote_into_a_cell_moves_no_cursor(capsys: pytest.CaptureFixture[str]) -> None:
    show_table(("headline",), [["Acme\x1b[2J\u202eopens"]])
    assert "Acme\\x1b[2J\\u202eopens" in capsys.readouterr().out
