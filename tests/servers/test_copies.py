"""A database that comes back is as new for the next test, or is never seen again."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.contract.house.conftest import Clock, open_house
from tests.contract.house.newsroom import Newsroom
from tests.servers.copies import Copies, state
from tests.servers.migrated import migrated_database
from tests.servers.postgres import PostgresServer

_RELATIONS = """
    SELECT relname, relpages, reltuples, relallvisible, pg_relation_size(oid) FROM pg_class
    WHERE relnamespace = 'public'::regnamespace ORDER BY relname
"""


class Asked:
    """What a database of the server says."""

    def __init__(self, server: PostgresServer, url: str) -> None:
        self._connection = psycopg.connect(server.conninfo(url.rpartition("/")[2]), autocommit=True)

    def __call__(self, statement: str) -> list[tuple[Any, ...]]:
        cursor = self._connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []

    def everything(self) -> dict[str, object]:
        tables = [name for (name,) in self("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
        return {
            **{name: self(f"SELECT * FROM {name} ORDER BY 1") for name in tables},
            "relations": self(_RELATIONS),
            "sequences": self("SELECT * FROM pg_sequences ORDER BY sequencename"),
            "statistics": self("SELECT tablename, attname FROM pg_stats WHERE schemaname = 'public'"),
        }

    def close(self) -> None:
        self._connection.close()


@pytest.fixture
def fresh(postgres_server: PostgresServer) -> Iterator[str]:
    url = migrated_database(postgres_server)
    yield url
    postgres_server.drop_database(url)


def test_a_copy_comes_back_with_nothing_of_the_test_before(
    postgres_server: PostgresServer, copies: Copies, fresh: str, tmp_path: Path
) -> None:
    url = copies.take()
    with closing(Asked(postgres_server, url)) as asked:
        _work(tmp_path, url)
        before = asked(
            "SELECT count(*) FROM pg_class WHERE relkind = 'r' AND oid >= 16384 AND pg_relation_size(oid) > 0"
        )
        assert before > [(12,)], "most tables were written"
        asked("UPDATE counters SET value = 7")
        asked("DELETE FROM alembic_version")
        asked("SELECT nextval(quote_ident(sequencename)) FROM pg_sequences")
        asked("ANALYZE")
        assert asked("SELECT count(*) FROM pg_stats WHERE schemaname = 'public'") != [(0,)]
    copies.give_back(url)
    assert copies.take() == url, "it was not dropped"
    with closing(Asked(postgres_server, url)) as again, closing(Asked(postgres_server, fresh)) as new:
        assert again.everything() == new.everything()
    copies.give_back(url)


def test_whoever_is_still_connected_is_cut_off(postgres_server: PostgresServer, copies: Copies) -> None:
    url = copies.take()
    with closing(Asked(postgres_server, url)) as open_yet:
        open_yet("BEGIN")
        open_yet("LOCK TABLE releases")
        copies.give_back(url)
        with pytest.raises(psycopg.OperationalError):
            open_yet("SELECT 1")


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE INDEX another ON releases (state)",
        "DROP INDEX ix_releases_scheduled",
        "CREATE TABLE another (a int)",
        "ALTER TABLE releases ADD COLUMN another int",
        "ALTER TABLE releases ALTER COLUMN state SET DEFAULT 'x'",
        "ALTER TABLE releases ALTER COLUMN state SET STATISTICS 7",
        "ALTER TABLE releases SET (fillfactor = 50)",
        "ALTER TABLE releases ADD CONSTRAINT another CHECK (state <> 'x')",
        "ALTER TABLE versions DISABLE TRIGGER ALL",
        "CREATE STATISTICS another ON state, owner FROM releases",
        "GRANT SELECT ON releases TO PUBLIC",
        "CREATE FUNCTION another() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE SCHEMA another",
        "CREATE TYPE another AS ENUM ('a')",
        "SELECT lo_create(0)",
        "ALTER DATABASE {} SET default_transaction_isolation = 'serializable'",
        "ALTER DATABASE {} CONNECTION LIMIT 3",
    ],
)
def test_whatever_is_defined_otherwise_is_seen(
    postgres_server: PostgresServer, migrated_postgres_url: str, statement: str
) -> None:
    name = migrated_postgres_url.rpartition("/")[2]
    with closing(psycopg.connect(postgres_server.conninfo(name))) as connection:
        before = state(connection)
        connection.execute(statement.format(name).encode())
        assert state(connection) != before
        connection.rollback()
        assert state(connection) == before


def test_what_was_defined_otherwise_is_never_given_out_again(postgres_server: PostgresServer, copies: Copies) -> None:
    url = copies.take()
    with closing(Asked(postgres_server, url)) as asked:
        asked("DROP INDEX ix_releases_scheduled")
    copies.give_back(url)
    found = copies.take()
    assert found != url
    copies.give_back(found)


def test_what_comes_back_while_the_server_is_away_is_left_alone(
    postgres_server: PostgresServer, copies: Copies
) -> None:
    url = copies.take()
    postgres_server.kill()
    copies.give_back(url)
    postgres_server.start()
    found = copies.take()
    assert found != url
    copies.give_back(found)


def _work(folder: Path, url: str) -> None:
    """A release goes out to a feed and to a newsroom."""
    house = open_house(folder, url, Clock())
    try:
        with Newsroom() as desk:
            house.endpoint(desk)
            house.submit()
            house.service.drain()
        assert house.states()[0] == ("release.published", "delivered")
    finally:
        house.service.close()
