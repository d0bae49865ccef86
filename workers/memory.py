"""kombu's memory transport, woken by its messages: a hop takes a millisecond, an idle worker no CPU.

The transport it extends asks its queues again after ``polling_interval``, one second by default.
"""

import threading
from queue import Empty
from typing import Any

from kombu.transport import TRANSPORT_ALIASES, memory

SCHEME = "wakeful"
"""What to write before :// for this transport."""

# A message lies there but every thread of the worker is busy: look again when one may be free.
_BUSY_S = 0.01
_IDLE_S = 1.0


class Channel(memory.Channel):
    """Tells the transport of each message."""

    def _put(self, queue: str, message: Any, **kwargs: Any) -> None:  # noqa: ANN401 (kombu's own signature)
        super()._put(queue, message, **kwargs)
        Transport.arrived.set()

    @classmethod
    def holds_any(cls) -> bool:
        return any(not queue.empty() for queue in list(cls.queues.values()))


class Transport(memory.Transport):
    """Sleeps until a message arrives instead of asking every second."""

    Channel = Channel
    arrived = threading.Event()

    def drain_events(  # type: ignore[override]  # kombu passes the timeout by name, its stubs do not say so
        self,
        connection: object,  # noqa: ARG002 (kombu's own signature)
        timeout: float | None = None,
    ) -> None:
        """Hands on one message; TimeoutError when none comes in time (kombu's promise)."""
        self.arrived.clear()
        try:
            self.cycle.get(self._deliver, timeout=0)  # type: ignore[union-attr]  # set as the transport is made
        except Empty:
            if not self.arrived.wait(_BUSY_S if Channel.holds_any() else timeout or _IDLE_S):
                raise TimeoutError from None


TRANSPORT_ALIASES[SCHEME] = f"{__name__}:Transport"
