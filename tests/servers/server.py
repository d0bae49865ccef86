"""What every server of the tests has: one folder, one port, one pid, and a certain end."""

import pwd
import shutil
import signal
from abc import ABC, abstractmethod
from typing import ClassVar

from tests.servers.child import Child, ServerFailed, on_a_free_port
from tests.servers.places import new_folder


class Server(ABC):
    """A server process on loopback, made by the first ``start``.

    ``ends_by`` is the signal that shuts it down cleanly, ``farewell`` the one that it gets when the tests die.
    """

    name: ClassVar[str]
    ends_by: ClassVar[signal.Signals]
    farewell: ClassVar[signal.Signals]

    def __init__(self, account: pwd.struct_passwd) -> None:
        self._account = account
        self._folder = new_folder(self.name, account)
        self._port = 0
        self._child: Child | None = None

    @property
    def pid(self) -> int:
        return self._started().pid

    @property
    def running(self) -> bool:
        return self._child is not None and self._child.running

    def start(self) -> None:
        """Starts the server, on the port it had before if there was one. Returns when it answers."""
        if self._child is None:
            self._initialise()
            on_a_free_port(self._start_on)
        else:
            self._child.start(self._answers)

    def stop(self) -> None:
        """Breaks every connection off and shuts down cleanly."""
        if self._child is not None:
            self._child.stop(self.ends_by)

    def kill(self) -> None:
        """Ends the server as a power cut would; what it had promised to keep is there after ``start``."""
        self._started().kill()

    def remove(self) -> None:
        """Kills the server and deletes its folder."""
        if self._child is not None:
            self._child.kill()
        shutil.rmtree(self._folder)

    def _initialise(self) -> None:  # noqa: B027 (most servers need nothing)
        """What has to be done once before the first start."""

    @abstractmethod
    def _command(self) -> list[str]:
        """The command line that runs the server on its port."""

    @abstractmethod
    def _answers(self) -> bool:
        """Whether this very server answers, and not a stranger that was faster to take the port."""

    def _started(self) -> Child:
        if self._child is None:
            raise ServerFailed(f"{self.name} was never started")
        return self._child

    def _start_on(self, port: int) -> None:
        self._port = port
        self._child = Child(self._command(), self._folder / "log", self._account, self.farewell)
        self._child.start(self._answers)
