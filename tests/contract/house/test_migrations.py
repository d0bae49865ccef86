"""What an older schema held is there after the migrations, in the newer shape."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import text

from syndicator.cli.databases import check_is_migrated
from syndicator.clock import from_us
from syndicator.errors import StoreError
from syndicator.services.views.health import readiness
from syndicator.store import publishers, renditions
from syndicator.store.database import Database
from syndicator.store.migrate import config_of
from syndicator.store.schema_version import current, newest
from tests.contract.house.conftest import House, record
from tests.contract.house.locks import wait_until


def moved(house: House, step: Callable[[Config, str], None], revision: str) -> None:
    with house.service.database.engine.begin() as connection:
        step(config_of(connection), revision)


def test_the_newest_schema_is_the_one_that_all_migrations_lead_to(house: House) -> None:
    database = house.service.database
    with database.engine.begin() as connection:
        scripts = ScriptDirectory.from_config(config_of(connection))
    assert newest() == scripts.get_current_head()
    with database.read() as connection:
        assert current(connection) == newest()
    moved(house, command.downgrade, "0008")
    with database.read() as connection:
        assert current(connection) == "0008"
    house.service.migrate()
    with database.read() as connection:
        assert current(connection) == newest()


def test_who_migrates_at_the_same_time_waits_and_finds_it_done(house: House) -> None:
    """As where each of several containers does so at its start: the second one ended in a traceback."""
    moved(house, command.downgrade, "0008")
    with ThreadPoolExecutor(2) as both:
        with house.service.database.write() as connection:
            connection.execute(text(f"SELECT * FROM alembic_version {house.service.database.for_update}"))
            started = [both.submit(house.service.migrate) for _ in range(2)]
            wait_until(house, 2)
        for each in started:
            each.result()
    with house.service.database.read() as connection:
        assert current(connection) == newest()


def test_a_database_of_a_newer_version_is_left_alone(house: House) -> None:
    with house.service.database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match=r"9999, of a newer version.*: install that version"):
        house.service.migrate()
    assert "install that version" in readiness(house.service.setup)
    with house.service.database.read() as connection:
        assert current(connection) == "9999"


def test_a_worker_refuses_a_schema_that_is_not_its_own_and_waits_for_a_database(house: House) -> None:
    database = house.service.database
    check_is_migrated(database)
    moved(house, command.downgrade, "0008")
    with pytest.raises(StoreError, match=r"has schema 0008, this version needs .* run syndicator migrate"):
        check_is_migrated(database)
    moved(house, command.downgrade, "base")
    with pytest.raises(StoreError, match="has schema none"):
        check_is_migrated(database)
    with database.write() as connection:
        connection.execute(text("INSERT INTO alembic_version VALUES ('9999')"))
    with pytest.raises(StoreError, match=r"has schema 9999, of a newer version than this one .*: install that version"):
        check_is_migrated(database)
    check_is_migrated(Database("postgresql+psycopg://127.0.0.1:1/none"))


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


def test_releases_that_name_others_and_documents_are_known_by_edition(house: House) -> None:
    until = from_us(house.clock.us) + timedelta(hours=1)
    target = house.submit(key="held", headline="Original", embargo_until=until.isoformat())
    naming = house.submit(key="naming", translation_of=target)
    house.service.drain()
    before = spans(house)
    moved(house, command.downgrade, "0003")
    assert [span[2:] for span in spans(house)] == [span[3:] for span in before]
    moved(house, command.upgrade, "head")
    assert spans(house) == before
    with house.service.database.read() as connection:
        assert connection.execute(text("SELECT release_id, target_id FROM relations")).all() == [(naming, target)]
    house.clock.us += 3_600_000_000
    house.service.drain()
    assert target in {span[0] for span in spans(house)}
    assert [span[2] for span in spans(house) if span[0] == naming] == [1]


def spans(house: House) -> list[list[object]]:
    with house.service.database.read() as connection:
        row = renditions.get(connection, "all", 0, "json")
    assert row is not None
    found: list[list[object]] = json.loads(row["spans"])
    return found
