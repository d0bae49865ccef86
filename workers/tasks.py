"""The tasks: each hands over to one use case of the core. ``bind`` gives them the service they work for.

A database that cannot be used is one line of the log: it is known what went wrong, and the sweep asks again. Anything
else is a fault of ours, and Celery writes down where it happened.
"""

from collections.abc import Callable, Sequence
from typing import Any

from celery import Celery
from celery import Task as CeleryTask

from syndicator.bootstrap import Syndicator
from syndicator.dispatch import Task
from syndicator.errors import StoreError
from syndicator.log import logger

_log = logger("task")


def register(app: Celery[Any]) -> None:
    """Makes the service's tasks known to the application under the names of ``syndicator.dispatch``."""

    @app.task(name=Task.FAN_OUT, bind=True, shared=False)
    def fan_out(self: CeleryTask[Any, Any]) -> None:
        _do(self, lambda: _service(self).fan_out(_by(self)))

    @app.task(name=Task.REGENERATE, bind=True, shared=False)
    def regenerate(self: CeleryTask[Any, Any], numbers: Sequence[int]) -> None:
        _do(self, lambda: _service(self).regenerate(numbers, _by(self)))

    @app.task(name=Task.DELIVER, bind=True, shared=False)
    def deliver(self: CeleryTask[Any, Any]) -> None:
        _do(self, lambda: _service(self).deliver(_by(self)))


def bind(app: Celery[Any], service: Syndicator, worker: str) -> None:
    """The service that this process's tasks work for, and the name that they sign with."""
    app.conf.syndicator, app.conf.syndicator_worker = service, worker


def _do(task: CeleryTask[Any, Any], work: Callable[[], object]) -> None:
    try:
        work()
    except StoreError as error:
        _log.error("task failed", task=task.name, error=str(error))


def _service(task: CeleryTask[Any, Any]) -> Syndicator:
    service: Syndicator = task.app.conf.syndicator
    return service


def _by(task: CeleryTask[Any, Any]) -> str:
    """Who does it: the worker's name and the task's id, as rows and the demo show it."""
    return f"{task.app.conf.syndicator_worker} {task.request.id}"
