"""A broker behind TLS (rediss://) is only spoken to when its certificate is good."""

import socket
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
import redis

from syndicator.dispatch import Task
from tests.contract.transport.receivers import certificate, listening
from tests.servers.redis import RedisServer
from workers.app import QUEUE, make_app
from workers.dispatch import CeleryDispatcher

Behind = tuple[str, Path]


@pytest.fixture
def behind_tls(tmp_path: Path, redis_server: RedisServer, redis_url: str) -> Iterator[Behind]:
    """The broker's address by TLS, and the file to trust its certificate by."""
    context, file = certificate(tmp_path, "localhost")
    port = int(redis_url.rpartition(":")[2].partition("/")[0])

    def handle(connection: socket.socket) -> None:
        with socket.create_connection(("127.0.0.1", port)) as server:
            Thread(target=copy, args=(server, connection), daemon=True).start()
            copy(connection, server)

    assert redis_server.running
    with listening(handle, context) as tls:
        yield f"rediss://localhost:{tls}/0", file


def copy(source: socket.socket, target: socket.socket) -> None:
    try:
        while some := source.recv(65_536):
            target.sendall(some)
    except OSError:  # the other side is gone
        return


def queued(redis_url: str) -> int:
    with redis.Redis.from_url(redis_url) as broker:
        return int(broker.llen(QUEUE))


@pytest.mark.parametrize(
    ("further", "arrived"),
    [("", 0), ("?ssl_ca_certs={file}", 1), ("?ssl_cert_reqs=required", 0), ("?ssl_cert_reqs=none", 1)],
)
def test_a_certificate_that_nobody_vouches_for_is_refused_unless_the_address_says_so(
    behind_tls: Behind, redis_url: str, further: str, arrived: int
) -> None:
    address, file = behind_tls
    before = queued(redis_url)
    app = make_app(address + further.format(file=file), threads=2)
    dispatcher = CeleryDispatcher(app)
    dispatcher.wake(Task.FAN_OUT)
    dispatcher.close()
    app.close()
    assert queued(redis_url) - before == arrived
