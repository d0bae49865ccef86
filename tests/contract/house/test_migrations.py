"""What an older schema held is there after the migrations, in the newer shape."""

from collections.abc import Callable

from alembic import command
from alembic.config import Config
from sqlalchemy import text

from syndicator.store import publishers
from syndicator.store.migrate import config_of
from tests.contract.house.conftest import House, record


def moved(house: House, step: Callable[[Config, str], None], revision: str) -> None:
    with house.service.database.engine.begin() as connection:
        step(config_of(connection), revision)


def test_a_profile_that_was_a_bare_block_stays_the_profile(house: House) -> None:
    house.submit()
    with house.service.database.read() as connection:
        row = connection.execute(text("SELECT key, profile FROM publishers")).one()
    moved(house, command.downgrade, "0002")
    with house.service.database.read() as connection:
        old = connection.execute(text("SELECT profile FROM publishers")).scalar_one()
    assert old.startswith('{"name":')
    moved(house, command.upgrade, "head")
    with house.service.database.read() as connection:
        profile = publishers.get(connection, row.key, "operator")
    assert profile is not None
    assert profile.publisher == record().publisher
