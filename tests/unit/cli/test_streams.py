"""Streams that are closed, full, in an old encoding or read by nobody: a command does its work and says how it ended."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.cli.answering import Answer, Answering
from tests.unit.cli.conftest import EXAMPLE, ROOT

LATIN = {"PYTHONIOENCODING": "iso8859-1"}
ACCEPTED = {"id": "rel_1", "version": 1, "state": "published", "url": "", "feeds": []}
QUOTED = {"id": "rel_1", "headline": "„Grüße“ 😀"}


def shell(folder: Path, line: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """``line`` with $S for the command, as a shell has it: only it can close a stream before a process starts."""
    command = {"S": f"{sys.executable} -m syndicator", "FILE": str(EXAMPLE)}
    known = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(folder)}
    words = ["/bin/sh", "-c", line]
    return subprocess.run(
        words, env={**known, **command, **environment}, cwd=folder, capture_output=True, timeout=60, check=False
    )


def test_a_release_is_handed_in_though_nobody_reads_its_key(tmp_path: Path) -> None:
    """The exit code was 0, and nothing had been sent."""
    reader, writer = os.pipe()
    os.close(reader)
    with Answering(Answer(201, ACCEPTED)) as one:
        done = subprocess.run(
            [sys.executable, "-m", "syndicator", "submit", str(EXAMPLE), "--to", one.url, "--token", "t"],
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(tmp_path)},
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=writer,
            timeout=60,
            check=False,
        )
        assert one.arrived.is_set()
    os.close(writer)
    assert done.returncode == 0
    assert b"rel_1" in done.stdout


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("$S submit - --to http://127.0.0.1:1 <&-", 3),
        ("$S check - <&-", 3),
        ("$S render $FILE >&-", 0),
        ("$S network show nowhere 2>&-", 4),
        ("$S network show nowhere 2>/dev/full", 4),
        ("$S bogus 2>/dev/full", 2),
        ("$S network list >/dev/full", 1),
        ("$S network list --json >/dev/full", 1),
    ],
)
def test_a_stream_that_takes_or_gives_nothing_is_no_traceback(tmp_path: Path, line: str, code: int) -> None:
    done = shell(tmp_path, line)
    assert done.returncode == code, done.stderr.decode()
    assert b"Traceback" not in done.stderr


def test_a_faulty_file_is_told_by_the_exit_code_though_the_reader_saw_enough(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").touch()
    done = shell(tmp_path, "{ $S check empty.txt; echo $? >&3; } 3>code | true")
    assert (tmp_path / "code").read_text() == "3\n", done.stderr.decode()


def test_what_is_opened_next_is_not_written_to_as_a_closed_stream(tmp_path: Path) -> None:
    done = shell(tmp_path, "$S render $FILE --output kept >&- 2>&-")
    assert done.returncode == 0
    assert (tmp_path / "kept").read_bytes() == shell(tmp_path, "$S render $FILE").stdout


def test_letters_that_an_encoding_lacks_are_escaped(tmp_path: Path) -> None:
    (tmp_path / "release.txt").write_text("„Grüße“ 😀\n", encoding="utf-8")
    done = shell(tmp_path, "$S check release.txt", **LATIN)
    assert done.returncode == 3, done.stderr.decode()
    assert "\\u201eGrüße\\u201c \\U0001f600" in done.stdout.decode("iso8859-1")


def test_ascii_is_taken_for_utf_8(tmp_path: Path) -> None:
    (tmp_path / "release.txt").write_text("„Grüße“\n", encoding="utf-8")
    assert "„Grüße“" in shell(tmp_path, "$S check release.txt", PYTHONIOENCODING="ascii").stdout.decode()


@pytest.mark.parametrize("encoding", ["iso8859-1", "cp1252", "ascii", "utf-8"])
def test_json_is_utf_8_whatever_the_terminal_has(tmp_path: Path, encoding: str) -> None:
    with Answering(Answer(body=QUOTED)) as service:
        done = shell(tmp_path, f"$S status rel_1 --json --to {service.url}", PYTHONIOENCODING=encoding)
    assert done.returncode == 0, done.stderr.decode()
    assert json.loads(done.stdout.decode("utf-8")) == QUOTED


def test_a_files_name_that_is_no_text_is_shown(tmp_path: Path) -> None:
    name = b"caf\xe9.txt"
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).touch()
    done = shell(tmp_path, r"$S check $(printf 'caf\351.txt')", PYTHONIOENCODING="utf-8:strict")
    assert done.returncode == 3, done.stderr.decode()
    assert b"caf\\udce9.txt" in done.stdout


def test_who_names_a_pipe_is_told_that_it_is_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    waiting = subprocess.Popen(
        [sys.executable, "-m", "syndicator", "check", "pipe"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert waiting.stderr is not None
    try:
        assert waiting.stderr.readline() == b"pipe is a pipe: waiting for what is written into it\n"
        (tmp_path / "pipe").write_bytes(EXAMPLE.read_bytes())
        waiting.communicate(timeout=60)
    finally:
        waiting.kill()
    assert waiting.returncode == 0
