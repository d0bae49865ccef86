"""The tasks: each hands over to one use case of the core. ``bind`` gives them the service they work for."""

from collections.abc import Sequence

from celery import Celery, Task as CeleryTask

from syndicator.bootstrap import Syndicator
from syndicator.dispatch import Task


def register(app: Celery) -> None:
    """Makes the service's tasks known to the application under the names of ``syndicator.dispatch``."""

    @app.task(name=Task.FAN_OUT, bind=True, shared=False)
    def fan_out(self: CeleryTask) -> None:
        _service(self).fan_out(_by(self))

    @app.task(name=Task.REGENERATE, bind=True, shared=False)
    def regenerate(self: CeleryTask, numbers: Sequence[int]) -> None:
        _service(self).regenerate(numbers, _by(self))

    @app.task(name=Task.DELIVER, bind=True, shared=False)
    def deliver(self: CeleryTask) -> None:
        _service(self).deliver(_by(self))


def bind(app: Celery, service: Syndicator, worker: str) -> None:
    """The service that this process's tasks work for, and the name that they sign with."""
    app.syndicator, app.syndicator_worker = service, worker


def _service(task: CeleryTask) -> Syndicator:
    service: Syndicator = task.app.syndicator
    return service


def _by(task: CeleryTask) -> str:
    """Who does it: the worker's name and the task's id, as rows and the demo show it."""
    return f"{task.app.syndicator_worker} {task.request.id}"
