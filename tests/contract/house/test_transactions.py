"""A connection that only read a moment ago writes in a transaction all the same."""

import pytest
from sqlalchemy import text

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


def insert_and_fail(database: Database) -> None:
    with database.write() as connection:
        connection.execute(INSERT, {"number": 2})
        raise KeyError


def numbers(database: Database) -> list[int]:
    with database.read() as connection:
        return list(connection.execute(text("SELECT number FROM kept ORDER BY number")).scalars())
