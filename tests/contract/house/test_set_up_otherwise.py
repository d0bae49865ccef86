"""PostgreSQL set up by somebody else: what the service needs it asks for, and what it cannot have is told in words."""

import threading
from urllib.parse import quote

import psycopg
import pytest
from sqlalchemy import text

from syndicator.errors import StoreError
from syndicator.store.database import Database

_COUNT_UP = text("UPDATE kept SET number = number + 1")
_NUMBER = text("SELECT number FROM kept")


def with_option(url: str, option: str) -> str:
    return f"{url}?options={quote(f'-c{option}')}"


@pytest.mark.parametrize("level", [r"repeatable\ read", "serializable"])
def test_a_writer_that_waited_for_another_one_is_not_refused(postgres_url: str, level: str) -> None:
    database = Database(with_option(postgres_url, f"default_transaction_isolation={level}"))
    try:
        with database.write() as connection:
            connection.execute(text("CREATE TABLE kept AS SELECT 0 AS number"))
        with database.write() as first:
            first.execute(_COUNT_UP)
            second = threading.Thread(target=_count_up, args=(database, refused := list[Exception]()))
            second.start()
            _await_a_waiter(postgres_url)
        second.join(10)
        assert refused == []
        with database.read() as connection:
            assert connection.execute(_NUMBER).scalar_one() == 2
    finally:
        database.dispose()


def _count_up(database: Database, refused: list[Exception]) -> None:
    try:
        with database.write() as connection:
            connection.execute(_NUMBER)  # its snapshot, above READ COMMITTED
            connection.execute(_COUNT_UP)
    except StoreError as error:
        refused.append(error)


def _await_a_waiter(url: str) -> None:
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        for _ in range(1000):
            found = connection.execute("SELECT count(*) FROM pg_locks WHERE NOT granted").fetchone()
            if found != (0,):
                return
            connection.execute("SELECT pg_sleep(0.01)")
    pytest.fail("nobody waits")
