"""Short seeded runs on both sizes of the service, and proof that each invariant would catch its break."""

import json
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import create_engine, text

from syndicator.clock import system_now_us
from tests.e2e.conftest import Machine
from tests.faults.embedded import Embedded
from tests.faults.invariants import INVARIANTS, broken
from tests.faults.newsrooms import Newsroom
from tests.faults.scaled_out import SETTINGS, ScaledOut
from tests.faults.sequence import Faults
from tests.faults.site import Site
from tests.servers.postgres import PostgresServer
from tests.servers.redis import RedisServer

# Seeds whose first steps have every kind of fault among them.
SCALED_OUT = {"seed": 15087, "count": 22}
EMBEDDED = {"seed": 2883, "count": 13}
_ONE = "(SELECT min(seq) FROM events WHERE type = 'release.published')"
BREAKS: dict[str, tuple[str, ...]] = {
    "no attempt before the release was public": ("UPDATE attempts SET started_at = 1",),
    "no release public before its embargo": ("UPDATE releases SET embargo_until = published_at + 1",),
    "no embargo held for longer than it lasts": ("UPDATE releases SET state = 'scheduled', embargo_until = 1",),
    "one release for each key": ("DELETE FROM idempotency_keys",),
    "every public release has its event": (f"UPDATE events SET type = 'release.updated' WHERE seq = {_ONE}",),
    "everything is told once": (
        f"""
        INSERT INTO events (seq, id, type, owner, created_at, release_id, version)
        SELECT (SELECT max(seq) + 1 FROM events), 'twice', type, owner, created_at, release_id, version
          FROM events WHERE seq = {_ONE}
        """,
    ),
    "every event fanned out": ("UPDATE events SET fanned_out_at = NULL",),
    "every published event has a delivery for each endpoint": ("DELETE FROM deliveries WHERE endpoint_no = 1",),
    "every later event has a delivery for each endpoint that it is for": (
        "DELETE FROM deliveries WHERE event_seq IN (SELECT seq FROM events WHERE type = 'release.updated')",
    ),
    "event numbers without gaps": (
        """
        INSERT INTO events (seq, id, type, owner, created_at, fanned_out_at)
        SELECT max(seq) + 2, 'gap', 'endpoint.ping', 'x', 1, 1 FROM events
        """,
    ),
    "the newest version of each release arrived": ("UPDATE deliveries SET state = 'dead'",),
    "nothing is sent to who is gone": (
        "UPDATE endpoints SET state = 'disabled'",
        "INSERT INTO audit (at, actor, action, subject, detail) SELECT 1, 'x', 'disable', id, '{}' FROM endpoints",
    ),
    "nothing waits for who is gone": (
        "UPDATE endpoints SET state = 'disabled'",
        "UPDATE deliveries SET state = 'waiting'",
    ),
    "no delivery under way for ever": ("UPDATE deliveries SET state = 'claimed'",),
    "one attempt at a time for each release and endpoint": tuple(
        f"""
        INSERT INTO attempts (delivery_id, endpoint_no, number, started_at, duration_us, outcome, bytes_sent, trigger, by)
        SELECT id, endpoint_no, 1, {began}, 1000000, 'retry', 0, 'event', 'x' FROM deliveries WHERE event_seq = {_ONE}
        """
        for began in (1, 2)
    ),
    "every delivery counts the attempts of its log": ("UPDATE deliveries SET attempts = attempts + 1",),
    "feeds are up to date": ("UPDATE channels SET generation = generation + 1",),
}


@pytest.fixture
def newsrooms() -> Iterator[list[Newsroom]]:
    with Newsroom() as one, Newsroom() as two, Newsroom() as three:
        yield [one, two, three]


def test_faults_of_the_scaled_out_size_break_nothing_and_each_break_would_be_seen(
    make_machine: Callable[..., Machine],
    newsrooms: list[Newsroom],
    postgres_server: PostgresServer,
    redis_server: RedisServer,
    postgres_url: str,
) -> None:
    urls = {"SYNDICATOR_DATABASE_URL": postgres_url, "SYNDICATOR_BROKER_URL": redis_server.url}
    machine = make_machine(**SETTINGS, **urls)
    assert machine.call("migrate").returncode == 0
    site = ScaledOut(machine, newsrooms, postgres=postgres_server, redis=redis_server)
    break_and_judge(site, Faults(steps=site.steps, seed=SCALED_OUT["seed"]), SCALED_OUT["count"])
    for process in machine.started:
        process.kill()
    every_break_of_the_database_is_seen(site.database_url)
    every_break_outside_of_it_is_seen(site)


def test_faults_of_the_embedded_size_break_nothing(
    make_machine: Callable[..., Machine], newsrooms: list[Newsroom]
) -> None:
    site = Embedded(make_machine(), newsrooms)
    break_and_judge(site, Faults(steps=site.steps, seed=EMBEDDED["seed"]), EMBEDDED["count"])
    assert site.publisher.refused > 0, "a full disk refuses"


def break_and_judge(site: Site, faults: Faults, count: int) -> None:
    site.open()
    faults.run(count=count)
    assert site.verdict() == {}, site.machine.logs()[-3000:]
    assert set(faults.did) == {getattr(step, "__name__", "") for step, _ in faults.steps}
    assert len(site.publisher.accepted) >= 5


def every_break_of_the_database_is_seen(url: str) -> None:
    """Breaks every invariant that the schema itself does not hold, one at a time, and rolls it back."""
    engine = create_engine(url)
    try:
        for name, statements in BREAKS.items():
            with engine.connect() as connection:
                for statement in statements:
                    connection.execute(text(statement))
                assert name in broken(connection, system_now_us()), name
                connection.rollback()
    finally:
        engine.dispose()
    assert set(INVARIANTS) - set(BREAKS) == {"one delivery per event and endpoint"}, "that one is a UNIQUE constraint"


def every_break_outside_of_it_is_seen(site: Site) -> None:
    """Takes away what arrived, and sends what must not come."""
    assert not any(site.seen().values())
    newsroom = site.newsrooms[0]
    versions = [(event_id, body, json.loads(body)["data"]) for event_id, body in newsroom.sent]
    event_id, body, told = next(each for each in versions if each[2]["version"] == 1)
    newsroom.answered.discard(event_id)
    newsroom.sent += [(event_id, body.replace(b'"version":1', b'"version":2')), (event_id, body)]
    site.publisher.accepted["lost"] = "rel_lost"
    site.publisher.files.add("a" * 64)
    assert all(site.seen().values()), site.seen()
    assert [told["id"] in each for each in newsroom.stale] == [True]
