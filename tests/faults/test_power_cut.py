"""PostgreSQL, killed right after the answer, keeps what was answered; without synchronous commits it does not."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from psycopg.sql import SQL, Identifier

from syndicator.errors import NotFound
from syndicator.store import releases
from tests.contract.house.conftest import Clock, House, open_house
from tests.servers.postgres import PostgresServer

CUTS = 3


@pytest.fixture
def url(postgres_server: PostgresServer, postgres_url: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """A database whose commits are as durable as asked for, whoever connects."""
    statement = SQL("ALTER DATABASE {} SET synchronous_commit = {}")
    postgres_server.execute(statement.format(Identifier(postgres_url.rpartition("/")[2]), Identifier(request.param)))
    yield postgres_url
    if not postgres_server.running:
        postgres_server.start()


@pytest.mark.parametrize(("url", "loses"), [("on", False), ("off", True)], ids=["on", "control"], indirect=["url"])
def test_what_was_accepted_survives_the_servers_death(
    postgres_server: PostgresServer, url: str, tmp_path: Path, *, loses: bool
) -> None:
    house = open_house(tmp_path, url, Clock())
    try:
        accepted = []
        for number in range(CUTS):
            accepted.append(house.submit(f"key-{number}", headline=f"{number}"))
            postgres_server.kill()
            postgres_server.start()
        assert any(is_lost(house, release_id) for release_id in accepted) is loses
    finally:
        house.service.close()


def is_lost(house: House, release_id: str) -> bool:
    with house.service.database.read() as connection:
        try:
            releases.version(connection, release_id)
        except NotFound:
            return True
    return False
