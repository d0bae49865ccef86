"""The engine beside a Celery task for each delivery with ``requests.post``, on both pools, in one run.

The engine meets its endpoints for the first time and then again; ``requests.post`` connects anew in either case.
"""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from statistics import median

import psycopg
from kombu import Connection as Broker

from tests.bench import one_by_one, speed
from tests.bench.figures import BenchFailed, Figure, progress
from tests.bench.receiver import DEADLINE_S, receiving
from tests.bench.site import BODY_BYTES, scaled_out
from tests.e2e.conftest import ROOT
from tests.servers.postgres import PostgresServer
from tests.servers.redis import RedisServer

MOST_TASKS = 2000
# The pool, how many at once, and how many times as fast the engine is to be. More processes than these were
# slower on two cores, and so were more threads.
POOLS = (("prefork", 4, 30), ("threads", 32, 12))


def measure(endpoints: int) -> Iterator[Figure]:
    runs, alone = [], {}
    with receiving() as receiver, scaled_out() as site:
        urls = receiver.urls(endpoints)
        site.register(urls)
        for pool, concurrency, _ in POOLS:
            progress(f"the engine, then a Celery task per delivery on {concurrency} {pool}")
            runs.append(speed.run(site, "worker", receiver, endpoints, f"beside {pool}").rates)
            alone[pool] = tasks_a_second(urls[:MOST_TASKS], pool, concurrency)
            progress(f"  {[round(each) for each in runs[-1]]} and {alone[pool]:.0f} a second")
    for pool, concurrency, bar in POOLS:
        for place, warmth in enumerate(speed.ROUNDS):
            ours = median(rates[place] for rates in runs)
            yield Figure(
                f"durable deliveries, {warmth}, beside a Celery task each with requests.post, {concurrency} {pool}",
                f"{ours:,.0f}/s",
                f"{alone[pool]:,.0f}/s",
                ours / alone[pool],
                bar,
            )


def tasks_a_second(urls: list[str], pool: str, concurrency: int) -> float:
    postgres, broker = PostgresServer(), RedisServer()
    try:
        postgres.start()
        broker.start()
        with closing(psycopg.connect(postgres.conninfo(), autocommit=True)) as connection:
            one_by_one.fill(connection, urls, b"x" * BODY_BYTES)
            _queue(broker.url, len(urls))
            worker = _worker(pool, concurrency, broker.url, postgres.conninfo())
            try:
                return len(urls) / _span_s(connection, len(urls), worker)
            finally:
                worker.terminate()
                worker.wait(60)
    finally:
        broker.remove()
        postgres.remove()


def _queue(broker_url: str, count: int) -> None:
    with Broker(broker_url) as connection, one_by_one.app.amqp.Producer(connection) as producer:
        for number in range(count):
            one_by_one.push.apply_async((number, 1), producer=producer)


def _worker(pool: str, concurrency: int, broker_url: str, conninfo: str) -> subprocess.Popen[bytes]:
    options = ["--pool", pool, "--concurrency", str(concurrency), "--loglevel", "error"]
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    return subprocess.Popen(
        [sys.executable, "-m", "celery", "--quiet", "-A", "tests.bench.one_by_one", "worker", *options, *quiet],
        env={"PYTHONPATH": str(ROOT), one_by_one.BROKER: broker_url, one_by_one.DATABASE: conninfo},
        cwd=ROOT,
        stdout=sys.stderr,
    )


def _span_s(
    connection: psycopg.Connection[psycopg.rows.TupleRow], count: int, worker: subprocess.Popen[bytes]
) -> float:
    """Seconds from the first task's start to the last one's commit."""
    ends = time.monotonic() + DEADLINE_S
    while True:
        row = connection.execute(
            "SELECT count(*), extract(epoch FROM max(ended_at) - min(started_at))::float FROM pushes"
        ).fetchone()
        assert row is not None
        if row[0] == count:
            return float(row[1])
        if time.monotonic() > ends or worker.poll() is not None:
            raise BenchFailed(f"{row[0]} of {count} tasks were done")
        time.sleep(0.2)
