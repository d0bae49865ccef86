"""Whole processes, as far as they can be seen without one."""

import importlib
import socket
import sys
from pathlib import Path

import pytest

from config.settings import Settings
from syndicator.cli import compose
from syndicator.errors import ConfigError


def test_who_cannot_listen_leaves_the_database_as_it_is(tmp_path: Path) -> None:
    """An older version that still runs there works with the schema it knows, and no migration can be taken back."""
    with socket.create_server(("127.0.0.1", 0)) as older:
        settings = Settings(data_dir=tmp_path / "data", port=older.getsockname()[1])
        with pytest.raises(ConfigError, match="end what listens there"), compose.embedded(settings):
            pytest.fail("it started")
    assert not (tmp_path / "data" / "syndicator.db").exists()


def test_a_running_service_keeps_no_compiled_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a full disk it would be cut off, and the service could not be started any more."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "met_late.py").write_text("A = 1\n")
    with compose.embedded(Settings(data_dir=tmp_path / "data", port=0)):
        importlib.import_module("met_late")
    assert not (tmp_path / "__pycache__").exists()
