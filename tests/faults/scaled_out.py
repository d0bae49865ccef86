"""PostgreSQL, Redis, a web process and two workers, each of which sweeps: killed, stopped, cut off, set back."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Protocol

from psycopg.sql import SQL

from tests.e2e.conftest import Process
from tests.faults.sequence import Step
from tests.faults.site import Site
from tests.servers.postgres import PostgresServer
from tests.servers.redis import RedisServer

_CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND usename = current_user"
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
