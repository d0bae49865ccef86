"""What belongs to another user: the doctor runs without root's right to pass over that, as a service should."""

import ctypes
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from config.settings import Settings
from syndicator.bootstrap import Syndicator
from tests.e2e.conftest import environment

PR_CAPBSET_DROP = 24
CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 1, 2
Findings = dict[str, tuple[str, str]]


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    service = Syndicator(Settings(data_dir=folder))
    service.migrate()
    service.close()
    (folder / "media" / "a4").mkdir(parents=True)
    return folder


@pytest.fixture
def diagnosed(tmp_path: Path) -> Callable[[], Findings]:
    def diagnose() -> Findings:
        done = subprocess.run(
            [sys.executable, "-m", "syndicator", "doctor", "--json"],
            env=environment(tmp_path),
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            preexec_fn=_without_rights_of_root,
        )
        assert done.returncode == 9, done.stdout + done.stderr
        return {each["part"]: (each["found"], each["fix"]) for each in json.loads(done.stdout)}

    return diagnose


def _without_rights_of_root() -> None:
    """For the program that is executed next; for anybody but root there is nothing to drop."""
    if os.geteuid() == 0:
        for each in (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH):
            ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, each, 0, 0, 0)


@pytest.mark.parametrize(
    ("locked", "part"),
    [
        ("syndicator.db", "database"),
        ("syndicator.db-wal", "database"),
        ("media", "data directory"),
        ("media/a4", "data directory"),
    ],
)
def test_what_cannot_be_written_is_a_fault(
    data_dir: Path, diagnosed: Callable[[], Findings], locked: str, part: str
) -> None:
    path = data_dir / locked
    if not path.exists():
        path.touch()
    path.chmod(0o500 if path.is_dir() else 0o400)
    found, fix = diagnosed()[part]
    assert found == f"{path} cannot be written"
    assert fix == f"give {path} to the user that runs this"


@pytest.mark.parametrize("mode", [0o500, 0o000])
def test_a_folder_of_another_user_is_a_fault_and_all_else_is_looked_at(
    data_dir: Path, diagnosed: Callable[[], Findings], mode: int
) -> None:
    data_dir.chmod(mode)
    try:
        found = diagnosed()
    finally:
        data_dir.chmod(0o700)
    assert "cannot be written" in found["data directory"][0]
    assert found["database"] == (f"{data_dir} cannot be written", f"give {data_dir} to the user that runs this")
    assert "key: operator_token" in found
