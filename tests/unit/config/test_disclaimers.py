"""Which wording and template of a network's folder is the newest."""

import shutil
from datetime import date
from pathlib import Path

import pytest
from pydantic import ValidationError

from config.disclaimers import SHIPPED, network_folders, read_network
from syndicator.model.network import Network


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copied = tmp_path / "own"
    shutil.copytree(SHIPPED / "default", copied)
    return copied


def add_version(folder: Path, kind: str, version: int) -> None:
    text = (folder / kind / "en-1.toml").read_text(encoding="utf-8")
    (folder / kind / f"en-{version}.toml").write_text(text.replace('version = "1"', f'version = "{version}"'), "utf-8")


@pytest.mark.parametrize("language", ["en", "en-GB", "fr"])
@pytest.mark.parametrize("kind", ["texts", "templates"])
def test_the_tenth_version_is_newer_than_the_ninth(folder: Path, kind: str, language: str) -> None:
    """For who speaks its language, a kind of it, and one that the network has no words in."""
    for version in range(2, 11):
        add_version(folder, kind, version)
    attached = Network.model_validate(read_network(folder)).attach(language, date(2027, 1, 23))
    assert (attached.texts if kind == "texts" else attached.template).version == "10"


@pytest.mark.parametrize(
    ("day", "version"),
    [("2027-01-22", "1"), ("2027-01-23", "2"), ("2025-12-31", "1")],
    ids=["before", "on", "too early"],
)
def test_a_wording_is_in_force_from_its_own_day_on(folder: Path, day: str, version: str) -> None:
    """A release that is older than every wording has the oldest one."""
    add_version(folder, "texts", 2)
    newer = folder / "texts" / "en-2.toml"
    newer.write_text(newer.read_text("utf-8").replace("2026-01-01", "2027-01-23"), "utf-8")
    attached = Network.model_validate(read_network(folder)).attach("en", date.fromisoformat(day))
    assert attached.texts.version == version


def test_a_network_needs_words_in_its_default_language(folder: Path) -> None:
    for kind in ("texts", "templates"):
        fields = read_network(folder)
        fields[kind] = [each for each in fields[kind] if each["language"] != "en"]
        with pytest.raises(ValidationError, match="a wording and a template of its own"):
            Network.model_validate(fields)


def test_an_operators_network_of_a_shipped_name_comes_after_it(tmp_path: Path) -> None:
    """The later one is taken: who needs a wording of the shipped one changed gives the whole again."""
    shutil.copytree(SHIPPED / "default", tmp_path / "default")
    assert [*network_folders(tmp_path)] == [*network_folders(None), tmp_path / "default"]
