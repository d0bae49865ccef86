"""The test servers keep what the fault tests lean on: durable, ours alone, restartable, never orphaned."""

import signal
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from tests.servers.child import ServerFailed
from tests.servers.postgres import PostgresServer
from tests.servers.redis import RedisServer


def query(server: PostgresServer, url: str, statement: str) -> list[tuple[object, ...]]:
    with closing(psycopg.connect(server.conninfo(url.rpartition("/")[2]), autocommit=True)) as connection:
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


@pytest.mark.parametrize("setting", ["fsync", "synchronous_commit", "full_page_writes"])
def test_postgres_is_as_durable_as_in_production(
    postgres_server: PostgresServer, postgres_url: str, setting: str
) -> None:
    assert query(postgres_server, postgres_url, f"SHOW {setting}") == [("on",)]


def test_each_test_has_a_database_of_its_own(postgres_server: PostgresServer, postgres_url: str) -> None:
    query(postgres_server, postgres_url, "CREATE TABLE mine (a int)")
    other = postgres_server.create_database()
    with pytest.raises(psycopg.errors.UndefinedTable):
        query(postgres_server, other, "SELECT * FROM mine")
    postgres_server.drop_database(other)


def test_a_template_is_prepared_once(postgres_server: PostgresServer) -> None:
    prepared: list[str] = []

    def prepare(url: str) -> None:
        prepared.append(url)
        query(postgres_server, url, "CREATE TABLE shared (a int)")

    for _ in range(2):
        copy = postgres_server.create_database(postgres_server.template("prepared", prepare))
        assert query(postgres_server, copy, "SELECT count(*) FROM shared") == [(0,)]
        postgres_server.drop_database(copy)
    assert len(prepared) == 1


def test_a_killed_postgres_keeps_what_was_committed_and_its_address(
    postgres_server: PostgresServer, postgres_url: str
) -> None:
    query(postgres_server, postgres_url, "CREATE TABLE kept (a int)")
    before = postgres_server.pid
    postgres_server.kill()
    with pytest.raises(psycopg.OperationalError):
        query(postgres_server, postgres_url, "SELECT 1")
    postgres_server.start()
    assert postgres_server.pid != before
    assert query(postgres_server, postgres_url, "SELECT count(*) FROM kept") == [(0,)]


def test_a_stopped_postgres_breaks_connections_off_and_comes_back(
    postgres_server: PostgresServer, postgres_url: str
) -> None:
    with closing(psycopg.connect(postgres_server.conninfo())) as connection:
        postgres_server.stop()
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
    postgres_server.start()
    assert query(postgres_server, postgres_url, "SELECT 1") == [(1,)]


def test_redis_refuses_to_forget(redis_url: str) -> None:
    with closing(redis.Redis.from_url(redis_url)) as client:
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        assert client.config_get("appendonly") == {"appendonly": "yes"}


def test_redis_comes_back_with_its_data(redis_server: RedisServer) -> None:
    with closing(redis.Redis.from_url(redis_server.url)) as client:
        client.set("a", "1")
    redis_server.stop()
    assert not redis_server.running
    redis_server.start()
    with closing(redis.Redis.from_url(redis_server.url)) as client:
        assert client.get("a") == b"1"
        redis_server.flush()
        assert client.dbsize() == 0


def test_a_flush_spares_a_server_of_somebody_else(redis_server: RedisServer) -> None:
    stranger = RedisServer()
    stranger.start()
    try:
        with closing(redis.Redis.from_url(redis_server.url)) as client:
            client.set("a", "1")
            stranger._port = redis_server._port
            with pytest.raises(ServerFailed, match="not ours"):
                stranger.flush()
            assert client.get("a") == b"1"
    finally:
        stranger.remove()


def test_servers_listen_on_loopback_only(postgres_server: PostgresServer, redis_server: RedisServer) -> None:
    for pid in (postgres_server.pid, redis_server.pid):
        listening = [
            held.laddr.ip for held in psutil.Process(pid).net_connections("inet") if held.status == psutil.CONN_LISTEN
        ]
        assert listening == ["127.0.0.1"]


def test_a_start_from_another_thread_is_refused(redis_server: RedisServer) -> None:
    redis_server.stop()
    caught: list[ServerFailed] = []

    def start() -> None:
        try:
            redis_server.start()
        except ServerFailed as refused:
            caught.append(refused)

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()
    assert "main thread" in str(caught[0])


ORPHANS = """
import sys
from tests.servers.postgres import PostgresServer
from tests.servers.redis import RedisServer
servers = PostgresServer(), RedisServer()
for server in servers:
    server.start()
print(*(server.pid for server in servers), flush=True)
sys.stdin.read()
"""


def test_no_server_survives_the_killing_of_its_test_process() -> None:
    root = Path(__file__).parents[2]
    with subprocess.Popen(
        [sys.executable, "-c", ORPHANS], cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as tests:
        assert tests.stdout is not None
        servers = [psutil.Process(int(pid)) for pid in tests.stdout.readline().split()]
        assert [server.is_running() for server in servers] == [True, True]
        tests.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 30
    while any(server.is_running() and server.status() != psutil.STATUS_ZOMBIE for server in servers):
        assert time.monotonic() < deadline, "orphaned servers"
        time.sleep(0.01)
