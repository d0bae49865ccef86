"""Waking the workers: a hint that there is something to do. Losing one costs time, never a release."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol


class Task(StrEnum):
    """The workers' tasks by the names that the broker carries."""

    FAN_OUT = "syndicator.fan_out"
    REGENERATE = "syndicator.regenerate"
    DELIVER = "syndicator.deliver"


class Dispatcher(Protocol):
    def wake(self, task: Task, numbers: Sequence[int] = ()) -> None:
        """Asks some worker to run the task, with numbers of rows and never content. Does not raise."""


class NullDispatcher:
    """Wakes nobody: for one-shot commands that drain by themselves."""

    def wake(self, task: Task, numbers: Sequence[int] = ()) -> None:
        """Does nothing: the user of this class calls the use cases itself."""
