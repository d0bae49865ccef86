"""PostgreSQL set up by somebody else: what the service needs it asks for, and what it cannot have is told in words."""

import threading
from collections.abc import Iterator
from urllib.parse import quote

import psycopg
import pytest
from psycopg.sql import SQL, Identifier, Literal
from sqlalchemy import text

from syndicator.errors import StoreError
from syndicator.store.database import UTF8, Database
from syndicator.store.migrate import migrate
from syndicator.store.schema_version import current
from tests.servers.postgres import PostgresServer

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


@pytest.fixture(params=["LATIN1", "SQL_ASCII"])
def otherwise_encoded(request: pytest.FixtureRequest, postgres_server: PostgresServer) -> Iterator[str]:
    name = request.param.lower()
    options = SQL("ENCODING {} LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0").format(Literal(request.param))
    postgres_server.execute(SQL("CREATE DATABASE {} {}").format(Identifier(name), options))
    url = postgres_server.url(name)
    yield url
    postgres_server.drop_database(url)


def test_a_database_that_cannot_keep_every_character_is_refused_before_it_takes_any(otherwise_encoded: str) -> None:
    database = Database(otherwise_encoded)
    try:
        with pytest.raises(StoreError, match="not in UTF-8") as refused:
            migrate(database)
        assert refused.value.fix == UTF8
        with database.read() as connection:
            assert current(connection) is None
    finally:
        database.dispose()


def test_the_environment_and_the_role_do_not_choose_the_characters(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGCLIENTENCODING", "LATIN1")
    database = Database(postgres_url)
    try:
        with database.read() as connection:
            assert connection.execute(text("SELECT CAST(:text AS text)"), {"text": "„–“"}).scalar_one() == "„–“"
    finally:
        database.dispose()


@pytest.mark.parametrize(
    ("option", "statement", "said", "fix"),
    [
        ("role=pg_monitor", "CREATE TABLE mine (number INTEGER)", "permission denied", "the owner"),
        ("search_path=nowhere", "CREATE TABLE mine (number INTEGER)", "no schema", "search_path"),
        ("statement_timeout=10", "SELECT pg_sleep(10)", "statement timeout", "raise statement_timeout"),
        ("default_transaction_read_only=on", "CREATE TABLE mine (number INTEGER)", "read-only", "the primary server"),
        ("client_min_messages=error", "EXECUTE another_connection_s", "does not exist", "?prepare_threshold=None"),
        ("client_min_messages=error", "SELECT * FROM releases", "does not exist", "run syndicator migrate"),
    ],
)
def test_what_postgres_refuses_for_its_settings_is_told_with_the_fix(
    postgres_url: str, option: str, statement: str, said: str, fix: str
) -> None:
    database = Database(with_option(postgres_url, option))
    try:
        with pytest.raises(StoreError, match=said) as refused, database.write() as connection:
            connection.execute(text(statement))
        assert fix in refused.value.fix
    finally:
        database.dispose()


@pytest.mark.parametrize("whose", ["ROLE", "DATABASE"])
def test_connections_that_are_used_up_are_told_with_the_fix(
    postgres_server: PostgresServer, migrated_postgres_url: str, whose: str
) -> None:
    name = migrated_postgres_url.rpartition("/")[2]
    owner = f"few_{name}"
    postgres_server.execute(SQL("CREATE ROLE {} LOGIN").format(Identifier(owner)))
    limited = Identifier(owner if whose == "ROLE" else name)
    postgres_server.execute(SQL(f"ALTER {whose} {{}} CONNECTION LIMIT 1").format(limited))
    database = Database(migrated_postgres_url.replace("postgres@", f"{owner}@"))
    try:
        with (
            database.read(),
            pytest.raises(StoreError, match="too many connections") as refused,
            database.read(),
        ):
            pass
        assert "raise max_connections" in refused.value.fix
        assert "up to 30 connections" in refused.value.fix
    finally:
        database.dispose()
        postgres_server.execute(SQL("DROP ROLE {}").format(Identifier(owner)))


@pytest.mark.parametrize(
    ("option", "prepared"), [("", 1), ("?prepare_threshold=None", 0), ("?prepare_threshold=20", 0)]
)
def test_behind_a_pooler_nothing_is_prepared_if_the_url_says_so(postgres_url: str, option: str, prepared: int) -> None:
    database = Database(postgres_url + option, pool_size=1)
    try:
        with database.read() as connection:
            for number in range(10):
                connection.execute(text("SELECT CAST(:number AS integer)"), {"number": number})
            count = text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%integer%'")
            assert connection.execute(count).scalar_one() == prepared
    finally:
        database.dispose()


@pytest.mark.parametrize("option", ["sslmod=require", "prepare_threshold=often", "row_factory=dict_row"])
def test_an_option_that_is_none_is_told(option: str) -> None:
    with pytest.raises(StoreError, match=option.partition("=")[0]):
        Database(f"postgresql+psycopg://somebody@127.0.0.1/any?{option}")
