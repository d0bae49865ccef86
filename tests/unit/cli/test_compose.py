"""Whole processes, as far as they can be seen without one."""

import socket
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
