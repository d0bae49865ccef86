"""PostgreSQL, Redis, one web and two worker processes do the same job; a broker that forgets everything loses nothing."""

from collections.abc import Callable

import pytest
import redis

from syndicator.client import Client
from syndicator.errors import Unauthorised
from tests.contract.house.newsroom import Newsroom
from tests.e2e.conftest import EXAMPLE, TOKEN, Machine, client, ready, until
from tests.servers.places import free_port
from tests.servers.redis import RedisServer

QUEUE = "syndicator"


@pytest.fixture
def machine(make_machine: Callable[..., Machine], postgres_url: str, redis_url: str) -> Machine:
    made = make_machine(
        SYNDICATOR_DATABASE_URL=postgres_url,
        SYNDICATOR_BROKER_URL=redis_url,
        SYNDICATOR_SEALING_KEYS="k1:" + "A" * 43 + "=",
        SYNDICATOR_SIGNING_KEY="whsk_" + "B" * 43 + "=",
    )
    assert made.call("migrate").returncode == 0
    return made


def test_two_workers_render_and_push_what_the_web_process_accepts(machine: Machine, newsroom: Newsroom) -> None:
    machine.start("web")
    workers = [machine.start("worker"), machine.start("worker")]
    until(lambda: ready(machine), machine, "the web process is ready")
    client(machine).post("/api/v1/endpoints", {"url": newsroom.url})
    releases = [client(machine).submit(EXAMPLE.read_bytes(), f"key-{number}") for number in range(5)]
    until(lambda: len(newsroom.requests) == 5, machine, "five pushes")
    assert {each["data"]["id"] for each in newsroom.envelopes} == {release["id"] for release in releases}
    until(lambda: releases[-1]["guid"] in client(machine).text("/feeds/all.json"), machine, "the feed")
    inside = client(machine).get(f"/api/v1/releases/{releases[0]['id']}")["inside"]
    assert inside["events"][0]["fanned_out_by"].startswith("worker-")
    assert machine.call("doctor").returncode == 0
    assert [worker.stop() for worker in workers] == [0, 0]


def test_a_test_push_goes_out_by_the_task_that_it_wakes(machine: Machine, newsroom: Newsroom) -> None:
    machine.start("web")
    machine.start("worker", SYNDICATOR_SWEEP="false")
    until(lambda: ready(machine), machine, "the web process is ready")
    endpoint = client(machine).post("/api/v1/endpoints", {"url": newsroom.url})
    client(machine).post(f"/api/v1/endpoints/{endpoint['id']}/test")
    until(lambda: newsroom.requests, machine, "the test push")
    assert newsroom.envelopes[0]["type"] == "endpoint.ping"


def test_a_worker_shows_what_it_counted_to_the_operator_alone(machine: Machine, newsroom: Newsroom) -> None:
    machine.start("web")
    port = free_port()
    worker = machine.start("worker", SYNDICATOR_WORKER_PORT=str(port))
    until(lambda: ready(machine), machine, "the web process is ready")
    client(machine).post("/api/v1/endpoints", {"url": newsroom.url})
    client(machine).submit(EXAMPLE.read_bytes(), "key")
    own = Client(f"http://127.0.0.1:{port}", TOKEN)
    until(lambda: "syndicator_attempt_seconds_count 1.0" in own.text("/metrics"), machine, "the attempt is counted")
    assert own.text("/healthz") == "ok\n"
    with pytest.raises(Unauthorised):
        Client(f"http://127.0.0.1:{port}", "another").text("/metrics")
    assert worker.stop() == 0


def test_a_flushed_broker_loses_nothing(machine: Machine, newsroom: Newsroom, redis_server: RedisServer) -> None:
    web = machine.start("web")
    until(lambda: ready(machine), machine, "the web process is ready")
    client(machine).post("/api/v1/endpoints", {"url": newsroom.url})
    for number in range(10):
        client(machine).submit(EXAMPLE.read_bytes(), f"key-{number}")
    with redis.Redis.from_url(redis_server.url) as broker:
        assert broker.llen(QUEUE) > 0, "the wakes are there before the broker forgets them"
        redis_server.flush()
        assert broker.llen(QUEUE) == 0
    machine.start("worker")
    until(lambda: len(newsroom.requests) >= 10, machine, "ten pushes")
    assert len({each["data"]["id"] for each in newsroom.envelopes}) == 10
    assert web.stop() == 0


def test_a_broker_that_is_away_does_not_stop_a_submission(
    machine: Machine, newsroom: Newsroom, redis_server: RedisServer
) -> None:
    machine.start("web")
    until(lambda: ready(machine), machine, "the web process is ready")
    client(machine).post("/api/v1/endpoints", {"url": newsroom.url})
    redis_server.stop()
    accepted = client(machine).submit(EXAMPLE.read_bytes(), "key")
    redis_server.start()
    machine.start("worker")
    until(lambda: newsroom.requests, machine, "the push")
    assert newsroom.envelopes[0]["data"]["id"] == accepted["id"]
