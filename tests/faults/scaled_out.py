"""PostgreSQL, Redis, a web process and two workers, each of which sweeps: killed, suspended, cut off, set back."""

import signal
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Protocol

from psycopg.sql import SQL
from sqlalchemy import TextClause, create_engine, text

from tests.e2e.conftest import Process
from tests.faults.sequence import Step
from tests.faults.site import Site
from tests.servers.postgres import PostgresServer
from tests.servers.redis import RedisServer

_CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND usename = current_user"
_AT_WORK = text("""
    SELECT v.fanned_out_by FROM events v JOIN deliveries d ON d.event_seq = v.seq
     WHERE v.release_id = :release_id AND d.state = 'claimed' LIMIT 1
""")
_UNDER_WAY = text("SELECT id FROM deliveries WHERE release_id = :release_id AND state = 'claimed'")
_IN_THE_MIDDLE = text("SELECT pid FROM pg_stat_activity WHERE state = 'idle in transaction' AND :release_id <> ''")
_LOOK_S = 0.02
_AT_WORK_S = 2
_GIVEN_BACK_S = 20  # four leases
SETTINGS = {"SYNDICATOR_SEALING_KEYS": "k1:" + "A" * 43 + "=", "SYNDICATOR_SIGNING_KEY": "whsk_" + "B" * 43 + "="}


class Server(Protocol):
    def start(self) -> None: ...
    def stop(self) -> None: ...
    def kill(self) -> None: ...


@dataclass(kw_only=True)
class ScaledOut(Site):
    postgres: PostgresServer
    redis: RedisServer
    web: Process = field(init=False)
    workers: list[Process] = field(init=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.web = self.machine.start("web")
        self.workers = [self.machine.start("worker"), self.machine.start("worker")]

    @property
    def steps(self) -> list[tuple[Step, int]]:
        return [
            *self.common_steps(),
            (self.kill_a_worker, 2),
            (self.suspend_a_worker, 1),
            (self.kill_the_web, 1),
            (self.flush_the_broker, 1),
            (self.restart_the_broker, 2),
            (self.restore_an_old_broker, 1),
            (self.cut_connections, 1),
            (self.restart_the_database, 2),
        ]

    def kill_a_worker(self, chance: Random) -> str:
        place = int(chance.random() * len(self.workers))
        self.workers[place].kill()
        self.workers[place] = self.machine.start("worker")
        return str(place)

    def suspend_a_worker(self, chance: Random) -> str:
        """One that has pushes under way, past its lease: what came of them is in its hands as it goes on."""
        moods = [newsroom.mood for newsroom in self.lasting]
        for newsroom, mood in zip(self.lasting, ("hangs", "is slow"), strict=True):
            newsroom.mood = mood
        self.publisher.submit(chance)
        release_id = self.publisher.accepted.get(list(self.publisher.keys)[-1], "none")
        worker = self._at_work_on(release_id)
        if worker is not None:
            worker.popen.send_signal(signal.SIGSTOP)
            try:
                self._await_given_back(release_id)
            finally:
                worker.popen.send_signal(signal.SIGCONT)
        for newsroom, mood in zip(self.lasting, moods, strict=True):
            newsroom.mood = mood
        return "nobody was at it" if worker is None else str(self.workers.index(worker))

    def _at_work_on(self, release_id: str) -> Process | None:
        """Who fans out claims the first pushes, too."""
        ends = time.monotonic() + _AT_WORK_S
        while time.monotonic() < ends:
            for by in self._ask(_AT_WORK, release_id):
                return next((each for each in self.workers if by.startswith(f"worker-{each.popen.pid}@")), None)
            threading.Event().wait(_LOOK_S)
        return None

    def _await_given_back(self, release_id: str) -> None:
        ends = time.monotonic() + _GIVEN_BACK_S
        while self._ask(_UNDER_WAY, release_id):
            if time.monotonic() > ends:
                if not self._ask(_IN_THE_MIDDLE, release_id):  # it holds rows that nobody else can have then
                    self.findings.append("a worker that is suspended keeps what it claimed")
                return
            threading.Event().wait(_LOOK_S)

    def _ask(self, question: TextClause, release_id: str) -> Sequence[str]:
        engine = create_engine(self.database_url)
        try:
            with engine.connect() as connection:
                return [str(each) for each in connection.execute(question, {"release_id": release_id}).scalars()]
        finally:
            engine.dispose()

    def kill_the_web(self, chance: Random) -> None:
        self.publisher.submit_and_then(chance, self.web.kill)
        self.web = self.machine.start("web")
        self.await_ready()

    def flush_the_broker(self, _chance: Random) -> None:
        self.redis.flush()

    def restart_the_broker(self, chance: Random) -> str:
        def meanwhile() -> None:
            if self.publisher.submit(chance) != "accepted":
                self.findings.append("a submission was refused for want of a broker")

        return _restart(self.redis, chance, meanwhile)

    def restore_an_old_broker(self, chance: Random) -> None:
        """What the broker knew at the last such step comes back; what it knows now is kept for the next."""
        self.redis.stop()
        self.redis.exchange()
        threading.Event().wait(chance.uniform(0, 0.3))
        self.redis.start()

    def cut_connections(self, _chance: Random) -> None:
        self.postgres.execute(SQL(_CUT))

    def restart_the_database(self, chance: Random) -> str:
        def meanwhile() -> None:
            if self.publisher.submit(chance) == "accepted":
                self.findings.append("a submission was accepted while there was no database")

        return _restart(self.postgres, chance, meanwhile)


def _restart(server: Server, chance: Random, meanwhile: Callable[[], None]) -> str:
    """Stops or kills it, for up to a second; gives how."""
    how, down_s = chance.choice(["stop", "kill"]), chance.uniform(0, 1)
    (server.stop if how == "stop" else server.kill)()
    meanwhile()
    threading.Event().wait(down_s)
    server.start()
    return f"{how} for {down_s:.2f} s"
