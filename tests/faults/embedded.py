"""`syndicator run` on SQLite: killed in the middle of a submission, and out of room at random moments."""

import resource
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random

from tests.e2e.conftest import Process
from tests.faults.sequence import Step
from tests.faults.site import Site


@dataclass(kw_only=True)
class Embedded(Site):
    service: Process = field(init=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.service = self.machine.start("run")

    @property
    def database_url(self) -> str:
        return f"sqlite:///{self.machine.folder / 'data' / 'syndicator.db'}"

    @property
    def steps(self) -> list[tuple[Step, int]]:
        return [*self.common_steps(), (self.publisher.attach, 2), (self.kill_the_service, 2), (self.fill_the_disk, 3)]

    def kill_the_service(self, chance: Random) -> None:
        self.publisher.submit_and_then(chance, self.service.kill)
        self.service = self.machine.start("run")
        self.await_ready()

    def fill_the_disk(self, chance: Random) -> str:
        """No file of the service's process may grow beyond some size, for a moment. What it says goes by a full disk too."""
        room = int(chance.choice([0, 1, 100_000, 400_000]) * chance.random())
        refused = self.publisher.refused
        with full_disk(self.service, room):
            self.publisher.submit(chance)
            self.publisher.attach(chance)
            threading.Event().wait(chance.uniform(0, 0.5))
        if self.service.popen.poll() is not None:
            self.findings.append(f"died of a full disk: {self.service.popen.returncode}")
            self.service = self.machine.start("run")
            self.await_ready()
        return f"files end at {room:,} bytes, {self.publisher.refused - refused} refused"


@contextmanager
def full_disk(process: Process, room: int = 0) -> Iterator[None]:
    """Every write beyond that offset of a file fails in this process: setrlimit(2), RLIMIT_FSIZE.

    A disk that is full of itself would need a mount, which not every account may make.
    """
    hard = resource.prlimit(process.popen.pid, resource.RLIMIT_FSIZE)[1]
    resource.prlimit(process.popen.pid, resource.RLIMIT_FSIZE, (room, hard))
    try:
        yield
    finally:
        if process.popen.poll() is None:
            resource.prlimit(process.popen.pid, resource.RLIMIT_FSIZE, (hard, hard))
