"""The command line as it is called: in this process for what it does, in one of its own for what a shell sees."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from syndicator.cli.main import main
from tests.unit.web.served import Served, serving

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "examples" / "biom-kawasaki.json"


@dataclass(frozen=True, slots=True)
class Done:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Call = Callable[..., Done]


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """``call("submit", file)``: runs it in an empty folder, gives exit code and both streams."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: object) -> Done:
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main([str(each) for each in arguments])
        code = end.value.code
        assert isinstance(code, int)
        return Done(code, *capsys.readouterr())

    return run


@pytest.fixture
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("served"), allowed_ports=(0,), allow_cidrs=("127.0.0.0/8",)) as one:
        yield one


@pytest.fixture
def cli(call: Call, served: Served, monkeypatch: pytest.MonkeyPatch) -> Call:
    """The same, with the real service of ``served`` as the one to talk to."""
    monkeypatch.setenv("SYNDICATOR_URL", f"http://{served.server.host}:{served.server.port}")
    monkeypatch.setenv("SYNDICATOR_TOKEN", served.service.operator_token)
    return call


def process(folder: Path, *arguments: object, **environment: str) -> subprocess.Popen[bytes]:
    """A process of its own, with pipes and nothing of our environment."""
    return subprocess.Popen(
        [sys.executable, "-m", "syndicator", *(str(each) for each in arguments)],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(folder), **environment},
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
