"""What a worker does by itself while its broker is away: the tasks that it could wake nobody for."""

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from syndicator.bootstrap import Syndicator
from syndicator.dispatch import Task
from syndicator.log import logger

_log = logger("stand-in")


class StandIn:
    """A dispatcher whose tasks run in this process, by the same use cases as Celery's.

    Each kind has a thread of its own, which starts with its first task. So pushes that wait for places keep no release
    from its feeds, and nobody who wakes it waits. A wake that comes while an earlier one has not begun joins it.
    """

    def __init__(self, service: Syndicator, name: str) -> None:
        by = f"{name} stand-in"
        self._work: Mapping[Task, Callable[[Sequence[int]], object]] = {
            Task.FAN_OUT: lambda _: service.fan_out(by),
            Task.REGENERATE: lambda numbers: service.regenerate(numbers, by),
            Task.DELIVER: lambda _: service.deliver(by),
        }
        self._threads = {task: ThreadPoolExecutor(1, thread_name_prefix=f"stand-in {task}") for task in Task}
        self._waiting: dict[Task, dict[int, None]] = {}
        self._lock = threading.Lock()
        self._closed = False

    def wake(self, task: Task, numbers: Sequence[int] = ()) -> None:
        """Has the task run, soon. Does not raise."""
        with self._lock:
            if self._closed:
                return
            if task in self._waiting:
                self._waiting[task].update(dict.fromkeys(numbers))
                return
            self._waiting[task] = dict.fromkeys(numbers)
            self._threads[task].submit(self._run, task)

    def close(self) -> None:
        """Waits for what is under way; what waits is left to others."""
        with self._lock:
            self._closed = True
        for thread in self._threads.values():
            thread.shutdown(cancel_futures=True)

    def _run(self, task: Task) -> None:
        with self._lock:
            numbers = tuple(self._waiting.pop(task))
        try:
            self._work[task](numbers)
        except Exception as error:  # noqa: BLE001 (the task's boundary, as Celery's; the sweep asks again)
            _log.error("task failed", task=task, error=str(error))
