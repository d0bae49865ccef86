"""The arrows between the packages point one way, and the contracts that say so do bite."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("config", "feeds", "syndicator", "workers")

BREACHES = [
    ("feeds/model.py", "import syndicator.errors", "Leaf: feeds and config know nobody"),
    ("syndicator/errors.py", "import workers", "Packages: workers over the core over feeds"),
    ("syndicator/errors.py", "import syndicator.model", "Core: edges, bootstrap, use cases, parts, model"),
    ("syndicator/model/text.py", "import config.settings", "Settings: only the edges and bootstrap"),
    ("syndicator/services/submit.py", "import celery", "Celery: only in workers"),
    ("syndicator/services/submit.py", "import sqlalchemy", "SQL: only in the store"),
    ("syndicator/article/html.py", "import lxml.etree", "Feed and markup libraries"),
    ("syndicator/services/submit.py", "import requests", "Outgoing HTTP"),
    ("feeds/model.py", "import logging", "Pure parts"),
]


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--no-logo"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("copy")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def test_every_contract_is_kept() -> None:
    checked = lint_imports(ROOT)
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize(("path", "line", "contract"), BREACHES)
def test_a_breach_is_seen(copy: Path, path: str, line: str, contract: str) -> None:
    module = copy / path
    text = module.read_text()
    try:
        module.write_text(f"{text}\n{line}\n")
        checked = lint_imports(copy)
    finally:
        module.write_text(text)
    assert checked.returncode == 1
    broken = checked.stdout.partition("Broken contracts")[2]
    assert contract in broken, checked.stdout + checked.stderr
