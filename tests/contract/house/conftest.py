"""One service per test, on SQLite and on PostgreSQL, with a clock that the test turns."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from config.settings import Settings
from syndicator.bootstrap import Syndicator
from syndicator.clock import to_us
from syndicator.model.endpoint import NewEndpoint
from syndicator.model.release import Record
from syndicator.store import delivery_lists
from tests.contract.house.newsroom import Newsroom
from tests.servers.copies import Copies
from tests.servers.migrated import migrated_file

EXAMPLE = json.loads((Path(__file__).parents[3] / "examples" / "biom-kawasaki.json").read_text(encoding="utf-8"))
START = to_us(datetime(2027, 1, 23, 12, 0, tzinfo=UTC))
KEY = "k1:" + "A" * 43 + "="
SIGNING = "whsk_" + "B" * 43 + "="
# For a module about what only PostgreSQL does: SQLite lets one connection write at a time.
ON_POSTGRES = pytest.mark.parametrize("make_house", ["postgres"], indirect=True)


class Clock:
    """Stands still until the test moves it. Microseconds."""

    def __init__(self) -> None:
        self.us = START

    def __call__(self) -> int:
        return self.us


@dataclass
class House:
    """A wired service, its clock, and what a test does most."""

    service: Syndicator
    clock: Clock

    def submit(self, key: str = "key", **changes: object) -> str:
        return self.service.submit(record(**changes), owner="operator", key=key).release.id

    def endpoint(self, newsroom: Newsroom, **fields: Any) -> str:
        added = self.service.add_endpoint(NewEndpoint(url=newsroom.url, **fields), owner="newsroom")
        newsroom.secret = added.secret
        return added.id

    def deliveries(self, **where: object) -> list[dict[str, Any]]:
        with self.service.database.read() as connection:
            rows = delivery_lists.listed(self.service.database, connection, 1000, **where)
            return [dict(row) for row in reversed(rows)]

    def states(self) -> list[tuple[str, str]]:
        """(event type, state) of every delivery, oldest first."""
        return [(row["event_type"], row["state"]) for row in self.deliveries()]


def record(**changes: object) -> Record:
    """The touchstone with other fields."""
    fields = {name: value for name, value in {**EXAMPLE, **changes}.items() if value is not None}
    return Record.model_validate_json(json.dumps(fields), strict=True)


def open_house(folder: Path, url: str, clock: Clock, **settings: Any) -> House:
    """A migrated service on that database. The caller closes it."""
    folder.mkdir(exist_ok=True)
    service = Syndicator(
        Settings(
            data_dir=folder,
            database_url=url,
            signing_key=SecretStr(SIGNING),
            operator_token=SecretStr("token"),
            allow_cidrs=("127.0.0.0/8",),
            public_base_url="https://news.example",
            authority="news.example",
            **{"attempt_timeout_s": 2, "allowed_ports": (0,), "sealing_keys": SecretStr(KEY), **settings},
        ),
        clock=clock,
    )
    service.migrate()
    return House(service, clock)


@pytest.fixture(params=["sqlite", "postgres"])
def make_house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[..., House]]:
    is_file = request.param == "sqlite"
    url = migrated_file(tmp_path / "house.db") if is_file else request.getfixturevalue("migrated_postgres_url")
    made: list[Syndicator] = []

    def make(*, clock: Clock | None = None, apart: bool = False, **settings: Any) -> House:
        """``apart``: a service of its own, with an empty database and folder; otherwise all share one."""
        folder = tmp_path / f"apart-{len(made)}" if apart else tmp_path
        folder.mkdir(exist_ok=True)
        opened = open_house(folder, _beside(request, url, folder) if apart else url, clock or Clock(), **settings)
        made.append(opened.service)
        return opened

    yield make
    for service in made:
        service.close()


def _beside(request: pytest.FixtureRequest, url: str, folder: Path) -> str:
    """A second database of the same kind, with nothing in it either."""
    if url.startswith("sqlite"):
        return migrated_file(folder / "house.db")
    copies: Copies = request.getfixturevalue("copies")
    beside = copies.take()
    request.addfinalizer(lambda: copies.give_back(beside))
    return beside


@pytest.fixture
def house(make_house: Callable[..., House]) -> House:
    return make_house()


@pytest.fixture
def newsroom() -> Iterator[Newsroom]:
    with Newsroom() as desk:
        yield desk
