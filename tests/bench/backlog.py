"""Whether the claim stays flat: five million delivered rows, and a million that wait for one endpoint alone.

The same statements are timed on the small table and on the large one, on the same server, and rolled back.
The rows are made by the server; its indexes are dropped for that and made anew, which is the faster way.
"""

import time
from collections.abc import Callable, Iterator
from statistics import median

from sqlalchemy import Connection, text

from syndicator.services.sweep import forget_old_attempts, sweep
from syndicator.store import deliveries
from tests.bench.figures import Figure, progress
from tests.bench.site import Site, scaled_out

DELIVERED = 5_000_000
BACKLOG = 1_000_000
CHUNK = 500_000
BATCH = 500
OLD_ATTEMPTS = 100_000
ROUNDS = 9
BAR = 2
_INDEXES = text("""
    SELECT indexname, indexdef FROM pg_indexes
     WHERE tablename = 'deliveries' AND indexname <> 'pk_deliveries'
       AND indexname NOT IN (SELECT conname FROM pg_constraint)
""")
# Event 1 is the release that is measured; history has events that nothing else speaks of.
_DELIVERED_ROWS = text("""
    INSERT INTO deliveries (event_seq, endpoint_no, release_id, lane, state, due_at, series_at, attempts, follows,
                            finished_at)
    SELECT 1000 + n / 1000, 1 + n % 1000, 'rel_' || n / 1000, 2, 'delivered', n, n, 1, FALSE, n
      FROM generate_series(CAST(:first AS bigint), CAST(:last AS bigint)) n
""")
# As the engine itself would have it: the endpoint's places are waiting, all others are queued behind them.
_BACKLOG_ROWS = text("""
    INSERT INTO deliveries (event_seq, endpoint_no, release_id, lane, state, due_at, series_at, follows)
    SELECT 1000000 + n, 1, NULL, 2, CASE WHEN n <= :cap THEN 'waiting' ELSE 'queued' END, n, n, FALSE
      FROM generate_series(CAST(:first AS bigint), CAST(:last AS bigint)) n
""")
# The events of those that may be claimed; nobody looks at the events of the rest.
_EVENTS = text("""
    INSERT INTO events (seq, id, type, owner, created_at, fanned_out_at)
    SELECT 1000000 + n, 'evt_backlog_' || n, 'endpoint.ping', 'bench', n, n FROM generate_series(1, :cap) n
""")
_ATTEMPTS = text("""
    INSERT INTO attempts (delivery_id, endpoint_no, number, started_at, duration_us, outcome, status, bytes_sent,
                          trigger, by)
    SELECT n, 1 + n % 1000, 1, n, 1000, 'delivered', 204, 8000, 'event', 'bench'
      FROM generate_series(1, CAST(:count AS bigint)) n
""")


def measure(endpoints: int) -> Iterator[Figure]:
    with scaled_out() as site:
        site.register([f"http://127.0.0.1:9/{number}" for number in range(BATCH + 1)])
        site.publish("of the backlog")
        site.service.fan_out("bench")
        small = _times(site)
        _grow(site)
        large = _times(site)
        for what, ms in large.items():
            yield Figure(
                f"{what} with {DELIVERED:,} delivered and {BACKLOG:,} in one backlog, beside a small table",
                f"{ms:.2f} ms",
                f"{small[what]:.2f} ms",
                ms / small[what],
                BAR,
                at_least=False,
            )
        yield from _retention(site)


def _times(site: Site) -> dict[str, float]:
    """Medians in milliseconds."""
    service, database = site.service, site.service.database

    def claim(connection: Connection) -> None:
        now = database.now_us(connection)
        rows = deliveries.claim(database, connection, token="t", lease_until=now + 1, limit=BATCH, now=now)
        assert len(rows) == BATCH

    return {
        f"claim of {BATCH}": median(_rolled_back(site, claim) for _ in range(ROUNDS)),
        "sweep": median(_ms(lambda: sweep(service.setup, service.dispatcher)) for _ in range(ROUNDS)),
    }


def _rolled_back(site: Site, work: Callable[[Connection], None]) -> float:
    with site.service.database.engine.connect() as connection:
        took = _ms(lambda: work(connection))
        connection.rollback()
    return took


def _ms(work: Callable[[], object]) -> float:
    started = time.monotonic()
    work()
    return (time.monotonic() - started) * 1000


def _grow(site: Site) -> None:
    with site.service.database.write() as connection:
        indexes = connection.execute(_INDEXES).all()
        for index in indexes:
            connection.execute(text(f"DROP INDEX {index.indexname}"))
    cap = {"cap": site.service.settings.per_endpoint}
    with site.service.database.write() as connection:
        connection.execute(_EVENTS, cap)
    for statement, count, values in ((_DELIVERED_ROWS, DELIVERED, {}), (_BACKLOG_ROWS, BACKLOG, cap)):
        for first in range(1, count + 1, CHUNK):
            with site.service.database.write() as connection:
                connection.execute(statement, {"first": first, "last": min(count, first + CHUNK - 1), **values})
            progress(f"backlog: {min(count, first + CHUNK - 1):,} of {count:,} rows")
    for index in indexes:
        progress(f"backlog: {index.indexname}")
        with site.service.database.write() as connection:
            connection.execute(text(index.indexdef))
    progress("backlog: VACUUM ANALYZE")
    with site.service.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE deliveries"))


def _retention(site: Site) -> Iterator[Figure]:
    with site.service.database.write() as connection:
        connection.execute(_ATTEMPTS, {"count": OLD_ATTEMPTS})
    deleted: list[int] = []
    took = median(_ms(lambda: deleted.append(forget_old_attempts(site.service.setup))) for _ in range(ROUNDS))
    yield Figure(f"retention: a batch of {deleted[0]:,} old attempts deleted", f"{took:.1f} ms", "")
