"""The demo does the whole job, by Celery: without the task that fans out, or the one that renders, it fails."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from syndicator.dispatch import Task
from tests.e2e.conftest import EXAMPLE, ROOT, environment

TEXT_SHA256 = "b3f8f1e4cb5906012cbff2c802e6c3896b92f40a2222ece5ee35c98b288fc1d3"
WITHOUT_A_TASK = """
import workers.app
from workers.tasks import register

def crippled(app):
    register(app)
    app.tasks.unregister({task!r})

workers.app.register = crippled
from syndicator.cli.main import main
main(["demo", {example!r}, "--deadline", "2"])
"""
WITHOUT_CHECKERS = """
import sys
from importlib.machinery import PathFinder

class Bare:
    @staticmethod
    def find_spec(name, path=None, target=None):
        return None if name in {"feedparser", "standardwebhooks"} else PathFinder.find_spec(name, path, target)

sys.meta_path[sys.meta_path.index(PathFinder)] = Bare
from syndicator.cli.main import main
main(["demo"])
"""


def run(folder: Path, *arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        env=environment(folder),
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_the_demo_submits_renders_pushes_and_reads_back(tmp_path: Path) -> None:
    done = run(tmp_path, "-m", "syndicator", "demo", str(EXAMPLE), "--json")
    assert done.returncode == 0, done.stderr
    facts = json.loads(done.stdout)
    assert facts["push"]["text_sha256"] == TEXT_SHA256
    assert facts["push"]["sent_by"].startswith("embedded@")
    assert facts["push"]["disclaimer"].startswith("Für die oben stehende Pressemitteilung")
    assert {feed["id"] for feed in facts["feeds"]} == {facts["release"]["guid"]}
    assert len(facts["feeds"]) == 3
    assert not Path(facts["data_dir"]).exists(), "it cleans up"


def test_the_demo_tells_people_in_a_dozen_lines(tmp_path: Path) -> None:
    done = run(tmp_path, "-m", "syndicator", "demo", str(EXAMPLE))
    lines = done.stdout.splitlines()
    assert done.returncode == 0, done.stderr
    assert 10 <= len(lines) <= 16
    assert any("signature good" in line for line in lines)


@pytest.mark.parametrize("task", [Task.FAN_OUT, Task.REGENERATE])  # so few pushes do not need the third
def test_without_one_celery_task_the_demo_fails(tmp_path: Path, task: Task) -> None:
    done = run(tmp_path, "-c", WITHOUT_A_TASK.format(task=str(task), example=str(EXAMPLE)))
    assert done.returncode == 1, done.stdout
    assert "The demo failed" in done.stderr


def test_the_demo_needs_no_checkout(tmp_path: Path) -> None:
    done = run(tmp_path, "-m", "syndicator", "demo", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["push"]["text_sha256"] == TEXT_SHA256


def test_a_file_that_is_refused_is_told_as_submit_tells_it(tmp_path: Path) -> None:
    (tmp_path / "wrong.json").write_text('{"headline": ""}')
    done = run(tmp_path, "-m", "syndicator", "demo", str(tmp_path / "wrong.json"))
    assert done.returncode == 3
    assert "The input was refused" in done.stderr
    assert "publisher" in done.stderr
    assert "Internal error" not in done.stderr


def test_an_installation_without_the_demos_packages_says_which_to_add(tmp_path: Path) -> None:
    done = run(tmp_path, "-c", WITHOUT_CHECKERS)
    assert done.returncode == 9
    assert "pip install feedparser standardwebhooks" in done.stderr
