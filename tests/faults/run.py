"""A seeded run: publishers at work, receivers that fail, workers killed, the broker flushed, connections cut."""

import json
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from psycopg.sql import SQL
from sqlalchemy import create_engine, text

from syndicator.client import Client
from syndicator.errors import SyndicatorError
from tests.contract.house.newsroom import Newsroom
from tests.e2e.conftest import EXAMPLE, Machine, Process, client, until
from tests.faults.invariants import broken
from tests.servers.postgres import PostgresServer
from tests.servers.redis import RedisServer

RECORD = json.loads(EXAMPLE.read_text(encoding="utf-8"))
# The schedule waits for minutes and hours; the run's end does not.
HURRY = (
    "UPDATE deliveries SET due_at = 1 WHERE state = 'waiting'",
    "UPDATE endpoints SET backoff_until = 1 WHERE backoff_until > 1",
)
CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND usename = current_user"


@dataclass
class Faults:
    """Does one thing after the other at random, the same for the same seed, until the time is over."""

    machine: Machine
    postgres: PostgresServer
    redis: RedisServer
    newsrooms: list[Newsroom]
    seed: int
    accepted: dict[str, int] = field(default_factory=dict)
    withdrawn: set[str] = field(default_factory=set)
    did: list[str] = field(default_factory=list)
    workers: list[Process] = field(default_factory=list)

    def run(self, seconds: float) -> None:
        chance = random.Random(self.seed)  # noqa: S311 (repeatable, no secret)
        self.workers = [self.machine.start("worker"), self.machine.start("worker")]
        for newsroom in self.newsrooms:
            client(self.machine).post("/api/v1/endpoints", {"url": newsroom.url})
        steps: list[tuple[Callable[[random.Random], None], int]] = [
            (self.submit, 10),
            (self.update, 6),
            (self.withdraw, 1),
            (self.kill_a_worker, 2),
            (self.flush_the_broker, 2),
            (self.cut_connections, 1),
            (self.trouble_a_newsroom, 4),
        ]
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            step = chance.choices([each for each, _ in steps], [weight for _, weight in steps])[0]
            self.did.append(step.__name__)
            step(chance)
            threading.Event().wait(chance.uniform(0, 0.1))

    def settle(self, deadline_s: float = 90) -> dict[str, list[tuple[object, ...]]]:
        """Ends all trouble and waits until every invariant holds; what does not, when the time is over."""
        for newsroom in self.newsrooms:
            newsroom.answer = 204
        engine = create_engine(self.machine.environment["SYNDICATOR_DATABASE_URL"])
        left: dict[str, list[tuple[object, ...]]] = {}
        ends = time.monotonic() + deadline_s
        try:
            while time.monotonic() < ends:
                with engine.begin() as connection:
                    for statement in HURRY:
                        connection.execute(text(statement))
                    left = broken(connection)
                if not left:
                    return {}
                threading.Event().wait(0.2)
        finally:
            engine.dispose()
        return left

    def stale(self) -> list[str]:
        """Releases of which a newsroom was sent an older version after a newer one."""
        found = []
        for newsroom in self.newsrooms:
            newest: dict[str, int] = {}
            for each in newsroom.envelopes:
                data = each["data"]
                if data["version"] < newest.get(data["id"], 0):
                    found.append(data["id"])
                newest[data["id"]] = max(newest.get(data["id"], 0), data["version"])
        return found

    def submit(self, chance: random.Random) -> None:
        record = {**RECORD, "headline": f"Release {chance.random()}"}
        answer = self._try(lambda api: api.submit(json.dumps(record).encode(), f"key-{len(self.did)}-{self.seed}"))
        if answer:
            self.accepted[answer["id"]] = 1

    def update(self, chance: random.Random) -> None:
        self._revise(chance, "update", {"record": {**RECORD, "headline": f"Update {chance.random()}"}})

    def withdraw(self, chance: random.Random) -> None:
        self.withdrawn |= set(self._revise(chance, "withdraw", {"note": "Falsch."}))

    def kill_a_worker(self, chance: random.Random) -> None:
        place = chance.randrange(len(self.workers))
        self.workers[place].kill()
        self.workers[place] = self.machine.start("worker")

    def flush_the_broker(self, _chance: random.Random) -> None:
        self.redis.flush()

    def cut_connections(self, _chance: random.Random) -> None:
        self.postgres.execute(SQL(CUT))

    def trouble_a_newsroom(self, chance: random.Random) -> None:
        chance.choice(self.newsrooms).answer = chance.choice([204, 204, 500, 503])

    def _revise(self, chance: random.Random, action: str, body: dict[str, Any]) -> list[str]:
        """The release that was to be revised, whether the call came through or not."""
        if not self.accepted:
            return []
        release_id = chance.choice(list(self.accepted))
        self._try(lambda api: api.post(f"/api/v1/releases/{release_id}/{action}", body))
        return [release_id]

    def _try(self, call: Callable[[Client], Any]) -> Any:
        """The answer, or nothing while a fault is on: a publisher would try again with the same key."""
        try:
            return call(client(self.machine))
        except SyndicatorError:
            return None


def ready(machine: Machine) -> None:
    until(lambda: client(machine).text("/readyz"), machine, "the web process is ready")
