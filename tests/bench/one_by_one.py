"""The comparison: a webhook sender as most build it, one Celery task for each delivery.

A task reads its endpoint and the payload, signs, sends with ``requests.post``, and writes what came of it in
a commit of its own. It does less than the engine (no retry, no lease, no guard, no order, no attempt's
details), and is spared what it would cost to queue the tasks: they lie on the broker before the clock starts.
"""

import os
import threading
from collections.abc import Sequence

import psycopg
import requests
from celery import Celery
from psycopg.rows import TupleRow

from syndicator.delivery.signing import sign

BROKER = "BENCH_BROKER"
DATABASE = "BENCH_DATABASE"
SCHEMA = """
    CREATE TABLE IF NOT EXISTS hooks (id bigint PRIMARY KEY, url text NOT NULL, secret bytea NOT NULL);
    CREATE TABLE IF NOT EXISTS bodies (id bigint PRIMARY KEY, body bytea NOT NULL);
    CREATE TABLE IF NOT EXISTS pushes (
        hook_id bigint NOT NULL, body_id bigint NOT NULL, status int NOT NULL,
        started_at timestamptz NOT NULL, ended_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (hook_id, body_id));
"""
_READ = """
    SELECT h.url, h.secret, b.body, clock_timestamp() FROM hooks h CROSS JOIN bodies b WHERE h.id = %s AND b.id = %s
"""
_WRITE = "INSERT INTO pushes (hook_id, body_id, status, started_at) VALUES (%s, %s, %s, %s)"

app = Celery("one_by_one", broker=os.environ.get(BROKER, "memory://"))
app.conf.update(task_ignore_result=True, worker_enable_remote_control=False, worker_send_task_events=False)
_local = threading.local()


@app.task(name="push", shared=False)
def push(hook_id: int, body_id: int) -> None:
    connection = _connection()
    row = connection.execute(_READ, (hook_id, body_id)).fetchone()
    assert row is not None
    url, secret, body, started_at = row
    headers = {
        "content-type": "application/json",
        "webhook-id": f"evt_{body_id}",
        "webhook-timestamp": "1",
        "webhook-signature": sign(f"evt_{body_id}", 1, body, (secret,)),
    }
    status = requests.post(url, data=body, headers=headers, timeout=15).status_code
    connection.execute(_WRITE, (hook_id, body_id, status, started_at))


def _connection() -> psycopg.Connection[TupleRow]:
    """One for each thread or process, kept; every statement is a transaction of its own."""
    if not hasattr(_local, "connection"):
        _local.connection = psycopg.connect(os.environ[DATABASE], autocommit=True)
    made: psycopg.Connection[TupleRow] = _local.connection
    return made


def fill(connection: psycopg.Connection[TupleRow], urls: Sequence[str], body: bytes) -> None:
    """The endpoints and the one payload that goes to them."""
    connection.execute(SCHEMA)
    connection.execute("INSERT INTO bodies (id, body) VALUES (1, %s)", (body,))
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO hooks (id, url, secret) VALUES (%s, %s, %s)",
            [(number, url, os.urandom(32)) for number, url in enumerate(urls)],
        )
    connection.execute("ANALYZE")
