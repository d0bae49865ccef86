"""A full disk: what was refused is not there, what was accepted is, and it goes on when there is room again.

Two ways to fill it that need no mount: SQLite's own limit of pages (SQLITE_FULL), and a limit of file sizes that the
kernel enforces on a running process, or on a whole PostgreSQL.
"""

import random
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import pytest
import requests
from PIL import Image
from sqlalchemy import create_engine, text

from syndicator.errors import NotFound, StoreError, Unreachable
from syndicator.store import releases
from syndicator.store.database import Connection, Database
from tests.contract.house.conftest import Clock, House, open_house
from tests.e2e.conftest import EXAMPLE, TOKEN, Machine, client, until
from tests.faults.embedded import full_disk
from tests.faults.invariants import broken
from tests.servers.postgres import PostgresServer

SEGMENT_MB = 1
LONG = "".join(random.Random(1).choices("abcdefghijklmnopqrstuvwxyz ", k=60_000))  # noqa: S311 (hardly to be packed)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    opened = open_house(tmp_path, f"sqlite:///{tmp_path / 'house.db'}", Clock())
    yield opened
    opened.service.close()


@pytest.fixture(scope="module")
def postgres() -> Iterator[PostgresServer]:
    """A server of its own: no other test is to run out of room."""
    server = PostgresServer(wal_segment_mb=SEGMENT_MB)
    try:
        server.start()
        yield server
    finally:
        server.remove()


@contextmanager
def no_more_pages(house: House) -> Iterator[None]:
    """The writer's connection, of which there is one, takes no page more than there are."""
    limit = "PRAGMA max_page_count = "
    with house.service.database.engine.connect() as connection:
        pages = connection.execute(text("PRAGMA page_count")).scalar_one()
        connection.execute(text(f"{limit}{pages}"))
    yield
    with house.service.database.engine.connect() as connection:
        connection.execute(text(f"{limit}{2**31}"))


def handed_in(house: House, number: int) -> str:
    """The release's id. Each number is a release of 60 kB of its own."""
    text = LONG[number:]
    return house.submit(f"key-{number}", headline=f"{number}", quotes=None, body=[{"type": "paragraph", "text": text}])


def until_refused(house: House, most: int) -> tuple[list[str], str]:
    """What was accepted, and what was said of the first that was not."""
    accepted: list[str] = []
    for number in range(most):
        try:
            accepted.append(handed_in(house, number))
        except StoreError as refused:
            return accepted, str(refused)
    pytest.fail(f"{most} releases, and still room")


def missing(house: House, ids: Iterable[str]) -> list[str]:
    """Those that were accepted and are not stored."""
    found = []
    with house.service.database.read() as connection:
        for release_id in ids:
            try:
                releases.version(connection, release_id)
            except NotFound:
                found.append(release_id)
    return found


def count_of_releases(folder: Path) -> int:
    engine = create_engine(f"sqlite:///{folder / 'data' / 'syndicator.db'}")
    try:
        with engine.connect() as connection:
            return int(connection.execute(text("SELECT count(*) FROM releases")).scalar_one())
    finally:
        engine.dispose()


def goes_on(house: House, accepted: list[str]) -> None:
    assert missing(house, accepted) == []
    again = [handed_in(house, number) for number in range(len(accepted) + 1)]
    assert again[:-1] == accepted, "the same key is the same release"
    assert len(set(again)) == len(again)
    house.service.drain()
    with house.service.database.read() as connection:
        assert broken(connection, house.clock.us) == {}


def test_a_full_sqlite_refuses_and_goes_on(house: House) -> None:
    with no_more_pages(house):
        accepted, said = until_refused(house, most=20)
        assert "full" in said
    goes_on(house, accepted)


def test_a_full_postgres_refuses_and_goes_on(postgres: PostgresServer, tmp_path: Path) -> None:
    house = open_house(tmp_path, postgres.create_database(), Clock())
    try:
        postgres.limit_files(SEGMENT_MB << 20)
        accepted, said = until_refused(house, most=60)
        assert accepted
        assert "cannot be used" in said
        postgres.limit_files()
        goes_on(house, accepted)
    finally:
        house.service.close()


def test_what_a_full_database_says_tells_nothing_of_the_release(house: House) -> None:
    with no_more_pages(house), pytest.raises(StoreError) as refused:
        handed_in(house, 0)
    assert LONG[:200] not in "".join(traceback.format_exception(refused.value))


def test_a_process_out_of_room_refuses_in_the_open_and_keeps_nothing_by_halves(
    make_machine: Callable[..., Machine], tmp_path: Path
) -> None:
    machine = make_machine()
    process = machine.start("run")
    until(lambda: client(machine).text("/readyz"), machine, "the service is ready")
    base, call = machine.environment["SYNDICATOR_PUBLIC_BASE_URL"], ("--to", "--idempotency-key", "key")
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json", "Idempotency-Key": "key"}
    target = BytesIO()
    Image.new("RGB", (8, 8), "plum").save(target, "PNG")
    with full_disk(process):
        answer = requests.post(f"{base}/api/v1/releases", EXAMPLE.read_bytes(), headers=headers, timeout=30)
        assert (answer.status_code, answer.json()["title"]) == (503, "The database cannot be used")
        refused = requests.post(f"{base}/api/v1/media", target.getvalue(), headers=headers, timeout=30)
        assert (refused.status_code, refused.json()["title"]) == (507, "There is no room for the file")
        told = machine.call("submit", str(EXAMPLE), call[0], base, *call[1:])
        assert (told.returncode, told.stdout) == (Unreachable.exit_code, "")
        assert "Send it again with: syndicator submit" in told.stderr
    assert count_of_releases(tmp_path) == 0
    assert [path for path in (tmp_path / "data" / "media").rglob("*") if path.is_file()] == []
    assert machine.call("submit", str(EXAMPLE), call[0], base, *call[1:]).returncode == 0
    with client(machine) as api:
        assert api.upload(target.getvalue(), "plum.png")["sha256"]
    assert count_of_releases(tmp_path) == 1
    assert process.popen.poll() is None


def test_an_acceptance_without_a_commit_would_be_seen(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: a store that keeps to itself what the database says at the commit."""

    @contextmanager
    def unsaid(self: Database) -> Iterator[Connection]:
        with self.engine.connect() as connection:
            yield connection

    monkeypatch.setattr(Database, "write", unsaid)
    assert len(missing(house, [house.submit()])) == 1
