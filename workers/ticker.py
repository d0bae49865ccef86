"""The sweep's clock: every worker sweeps when something is due, and at least once an interval."""

import threading
import time
from typing import Final

from syndicator.bootstrap import Syndicator
from syndicator.clock import SECOND_US
from syndicator.log import logger
from syndicator.services.attach import remove_unused
from syndicator.services.sweep import forget_old_attempts

_SHORTEST_S: Final = 0.005
_FORGET_EVERY_S: Final = 60.0
_GOES_ON_S: Final = 0.1

_log = logger("ticker")


class Ticker:
    """A thread that sweeps until it is stopped. An error is logged, and the next sweep comes all the same."""

    def __init__(self, service: Syndicator) -> None:
        self._service = service
        self._stopped = threading.Event()
        self._forget_at = time.monotonic() + _FORGET_EVERY_S
        self._thread = threading.Thread(target=self._run, name="ticker", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join(timeout=10)

    def _run(self) -> None:
        wait_s = 0.0
        while not self._stopped.wait(wait_s):
            try:
                wait_s = self._sweep()
            except Exception as error:  # noqa: BLE001 (the ticker's boundary: it must outlive a broken database)
                _log.error("sweep failed", error=str(error))
                wait_s = self._service.settings.sweep_interval_s

    def _sweep(self) -> float:
        """Seconds until the next sweep."""
        swept = self._service.sweep()
        if time.monotonic() >= self._forget_at:
            self._forget()
        longest = self._service.settings.sweep_interval_s
        if swept.has_more:
            longest = min(longest, _GOES_ON_S)
        if swept.next_due_us is None or swept.next_due_us <= swept.now_us:
            return longest
        return max(_SHORTEST_S, min(longest, (swept.next_due_us - swept.now_us) / SECOND_US))

    def _forget(self) -> None:
        """Deletes old attempts, a batch at a time, and unused files. Attempts go even if the folder cannot be read."""
        if not forget_old_attempts(self._service.setup):  # else the next sweep goes on
            self._forget_at = time.monotonic() + _FORGET_EVERY_S
        try:
            remove_unused(self._service.setup)
        except OSError as error:
            _log.error("unused media files not removed", error=str(error))
