"""A connection that only read a moment ago writes in a transaction all the same."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import TimeoutError as NoneFree

from syndicator.errors import StoreError
from syndicator.store import database as module
from syndicator.store.database import Database

INSERT = text("INSERT INTO kept (number) VALUES (:number)")


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path_factory.mktemp('one') / 'one.db'}"
    found: str = request.getfixturevalue("postgres_url")
    return found


def test_what_is_written_after_a_read_is_stored_whole_or_not_at_all(url: str) -> None:
    database = Database(url, pool_size=1)
    try:
        with database.write() as connection:
            connection.execute(text("CREATE TABLE kept (number INTEGER)"))
            connection.execute(INSERT, {"number": 1})
        assert numbers(database) == [1]
        with pytest.raises(KeyError):
            insert_and_fail(database)
        assert numbers(database) == [1]
        with database.write() as connection:
            connection.execute(INSERT, {"number": 3})
            assert numbers(database) == [1], "others do not see it yet"
        assert numbers(database) == [1, 3]
    finally:
        database.dispose()


@pytest.fixture
def cut_off(postgres_url: str) -> Iterator[Database]:
    """Its two connections rest, and the server has ended both."""
    database = Database(postgres_url, pool_size=2)
    with database.read() as first, database.read() as second:
        pids = [one.execute(text("SELECT pg_backend_pid()")).scalar_one() for one in (first, second)]
    with psycopg.connect(postgres_url.replace("+psycopg", ""), autocommit=True) as connection:
        for pid in pids:
            connection.execute("SELECT pg_terminate_backend(%s, 10000)", (pid,))
    yield database
    database.dispose()


def test_connections_that_broke_while_they_rested_are_replaced(
    cut_off: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_TRUSTED_S", 0)
    assert one(cut_off) == one(cut_off) == 1


def test_a_connection_that_breaks_in_use_costs_one_failure(cut_off: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_TRUSTED_S", 60)
    with pytest.raises(StoreError):
        one(cut_off)
    assert one(cut_off) == one(cut_off) == 1


def test_a_pool_that_is_used_up_is_an_error_of_the_database(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing_database(url) as database, ExitStack() as held:
        monkeypatch.setattr(database.engine.pool, "_timeout", 0.05)
        with suppress(NoneFree):
            while True:
                held.enter_context(database.engine.connect())
        with pytest.raises(StoreError, match="busy for too long"), database.write():
            pass


def test_what_is_deleted_is_purged_while_the_only_writer_is_in_use(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing_database(url) as database:
        with database.write() as connection:
            connection.execute(text("CREATE TABLE kept (number INTEGER)"))
        monkeypatch.setattr(database.engine.pool, "_timeout", 0.05)
        with database.engine.connect():
            assert database.purge(["kept"])


@contextmanager
def closing_database(url: str) -> Iterator[Database]:
    database = Database(url, pool_size=1)
    try:
        yield database
    finally:
        database.dispose()


def one(database: Database) -> int:
    with database.read() as connection:
        return int(connection.execute(text("SELECT 1")).scalar_one())


def insert_and_fail(database: Database) -> None:
    with database.write() as connection:
        connection.execute(INSERT, {"number": 2})
        raise KeyError


def numbers(database: Database) -> list[int]:
    with database.read() as connection:
        return list(connection.execute(text("SELECT number FROM kept ORDER BY number")).scalars())
