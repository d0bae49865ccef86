"""A short seeded run of the faults, and proof that each invariant would catch its break."""

from collections.abc import Callable

import pytest
from sqlalchemy import create_engine, text

from tests.contract.house.newsroom import Newsroom
from tests.e2e.conftest import Machine
from tests.e2e.conftest import make_machine as make_machine  # noqa: PLC0414 (a fixture)
from tests.faults.invariants import INVARIANTS, broken
from tests.faults.run import Faults, ready
from tests.servers.postgres import PostgresServer
from tests.servers.redis import RedisServer

SECONDS = 8
BREAKS = {
    "no attempt before the release was public": "UPDATE attempts SET started_at = 1",
    "no release public before its embargo": "UPDATE releases SET embargo_until = published_at + 1",
    "every event fanned out": "UPDATE events SET fanned_out_at = NULL",
    "every published event has a delivery for each endpoint": "DELETE FROM deliveries WHERE endpoint_no = 1",
    "event numbers without gaps": """
        INSERT INTO events (seq, id, type, owner, created_at, fanned_out_at)
        SELECT max(seq) + 2, 'gap', 'endpoint.ping', 'x', 1, 1 FROM events
    """,
    "the newest version of each release arrived or was superseded by none": "UPDATE deliveries SET state = 'dead'",
    "no delivery under way for ever": "UPDATE deliveries SET state = 'claimed'",
    "feeds are up to date": "UPDATE channels SET generation = generation + 1",
}


@pytest.fixture
def machine(make_machine: Callable[..., Machine], postgres_url: str, redis_url: str) -> Machine:
    made = make_machine(
        SYNDICATOR_DATABASE_URL=postgres_url,
        SYNDICATOR_BROKER_URL=redis_url,
        SYNDICATOR_SEALING_KEYS="k1:" + "A" * 43 + "=",
        SYNDICATOR_SIGNING_KEY="whsk_" + "B" * 43 + "=",
    )
    assert made.call("migrate").returncode == 0
    made.start("web")
    ready(made)
    return made


def test_faults_break_nothing_and_each_break_would_be_seen(
    machine: Machine, postgres_server: PostgresServer, redis_server: RedisServer, postgres_url: str
) -> None:
    with Newsroom() as one, Newsroom() as two:
        faults = Faults(machine, postgres_server, redis_server, [one, two], seed=1)
        faults.run(SECONDS)
        assert faults.settle() == {}, machine.logs()[-3000:]
        assert faults.stale() == []
        assert {"kill_a_worker", "flush_the_broker", "submit"} <= set(faults.did)
        assert len(faults.accepted) >= 5
        # A release that was withdrawn before the first attempt was told to nobody, and rightly so.
        for newsroom in (one, two):
            assert faults.accepted.keys() - faults.withdrawn <= {each["data"]["id"] for each in newsroom.envelopes}
    for process in machine.started:
        process.kill()
    controls(postgres_url)


def controls(url: str) -> None:
    """Breaks every invariant that the schema itself does not hold, one at a time, and rolls it back."""
    engine = create_engine(url)
    try:
        for name, statement in BREAKS.items():
            with engine.connect() as connection:
                connection.execute(text(statement))
                assert name in broken(connection), name
                connection.rollback()
    finally:
        engine.dispose()
    assert set(INVARIANTS) - set(BREAKS) == {"one delivery per event and endpoint"}, "that one is a UNIQUE constraint"
