"""Whole processes, as an operator starts them: `syndicator …` with an environment of its own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import pytest

from syndicator.client import Client
from syndicator.errors import Unreachable
from tests.contract.house.newsroom import Newsroom
from tests.servers.places import free_port

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "biom-kawasaki.json"
TOKEN = "an-operators-token"
DEADLINE_S = 30.0


@dataclass
class Process:
    """One process of ours, by its pid."""

    popen: subprocess.Popen[bytes]

    def kill(self) -> None:
        self.popen.send_signal(signal.SIGKILL)
        self.popen.wait()

    def stop(self, by: signal.Signals = signal.SIGTERM) -> int:
        self.popen.send_signal(by)
        return self.popen.wait(DEADLINE_S)


@dataclass
class Machine:
    """Starts processes with this environment, and ends them all with the test."""

    environment: dict[str, str]
    folder: Path
    started: list[Process] = field(default_factory=list)

    def start(self, *arguments: str, **environment: str) -> Process:
        log = (self.folder / f"{arguments[0]}-{len(self.started)}.log").open("wb")
        process = Process(
            subprocess.Popen(
                [sys.executable, "-m", "syndicator", *arguments],
                env={**self.environment, **environment},
                cwd=self.folder,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        )
        log.close()
        self.started.append(process)
        return process

    def call(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "syndicator", *arguments],
            env=self.environment,
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=DEADLINE_S,
        )

    def logs(self) -> str:
        return "\n".join(path.read_text(errors="replace") for path in sorted(self.folder.glob("*.log")))


def environment(folder: Path, **settings: str) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "HOME": str(folder),
        "SYNDICATOR_DATA_DIR": str(folder / "data"),
        "SYNDICATOR_OPERATOR_TOKEN": TOKEN,
        "SYNDICATOR_TOKEN": TOKEN,
        "SYNDICATOR_ALLOW_CIDRS": "127.0.0.0/8",
        "SYNDICATOR_ALLOWED_PORTS": "0",
        "SYNDICATOR_LEASE_S": "5",
        "SYNDICATOR_ATTEMPT_TIMEOUT_S": "1",
        **settings,
    }


@pytest.fixture
def make_machine(tmp_path: Path) -> Iterator[Callable[..., Machine]]:
    machines: list[Machine] = []

    def make(**settings: str) -> Machine:
        port = free_port()
        base = f"http://127.0.0.1:{port}"
        settings = {"SYNDICATOR_PORT": str(port), "SYNDICATOR_PUBLIC_BASE_URL": base, **settings}
        machine = Machine(environment(tmp_path, **settings), tmp_path)
        machines.append(machine)
        return machine

    yield make
    for machine in machines:
        for process in machine.started:
            if process.popen.poll() is None:
                process.kill()


@pytest.fixture
def newsroom() -> Iterator[Newsroom]:
    with Newsroom() as desk:
        yield desk


def client(machine: Machine) -> Client:
    return Client(machine.environment["SYNDICATOR_PUBLIC_BASE_URL"], TOKEN)


Found = TypeVar("Found")


def until(found: Callable[[], Found | None], machine: Machine, what: str, deadline_s: float = DEADLINE_S) -> Found:
    """Asks again and again until there is something; fails with the processes' logs."""
    ends = time.monotonic() + deadline_s
    while time.monotonic() < ends:
        try:
            value = found()
        except Unreachable:
            value = None
        if value:
            return value
        time.sleep(0.02)
    pytest.fail(f"{what} did not come true in {deadline_s} s\n{machine.logs()[-4000:]}")


def ready(machine: Machine) -> bool:
    return bool(client(machine).text("/readyz"))
