"""A broker that is away, or full, for as long as it likes: releases go out all the same, and the log stays short."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from tests.contract.house.newsroom import Newsroom
from tests.e2e.conftest import EXAMPLE, Machine, client, ready, until
from tests.e2e.test_broker_refuses import full, waits_at
from tests.servers.redis import RedisServer

# Two connects and an answer that do not come within their time; a refusal takes no time at all.
FIRST_S = 6.0
OTHERS_S = 1.5


@contextmanager
def stopped(server: RedisServer) -> Iterator[None]:
    server.stop()
    yield
    server.start()


@pytest.fixture
def machine(make_machine: Callable[..., Machine], migrated_postgres_url: str, redis_url: str) -> Machine:
    return make_machine(
        SYNDICATOR_DATABASE_URL=migrated_postgres_url,
        SYNDICATOR_BROKER_URL=redis_url,
        SYNDICATOR_SEALING_KEYS="k1:" + "A" * 43 + "=",
        SYNDICATOR_SIGNING_KEY="whsk_" + "B" * 43 + "=",
    )


def submitted(machine: Machine, key: str) -> tuple[str, float]:
    """The release's guid, and the seconds that the submission took."""
    began = time.monotonic()
    accepted = client(machine).submit(EXAMPLE.read_bytes(), key)
    return str(accepted["guid"]), time.monotonic() - began


def shows(machine: Machine, guid: str) -> bool:
    return guid in client(machine).text("/feeds/all.json")


def told(machine: Machine, of: str) -> list[str]:
    """What its only process of the kind logged of the broker."""
    (path,) = machine.folder.glob(f"{of}-*.log")
    text = path.read_text()
    assert not re.search("Traceback|^(ERROR|CRITICAL):", text, re.MULTILINE), "Celery's own lines are a flood"
    return re.findall('"event": "(broker [a-z]+)"', text)


def found_again(machine: Machine, of: str) -> None:
    until(lambda: "broker back" in told(machine, of), machine, f"the {of} finds the broker again")
    assert told(machine, of) == ["broker away", "broker back"]


@pytest.mark.parametrize("away", [stopped, full])
def test_releases_go_out_while_the_broker_is_away_and_once_each(
    machine: Machine,
    newsroom: Newsroom,
    redis_server: RedisServer,
    away: Callable[[RedisServer], AbstractContextManager[None]],
) -> None:
    machine.start("web")
    worker = machine.start("worker")
    until(lambda: ready(machine), machine, "the web process is ready")
    until(lambda: waits_at(redis_server), machine, "the worker waits for a task")
    client(machine).post("/api/v1/endpoints", {"url": newsroom.url})
    with away(redis_server):
        guids, took = zip(*(submitted(machine, f"away-{number}") for number in range(4)), strict=True)
        until(lambda: all(shows(machine, guid) for guid in guids), machine, "the feed shows them")
        until(lambda: len(newsroom.requests) == 4, machine, "the pushes")
        assert took[0] < FIRST_S
        assert max(took[1:]) < OTHERS_S
    for of in ("web", "worker"):
        found_again(machine, of)
    guid, _ = submitted(machine, "back")
    until(lambda: shows(machine, guid), machine, "the feed shows what came since")
    until(lambda: len(newsroom.requests) == 5, machine, "its push")
    assert len({each["id"] for each in newsroom.envelopes}) == 5
    assert worker.stop() == 0


def test_a_worker_that_starts_and_ends_without_a_broker_works(
    machine: Machine, newsroom: Newsroom, redis_server: RedisServer
) -> None:
    redis_server.stop()
    machine.start("web")
    worker = machine.start("worker")
    until(lambda: ready(machine), machine, "the web process is ready")
    client(machine).post("/api/v1/endpoints", {"url": newsroom.url})
    guid, _ = submitted(machine, "key")
    until(lambda: shows(machine, guid), machine, "the feed shows it")
    until(lambda: newsroom.requests, machine, "the push")
    assert worker.stop() == 0
