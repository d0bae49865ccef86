"""A backup of a running service on SQLite, as docs/operating.md says to take it, restored elsewhere."""

import re
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
import requests

from syndicator.errors import NotFound
from tests.e2e.conftest import EXAMPLE, ROOT, Machine, client, ready, until

STATEMENT = re.search(
    r"sqlite3 syndicator-data/syndicator\.db \"(.+)\"$", (ROOT / "docs/operating.md").read_text(), re.MULTILINE
)


def test_a_backup_of_a_running_service_is_restored_and_published_on(
    make_machine: Callable[..., Machine], tmp_path: Path
) -> None:
    machine = make_machine()
    running = machine.start("run")
    until(lambda: ready(machine), machine, "the service is ready")
    kept = published(machine, "kept")
    backup = backed_up(tmp_path)
    lost = published(machine, "lost")
    tag = feed(machine).headers["etag"]
    assert running.stop() == 0
    shutil.rmtree(tmp_path / "data")
    backup.rename(tmp_path / "data")

    examined = machine.call("doctor")
    assert examined.returncode == 0, examined.stdout
    machine.start("run")
    until(lambda: ready(machine), machine, "the restored service is ready")
    assert client(machine).get(f"/api/v1/releases/{kept}")["state"] == "published"
    with pytest.raises(NotFound):
        client(machine).get(f"/api/v1/releases/{lost}")
    again = published(machine, "lost")
    news = feed(machine, tag)
    assert (news.status_code, [each["url"].rpartition("/")[2] for each in news.json()["items"]]) == (226, [again])


def backed_up(folder: Path) -> Path:
    """The database by the statement of the page, then everything else of the folder."""
    assert STATEMENT
    data, backup = folder / "data", folder / "backup"
    backup.mkdir(mode=0o700)
    with closing(sqlite3.connect(data / "syndicator.db")) as connection:
        connection.execute(STATEMENT[1].replace("backup/", f"{backup}/"))
    for each in data.iterdir():
        if not each.name.startswith("syndicator.db"):
            (shutil.copytree if each.is_dir() else shutil.copy2)(each, backup / each.name)
    return backup


def published(machine: Machine, key: str) -> str:
    """A release that stands in the feed; its id."""
    released: str = client(machine).submit(EXAMPLE.read_bytes(), key)["id"]
    until(lambda: released in feed(machine).text, machine, "the feed shows it")
    return released


def feed(machine: Machine, tag: str = "") -> requests.Response:
    base = machine.environment["SYNDICATOR_PUBLIC_BASE_URL"]
    return requests.get(f"{base}/feeds/all.json", headers={"A-IM": "feed", "If-None-Match": tag}, timeout=10)
