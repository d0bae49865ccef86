"""What is said of a fault when there is no room to say it."""

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
