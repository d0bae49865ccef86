"""Wake = send_task. A broker that does not answer is counted, never an error to the submitter."""

from collections.abc import Sequence

from celery import Celery
from kombu.exceptions import OperationalError

from syndicator import metrics
from syndicator.dispatch import Task
from syndicator.log import logger

_log = logger("dispatch")


class CeleryDispatcher:
    """Sends wakes to the application's queue."""

    def __init__(self, app: Celery) -> None:
        self._app = app

    def wake(self, task: Task, numbers: Sequence[int] = ()) -> None:
        """Asks some worker to run the task. Never raises: the sweep makes up for a lost wake."""
        args = [list(numbers)] if task is Task.REGENERATE else []
        try:
            self._app.send_task(task, args=args, ignore_result=True)
        except (OperationalError, OSError) as error:
            metrics.wakes_failed.inc()
            _log.warning("wake failed", task=task, error=type(error).__name__)
