"""The receivers of a benchmark: one sink process that ten thousand addresses lead to."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from tests.bench.figures import BenchFailed

DEADLINE_S = 60.0


@dataclass(frozen=True, slots=True)
class Receiver:
    """What runs, and what came."""

    port: int
    control: int

    def urls(self, count: int) -> list[str]:
        """Addresses of loopback, each a receiver of its own to whoever sends."""
        return [f"http://127.{1 + n // 40_000}.{n // 200 % 200}.{1 + n % 200}:{self.port}/push" for n in range(count)]

    def named_urls(self, count: int) -> list[str]:
        """Names below localhost (RFC 6761), each a receiver of its own, for TLS."""
        return [f"https://n{n}.bench.localhost:{self.port}/push" for n in range(count)]

    def answered(self) -> int:
        return int(self._tell()["answered"])

    def arrivals(self) -> list[float]:
        """When the first bytes of the last thousand pushes came, by the machine's monotonic clock."""
        return [float(when) for when in self._tell()["arrivals"]]

    def wait_for(self, answered: int) -> None:
        """Returns as soon as so many pushes in all have been answered."""
        try:
            self._tell(answered)
        except requests.Timeout as error:
            raise BenchFailed(f"{self.answered()} of {answered} pushes came in {DEADLINE_S:.0f} s") from error

    def _tell(self, once_answered: int = 0) -> Any:
        url = f"http://127.0.0.1:{self.control}/{once_answered}"
        answer = requests.get(url, timeout=DEADLINE_S)
        return json.loads(answer.content)


@contextmanager
def receiving(files: Sequence[Path] = ()) -> Iterator[Receiver]:
    """A sink while it is needed; with a certificate and its key it speaks TLS."""
    command = [sys.executable, str(Path(__file__).with_name("sink.py")), *map(str, files)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        port, control = map(int, process.stdout.readline().split())
        yield Receiver(port, control)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
