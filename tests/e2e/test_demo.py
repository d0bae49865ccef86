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


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        env=environment(folder),
        cwd=ROOT,
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
    assert "Internal error" in done.stderr
