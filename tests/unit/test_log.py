"""What is said of a fault when there is no room to say it."""

import json
import logging
import sys
from pathlib import Path

import pytest
import structlog

from syndicator import log


def test_a_line_that_cannot_be_written_stops_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    full = Path("/dev/full").open("w", buffering=1)  # noqa: SIM115 (closing it fails too)
    monkeypatch.setattr(sys, "stderr", full)
    with pytest.raises(OSError, match="No space left"):
        structlog.PrintLogger(full).error("what it would do by itself")
    try:
        log.configure("info")
        log.logger("test").error("sweep failed", error="disk full")
    finally:
        structlog.reset_defaults()
        with pytest.raises(OSError, match="No space left"):
            full.close()


def test_what_a_library_says_is_a_line_as_ours_are(capsys: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    try:
        log.configure("info")
        log.logger("test").info("listening")
        try:
            _ = 1 // 0
        except ZeroDivisionError:
            logging.getLogger("celery.app.trace").exception("Task %s failed", "deliver")
    finally:
        structlog.reset_defaults()
        root.handlers[:] = before
        root.setLevel(level)
    ours, theirs = map(json.loads, capsys.readouterr().err.splitlines())
    assert {*ours} == {"event", "level", "timestamp"}
    told = {"event": "Task deliver failed", "level": "error", "logger": "celery.app.trace"}
    assert {**theirs, **told} == theirs
    assert "ZeroDivisionError" in theirs["exception"]
