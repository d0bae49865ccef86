"""A broker that is there and refuses: it became a replica, or its memory is full."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
import redis

from tests.e2e.conftest import EXAMPLE, Machine, client, ready, until
from tests.servers.redis import RedisServer


@contextmanager
def as_a_replica(server: RedisServer) -> Iterator[None]:
    """Of nobody: as in a failover, whoever waits at the server is turned away, and nobody may write."""
    with redis.Redis.from_url(server.url) as broker:
        broker.execute_command("REPLICAOF", "127.0.0.1", "1")
        yield
        broker.execute_command("REPLICAOF", "NO", "ONE")


@contextmanager
def full(server: RedisServer) -> Iterator[None]:
    with redis.Redis.from_url(server.url) as broker:
        before = broker.config_get("maxmemory")["maxmemory"]
        broker.config_set("maxmemory", "1")
        yield
        broker.config_set("maxmemory", before)


def waits_at(server: RedisServer) -> bool:
    """Whether a worker stands there for its next task."""
    with redis.Redis.from_url(server.url) as broker:
        return any(each["cmd"] == "brpop" for each in broker.client_list())


@pytest.mark.parametrize("refusing", [as_a_replica, full])
def test_a_worker_outlives_a_broker_that_refuses(
    make_machine: Callable[..., Machine],
    postgres_url: str,
    redis_url: str,
    redis_server: RedisServer,
    refusing: Callable[[RedisServer], AbstractContextManager[None]],
) -> None:
    machine = make_machine(
        SYNDICATOR_DATABASE_URL=postgres_url,
        SYNDICATOR_BROKER_URL=redis_url,
        SYNDICATOR_SEALING_KEYS="k1:" + "A" * 43 + "=",
        SYNDICATOR_SIGNING_KEY="whsk_" + "B" * 43 + "=",
    )
    assert machine.call("migrate").returncode == 0
    machine.start("web")
    worker = machine.start("worker")
    until(lambda: ready(machine), machine, "the web process is ready")
    until(lambda: waits_at(redis_server), machine, "the worker waits for a task")
    with refusing(redis_server):
        accepted = client(machine).submit(EXAMPLE.read_bytes(), "key")
    until(lambda: accepted["guid"] in client(machine).text("/feeds/all.json"), machine, "the feed shows it")
    assert worker.stop() == 0
