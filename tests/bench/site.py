"""A service as operators run it, for a benchmark: real processes over a real database, and newsrooms in bulk.

The benchmark's own process only registers, submits and asks the database; whatever is measured happens in
``syndicator worker`` (or ``run``) and its sender, whose memory is read from the kernel.
"""

import json
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
import redis
from sqlalchemy import TextClause, text

from config.settings import ENV_PREFIX, Settings
from syndicator.bootstrap import Syndicator
from syndicator.clock import SECOND_US
from syndicator.delivery import secrets
from syndicator.dispatch import Task
from syndicator.errors import Unreachable
from syndicator.model.filter import EVERYTHING
from syndicator.model.release import Record
from syndicator.store import filters
from tests.bench.figures import BenchFailed
from tests.bench.receiver import DEADLINE_S
from tests.e2e.conftest import ROOT, TOKEN, Machine, Process, ready
from tests.servers.places import free_port
from tests.servers.postgres import PostgresServer
from tests.servers.redis import RedisServer
from workers.app import QUEUE
from workers.standalone import connect

BODY_BYTES = 8000
OWNER = "bench"
_POLL_S = 0.005
_ENDPOINTS = text("""
    INSERT INTO endpoints (id, owner, url, description, state, secrets, created_at)
    VALUES (:id, 'bench', :url, '', 'active', :secrets, 0)
""")
_SUBSCRIPTIONS = text("""
    INSERT INTO subscriptions (id, endpoint_no, owner, event_mask, filter_sha256, created_at)
    SELECT 'sub_' || no, no, 'bench', 63, :sha256, 0 FROM endpoints
""")
_OPEN = text("SELECT EXISTS (SELECT 1 FROM deliveries WHERE state IN ('waiting', 'queued', 'claimed'))")
_CLAIMED_FIRST = text("""
    SELECT min(a.started_at) FROM attempts a JOIN deliveries d ON d.id = a.delivery_id WHERE d.release_id = :id
""")
_NOT_DELIVERED = text("SELECT count(*) FROM deliveries WHERE release_id = :id AND state <> 'delivered'")


@dataclass
class Site:
    """One database with its processes. ``close`` ends them all."""

    settings: dict[str, str]
    folder: Path
    service: Syndicator = field(init=False)
    machine: Machine = field(init=False)

    def __post_init__(self) -> None:
        environment = {f"{ENV_PREFIX}{name.upper()}": value for name, value in self.settings.items()}
        home = {"HOME": str(self.folder), "PYTHONPATH": str(ROOT)}
        self.machine = Machine({**home, **environment}, self.folder)
        self.service = Syndicator(Settings.model_validate(self.settings))
        self.service.migrate()
        if not self.service.settings.embedded:
            connect(self.service)

    def close(self) -> None:
        for process in self.machine.started:
            if process.popen.poll() is None:
                process.kill()
        self.service.close()

    def register(self, urls: Sequence[str]) -> None:
        """An endpoint with a secret of its own for each address, subscribed to everything."""
        rows = []
        for number, url in enumerate(urls):
            endpoint_id = f"end_{number:026d}"
            sealed = secrets.first(self.service.sealer, endpoint_id, secrets.new_secret())
            rows.append({"id": endpoint_id, "url": url, "secrets": sealed})
        with self.service.database.write() as connection:
            connection.execute(_ENDPOINTS, rows)
            connection.execute(_SUBSCRIPTIONS, {"sha256": filters.insert(connection, EVERYTHING)})
        with self.service.database.write() as connection:
            for table in ("endpoints", "subscriptions"):
                connection.execute(text(f"ANALYZE {table}"))

    @contextmanager
    def running(self, kind: str) -> Iterator[Process]:
        """A process of this kind that is ready to work, ended as operators end it."""
        process = self.machine.start(kind)
        try:
            if kind == "worker":
                self._await_worker()
            else:
                self._await_listening()
            yield process
        finally:
            process.popen.send_signal(signal.SIGTERM)
            try:
                process.popen.wait(2)
            except subprocess.TimeoutExpired:
                process.kill()

    def publish(self, key: str) -> str:
        """Submits a release that goes to everyone; its id."""
        return self.service.submit(release(key), owner=OWNER, key=key).release.id

    def span_s(self, release_id: str) -> float:
        """Waits until nothing is open; seconds from the first claim to then, by the database's clock."""
        self._await(lambda: not self._asked(_OPEN), "every delivery is recorded")
        with self.service.database.read() as connection:
            now = self.service.database.now_us(connection)
        if failed := self._asked(_NOT_DELIVERED, id=release_id):
            raise BenchFailed(f"{failed} deliveries came to nothing\n{self.machine.logs()[-2000:]}")
        return (now - self._asked(_CLAIMED_FIRST, id=release_id)) / SECOND_US

    def _asked(self, statement: TextClause, **values: object) -> int:
        with self.service.database.read() as connection:
            return int(connection.execute(statement, values).scalar_one())

    def _await_worker(self) -> None:
        """Returns when a wake has been taken off the broker and done: all is imported and connected."""
        self.service.dispatcher.wake(Task.DELIVER)
        with redis.Redis.from_url(self.settings["broker_url"]) as broker:
            self._await(lambda: not broker.llen(QUEUE) and not broker.hlen("unacked"), "the worker takes tasks")

    def _await_listening(self) -> None:
        self._await(lambda: ready(self.machine), "the process listens")

    def _await(self, is_true: Callable[[], bool], what: str) -> None:
        ends = time.monotonic() + DEADLINE_S
        while time.monotonic() < ends:
            try:
                if is_true():
                    return
            except Unreachable:
                pass
            time.sleep(_POLL_S)
        raise BenchFailed(f"{what} did not come true\n{self.machine.logs()[-2000:]}")


def release(key: str) -> Record:
    """A release whose push has about ``BODY_BYTES``."""
    return Record.model_validate_json(json.dumps(fields(key)), strict=True)


def fields(key: str) -> dict[str, object]:
    return {
        "language": "en",
        "headline": f"A release of the benchmark, {key}",
        "body": [{"type": "paragraph", "text": "x" * (BODY_BYTES // 5)}],
        "publisher": {"name": "Benchmark"},
        "contacts": [{"name": "Nobody", "phone": "+49 89 1"}],
    }


def memory_mb(process: Process) -> float:
    """The most memory that the process and its sender have held (VmHWM); pages that both have mapped count once."""
    family = [psutil.Process(process.popen.pid)]
    family += family[0].children()
    shared = [{each.path: each.shared_clean for each in one.memory_maps()} for one in family]
    twice = sum(min(pages, shared[0].get(path, 0)) for others in shared[1:] for path, pages in others.items())
    return sum(_most_bytes(one.pid) for one in family) / 2**20 - twice / 2**20


def _most_bytes(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024


@contextmanager
def scaled_out(**more: str) -> Iterator[Site]:
    """On a PostgreSQL and a Redis of its own."""
    postgres, broker = PostgresServer(), RedisServer()
    try:
        postgres.start()
        broker.start()
        with _site(database_url=postgres.create_database(), broker_url=broker.url, **more) as site:
            yield site
    finally:
        broker.remove()
        postgres.remove()


@contextmanager
def embedded(**more: str) -> Iterator[Site]:
    """On SQLite, with the worker inside of ``syndicator run``."""
    with _site(**more) as site:
        yield site


@contextmanager
def _site(**settings: str) -> Iterator[Site]:
    with TemporaryDirectory(prefix="syndicator-bench-") as folder:
        port = free_port()
        site = Site(
            {
                "data_dir": f"{folder}/data",
                "port": str(port),
                "public_base_url": f"http://127.0.0.1:{port}",
                "sealing_keys": "k1:" + "A" * 43 + "=",
                "signing_key": "whsk_" + "B" * 43 + "=",
                "operator_token": TOKEN,
                "allow_cidrs": "127.0.0.0/8",
                "allowed_ports": "0",
                **settings,
            },
            Path(folder),
        )
        try:
            yield site
        finally:
            site.close()
