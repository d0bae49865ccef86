"""Processes that a benchmark starts, each on the core that it is given, and the CPU time they took."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil
import requests

ROOT = Path(__file__).parents[2]
TOKEN = "the-benchmarks-token"
START_S = 60.0
CORES = sorted(os.sched_getaffinity(0))
SERVER_CORE, READER_CORE = CORES[0], CORES[-1]


def settings(folder: Path, port: int, **further: str) -> dict[str, str]:
    """The environment of a service on that port, with its files in that folder."""
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "HOME": str(folder),
        "SYNDICATOR_DATA_DIR": str(folder / "data"),
        "SYNDICATOR_PORT": str(port),
        "SYNDICATOR_PUBLIC_BASE_URL": f"http://127.0.0.1:{port}",
        "SYNDICATOR_OPERATOR_TOKEN": TOKEN,
        "SYNDICATOR_LOG_LEVEL": "warning",
        **further,
    }


@contextmanager
def started(
    command: Sequence[str], *, environment: Mapping[str, str] | None = None, core: int | None = None
) -> Iterator[psutil.Process]:
    """The process, on that core if one is named; ended, with its children, at the end."""
    pin = None if core is None else (lambda: os.sched_setaffinity(0, {core}))
    process = subprocess.Popen(command, env=environment, preexec_fn=pin)  # noqa: PLW1509 (one thread here)
    try:
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(START_S)


@contextmanager
def service(
    arguments: Sequence[str], environment: Mapping[str, str], core: int | None = None
) -> Iterator[psutil.Process]:
    """A process of the command line, such as ``["run"]``."""
    with started([sys.executable, "-m", "syndicator", *arguments], environment=environment, core=core) as process:
        yield process


def await_answer(url: str) -> None:
    """Returns when the address answers with success."""
    ends = time.monotonic() + START_S
    while True:
        try:
            if requests.get(url, timeout=5).ok:
                return
        except requests.ConnectionError:
            pass
        if time.monotonic() > ends:
            message = f"{url} did not answer in {START_S:.0f} s"
            raise TimeoutError(message)
        time.sleep(0.05)


def cpu_s(processes: Sequence[psutil.Process]) -> float:
    """CPU seconds that these processes and their children took so far."""
    family = [each for process in processes for each in (process, *process.children(recursive=True))]
    return sum(_taken_ns(each.pid) for each in family) / 1e9


def _taken_ns(pid: int) -> int:
    """Nanoseconds on a core, of all threads: /proc/PID/stat counts ticks of 10 ms."""
    return sum(int(path.read_text().split()[0]) for path in Path(f"/proc/{pid}/task").glob("*/schedstat"))
