"""Whether this process reaches its broker: learnt from what fails, and asked again in the background until it does.

An outage is two lines of the log, its beginning and its end, however much fails in between.
"""

import logging
import threading
import time
from collections.abc import Callable
from typing import Final

from syndicator.log import logger

_PAUSE_S: Final = 2.0
_LONGEST_PAUSE_S: Final = 15.0
# Whose lines of a broker's errors tell nothing new: reconnecting, and what Celery does by the clock at the broker.
_LIBRARIES: Final = ("celery.worker.consumer", "celery.worker.loops", "kombu")

_log = logger("broker")

Errors = tuple[type[BaseException], ...]


class Broker:
    """Knows an outage from the first failure on. ``ask`` raises while the broker does not answer.

    Threads may share it. Nobody who calls it waits for the broker: a thread of its own asks, after two seconds,
    then twice as long each time, up to fifteen.
    """

    def __init__(self, ask: Callable[[], None]) -> None:
        self._ask = ask
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._pause_s = _PAUSE_S
        self._back_at = -_LONGEST_PAUSE_S
        self._away = threading.Event()

    def is_away(self) -> bool:
        return self._away.is_set()

    def failed(self, error: BaseException) -> None:
        """Something at the broker failed."""
        with self._lock:
            if self._away.is_set() or self._closing.is_set():
                return
            self._away.set()
        if (
            time.monotonic() - self._back_at > _LONGEST_PAUSE_S
        ):  # a broker that comes and goes is asked less and less often
            self._pause_s = _PAUSE_S
        _log.warning("broker away", error=str(error))
        threading.Thread(target=self._await, name="broker", daemon=True).start()

    def close(self) -> None:
        """Asks no more."""
        self._closing.set()

    def _await(self) -> None:
        began = time.monotonic()
        while not self._closing.wait(self._pause_s):
            self._pause_s = min(2 * self._pause_s, _LONGEST_PAUSE_S)
            if self._answers():
                self._back_at = time.monotonic()
                self._away.clear()
                _log.warning("broker back", after_s=round(self._back_at - began, 1))
                return

    def _answers(self) -> bool:
        try:
            self._ask()
        except Exception:  # noqa: BLE001 (the thread's boundary: without it nobody would ever ask again)
            return False
        return True


class Hush(logging.Filter):
    """Takes a broker's errors in the lines of Celery and kombu for what they tell, and drops the lines.

    There is one with a traceback for each second of some outages.
    """

    def __init__(self, broker: Broker, errors: Errors) -> None:
        super().__init__()
        self._broker, self._errors = broker, errors

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the line is to be shown."""
        error = self._error(record) if record.name.startswith(_LIBRARIES) else None
        if error is None:
            return True
        self._broker.failed(error)
        return False

    def _error(self, record: logging.LogRecord) -> BaseException | None:
        told = record.args if isinstance(record.args, tuple) else ()
        raised = record.exc_info[1] if record.exc_info else None
        return next((each for each in (raised, *told) if isinstance(each, self._errors)), None)
