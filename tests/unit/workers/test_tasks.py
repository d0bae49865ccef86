"""What becomes of a task that cannot do its work."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from structlog.testing import capture_logs

from config.settings import Settings
from syndicator.bootstrap import Syndicator
from syndicator.dispatch import Task
from workers.app import make_app
from workers.embedded import BROKER_URL
from workers.tasks import bind


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Celery[Any]]:
    """Its service has a database without tables."""
    service = Syndicator(Settings(data_dir=tmp_path))
    app = make_app(BROKER_URL, threads=1)
    bind(app, service, "somebody")
    yield app
    service.close()


@pytest.mark.parametrize(("task", "arguments"), [(Task.FAN_OUT, []), (Task.REGENERATE, [[1]]), (Task.DELIVER, [])])
def test_a_database_that_cannot_be_used_is_one_line_of_the_log(app: Celery[Any], task: Task, arguments: Any) -> None:
    with capture_logs() as lines:
        done = app.tasks[task].apply(arguments)
    assert done.successful(), "else Celery writes a traceback of sixty lines for each, every second"
    assert [(line["event"], line["task"]) for line in lines] == [("task failed", task)]
    assert "no such table" in lines[0]["error"]


def test_anything_else_is_told_with_its_place(app: Celery[Any]) -> None:
    app.conf.syndicator = None
    done = app.tasks[Task.FAN_OUT].apply()
    assert done.failed()
    assert "Traceback" in str(done.traceback)
