"""Fixtures: one PostgreSQL and one Redis per test process, a fresh database or an empty broker per test."""

from collections.abc import Iterator

import pytest

from tests.servers.copies import Copies
from tests.servers.postgres import PostgresServer
from tests.servers.redis import RedisServer


@pytest.fixture(scope="session")
def _postgres_process() -> Iterator[PostgresServer]:
    server = PostgresServer()
    try:
        server.start()
        yield server
    finally:
        server.remove()


@pytest.fixture
def postgres_server(_postgres_process: PostgresServer) -> PostgresServer:
    """The test process's PostgreSQL, running, even if the test before stopped it."""
    if not _postgres_process.running:
        _postgres_process.start()
    return _postgres_process


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """A fresh, empty database's address for SQLAlchemy."""
    url = postgres_server.create_database()
    yield url
    if postgres_server.running:
        postgres_server.drop_database(url)


@pytest.fixture(scope="session")
def _copies(_postgres_process: PostgresServer) -> Copies:
    return Copies(_postgres_process)


@pytest.fixture
def copies(postgres_server: PostgresServer, _copies: Copies) -> Copies:
    """Databases with the newest schema in them and nothing else, on a server that runs."""
    return _copies


@pytest.fixture
def migrated_postgres_url(copies: Copies) -> Iterator[str]:
    """As ``postgres_url``, with the newest schema in it."""
    url = copies.take()
    yield url
    copies.give_back(url)


@pytest.fixture(scope="session")
def _redis_process() -> Iterator[RedisServer]:
    server = RedisServer()
    try:
        server.start()
        yield server
    finally:
        server.remove()


@pytest.fixture
def redis_server(_redis_process: RedisServer) -> RedisServer:
    """The test process's Redis, running and empty, even if the test before stopped it."""
    if not _redis_process.running:
        _redis_process.start()
    _redis_process.flush()
    return _redis_process


@pytest.fixture
def redis_url(redis_server: RedisServer) -> str:
    """An empty broker's address."""
    return redis_server.url
