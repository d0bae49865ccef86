"""Durable deliveries a second through the whole engine, beside the raw transport over the same endpoints."""

import json
import secrets
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import text

from config.settings import Settings
from syndicator.bootstrap import Syndicator
from syndicator.delivery import secrets as endpoint_secrets
from syndicator.delivery.guard import Guard
from syndicator.delivery.signing import sign
from syndicator.delivery.transport.curl import CurlTransport
from syndicator.delivery.transport.protocol import Answer, Limits, Request, Result
from syndicator.model.filter import EVERYTHING
from syndicator.model.release import Record
from syndicator.store import filters
from tests.bench.figures import Figure, memory_mb
from tests.servers.postgres import PostgresServer

BODY_BYTES = 8000
PORTS = range(1, 65536)
ENDPOINTS = text("""
    INSERT INTO endpoints (id, owner, url, description, state, secrets, created_at)
    VALUES (:id, 'bench', :url, '', 'active', :secrets, 0)
""")
SUBSCRIPTIONS = text("""
    INSERT INTO subscriptions (id, endpoint_no, owner, event_mask, filter_sha256, created_at)
    SELECT 'sub_' || no, no, 'bench', 63, :sha256, 0 FROM endpoints
""")


def measure(endpoints: int) -> Iterator[Figure]:
    with receiver() as port:
        urls = [f"http://127.{1 + n // 40_000}.{n // 200 % 200}.{1 + n % 200}:{port}/push" for n in range(endpoints)]
        raw_cold, raw_warm = raw(urls)
        with postgres() as url:
            yield from through_the_engine("PostgreSQL", url, urls, raw_cold, raw_warm, (0.55, 0.45))
        with tempfile.TemporaryDirectory() as folder:
            url = f"sqlite:///{folder}/bench.db"
            yield from through_the_engine("SQLite", url, urls, raw_cold, raw_warm, (None, None))
    yield Figure("memory of this process, which is worker and benchmark", f"{memory_mb():.0f} MB", "200 MB")


@contextmanager
def receiver() -> Iterator[int]:
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("sink.py"))], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@contextmanager
def postgres() -> Iterator[str]:
    server = PostgresServer()
    try:
        server.start()
        yield server.create_database()
    finally:
        server.remove()


def raw(urls: list[str]) -> tuple[float, float]:
    """Signed requests a second of the transport alone, no database and no queue: to endpoints never connected before, and again."""
    keys = [secrets.token_bytes(32) for _ in urls]
    with CurlTransport(Guard(["127.0.0.0/8"], allowed_ports=PORTS), Limits()) as transport:
        return send_all(transport, urls, keys), send_all(transport, urls, keys)


def send_all(transport: CurlTransport, urls: list[str], keys: list[bytes]) -> float:
    ended, answered, body = threading.Event(), [0, 0], b"x" * BODY_BYTES

    def done(_request: Request, result: Result) -> None:
        answered[0] += 1
        answered[1] += isinstance(result, Answer)
        if answered[0] == len(urls):
            ended.set()

    started = time.monotonic()
    for url, key in zip(urls, keys, strict=True):
        signature = sign("evt_raw", 1, body, (key,))
        headers = (("webhook-id", "evt_raw"), ("webhook-timestamp", "1"), ("webhook-signature", signature))
        transport.submit(Request(url, headers, body), done)
    assert ended.wait(120)
    took = time.monotonic() - started
    assert answered[1] == len(urls)
    return len(urls) / took


def through_the_engine(
    name: str, url: str, urls: list[str], raw_cold: float, raw_warm: float, bars: tuple[float | None, float | None]
) -> Iterator[Figure]:
    service = Syndicator(
        Settings(
            database_url=url,
            sealing_keys=SecretStr("k1:" + "A" * 43 + "="),
            signing_key=SecretStr("whsk_" + "B" * 43 + "="),
            operator_token=SecretStr("bench"),
            allow_cidrs=("127.0.0.0/8",),
            allowed_ports=(0,),
        )
    )
    try:
        service.migrate()
        register(service, urls)
        for warmth, alone, bar in (("never connected before", raw_cold, bars[0]), ("warm", raw_warm, bars[1])):
            rate = publish(service, warmth)
            yield Figure(
                f"{name}: durable deliveries to {len(urls):,} endpoints, {warmth}, beside the raw transport",
                f"{rate:,.0f}/s",
                f"{alone:,.0f}/s",
                rate / alone,
                bar,
            )
    finally:
        service.close()


def register(service: Syndicator, urls: list[str]) -> None:
    rows = []
    for number, url in enumerate(urls):
        endpoint_id = f"end_{number:026d}"
        sealed = endpoint_secrets.first(service.sealer, endpoint_id, endpoint_secrets.new_secret())
        rows.append({"id": endpoint_id, "url": url, "secrets": sealed})
    with service.database.write() as connection:
        connection.execute(ENDPOINTS, rows)
        connection.execute(SUBSCRIPTIONS, {"sha256": filters.insert(connection, EVERYTHING)})
    with service.database.write() as connection:
        connection.execute(text("ANALYZE"))


def publish(service: Syndicator, key: str) -> float:
    """Deliveries a second from the fan-out's end to the last recorded outcome."""
    fields = {
        "language": "en",
        "headline": f"A release of the benchmark, {key}",
        "body": [{"type": "paragraph", "text": "x" * (BODY_BYTES // 5)}],
        "publisher": {"name": "Benchmark"},
        "contacts": [{"name": "Nobody", "phone": "+49 89 1"}],
    }
    service.submit(Record.model_validate_json(json.dumps(fields), strict=True), owner="bench", key=key)
    made = service.fan_out("bench").deliveries
    courier = service.courier
    started = time.monotonic()
    courier.pump("bench")
    assert courier.settle(120)
    took = time.monotonic() - started
    with service.database.read() as connection:
        open_rows = connection.execute(text("SELECT count(*) FROM deliveries WHERE state <> 'delivered'")).scalar_one()
    assert open_rows == 0
    return made / took
