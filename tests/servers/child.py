"""A server process of ours: its pid is known, its end is certain."""

import os
import pwd
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import psutil

from tests.servers.places import free_port

START_TIMEOUT_S = 60
STOP_TIMEOUT_S = 30
POLL_S = 0.01


class ServerFailed(RuntimeError):
    """The server died, or did not get ready in time; its log's end is in the message."""


def launched(command: Sequence[str], account: pwd.struct_passwd, farewell: signal.Signals) -> list[str]:
    """The command line that runs ``command`` as ``account`` and sends it ``farewell`` when we die."""
    launcher = [sys.executable, "-I", "-S", str(Path(__file__).with_name("launch.py"))]
    who = [os.getpid(), int(farewell), account.pw_uid, account.pw_gid]
    return [*launcher, *map(str, who), *command]


def on_a_free_port(start: Callable[[int], None], attempts: int = 5) -> None:
    """Calls ``start(port)``, again where another process took the port between our look and the server's."""
    for _ in range(attempts - 1):
        with suppress(ServerFailed):
            start(free_port())
            return
    start(free_port())


class Child:
    """One process: started as another account, watched until ready, stopped by its own pid.

    It dies with the thread that starts it (``farewell`` is sent then), hence only the main thread may.
    """

    def __init__(self, command: Sequence[str], log: Path, account: pwd.struct_passwd, farewell: signal.Signals) -> None:
        self._command = tuple(command)
        self._log = log
        self._account = account
        self._farewell = farewell
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        if self._process is None:
            raise ServerFailed("not started")
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self, ready: Callable[[], bool]) -> None:
        """Starts the process and returns when ``ready`` says so. Raises ServerFailed."""
        if self.running:
            raise ServerFailed(f"already running as {self.pid}")
        if threading.current_thread() is not threading.main_thread():
            raise ServerFailed("start servers from the main thread: they die with the thread that did")
        self._process = process = self._launch()
        deadline = time.monotonic() + START_TIMEOUT_S
        while not ready():
            if process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise ServerFailed(f"{self._command[0]} did not start:\n{self._log_end()}")
            time.sleep(POLL_S)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Ends the process in its own way; by force if it takes too long. Twice is once."""
        if self._process is None or not self.running:
            return
        self._process.send_signal(how)
        try:
            self._process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """Kills the process and its children at one moment, like a power cut. Returns when all are gone."""
        if self._process is None or not self.running:
            return
        self._process.send_signal(signal.SIGSTOP)  # so that it makes no child while we look
        family = psutil.Process(self.pid).children(recursive=True)
        self._process.kill()
        for member in family:
            with suppress(psutil.NoSuchProcess):
                member.kill()
        self._process.wait(STOP_TIMEOUT_S)
        _await_gone(family)

    def _launch(self) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            return subprocess.Popen(
                launched(self._command, self._account, self._farewell),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self._log.parent,
                env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
            )

    def _log_end(self) -> str:
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-20:])


def _await_gone(family: list[psutil.Process]) -> None:
    """Waits until none of them runs; one that nobody has buried yet counts as gone."""
    deadline = time.monotonic() + STOP_TIMEOUT_S
    while any(_alive(member) for member in family):
        if time.monotonic() > deadline:
            raise ServerFailed(f"still there after SIGKILL: {family}")
        time.sleep(POLL_S)


def _alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
