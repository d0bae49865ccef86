"""Which wording and template of a network's folder is the newest."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from config.disclaimers import SHIPPED, read_network
from syndicator.model.network import Network


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copied = tmp_path / "own"
    shutil.copytree(SHIPPED / "default", copied)
    return copied


def add_version(folder: Path, kind: str, version: int) -> None:
    text = (folder / kind / "en-1.toml").read_text(encoding="utf-8")
    (folder / kind / f"en-{version}.toml").write_text(text.replace('version = "1"', f'version = "{version}"'), "utf-8")


@pytest.mark.parametrize("kind", ["texts", "templates"])
def test_the_tenth_version_is_newer_than_the_ninth(folder: Path, kind: str) -> None:
    for version in range(2, 11):
        add_version(folder, kind, version)
    attached = Network.model_validate(read_network(folder)).attach("en", date(2027, 1, 23))
    assert (attached.texts if kind == "texts" else attached.template).version == "10"
