"""Wake = send_task. A broker that does not answer is counted, never an error to the submitter."""

from collections.abc import Sequence
from typing import Final

from celery import Celery
from kombu import Producer
from kombu.exceptions import OperationalError
from kombu.pools import ProducerPool

from syndicator import metrics
from syndicator.dispatch import Dispatcher, NullDispatcher, Task
from workers.broker import Broker, Hush

_AT_ONCE: Final = 10
# A wake that the broker does not take at once is given up: the publisher's submission waits for this call.
_OPTIONS: Final = {"max_retries": 0, "socket_timeout": 2}


class CeleryDispatcher:
    """Sends wakes to the application's queue; what the broker does not take goes to ``instead``.

    While the broker is away it is not tried: the first wake of an outage takes two seconds or four, the others none.
    """

    def __init__(self, app: Celery, instead: Dispatcher | None = None) -> None:
        self._app = app
        self._instead = instead or NullDispatcher()
        self._connection = app.connection_for_write(transport_options=_OPTIONS)
        self._connections = self._connection.Pool(limit=_AT_ONCE)
        self._producers = ProducerPool(self._connections, limit=_AT_ONCE)
        self._broker = Broker(self._ask)

    def wake(self, task: Task, numbers: Sequence[int] = ()) -> None:
        """Asks some worker to run the task. Never raises: the sweep makes up for a lost wake."""
        if not self._is_sent(task, numbers):
            metrics.wakes_failed.inc()
            self._instead.wake(task, numbers)

    def close(self) -> None:
        """Lets go of the broker."""
        self._broker.close()
        self._connections.force_close_all()

    def hush(self) -> Hush:
        """What keeps an outage from flooding the log."""
        connection = self._connection
        return Hush(self._broker, (OperationalError, *connection.connection_errors, *connection.channel_errors))

    def _is_sent(self, task: Task, numbers: Sequence[int]) -> bool:
        if self._broker.is_away():
            return False
        try:
            with self._producers.acquire(block=True) as producer:
                if self._broker.is_away():  # another thread found out while this one waited for a producer
                    return False
                self._send(producer, task, numbers)
        except (OperationalError, OSError) as error:
            self._broker.failed(error)
            return False
        return True

    def _ask(self) -> None:
        """Sends a wake for the fan-out: it proves that the broker takes some, and there may be events by now."""
        with self._producers.acquire(block=True) as producer:
            self._send(producer, Task.FAN_OUT, ())

    def _send(self, producer: Producer, task: Task, numbers: Sequence[int]) -> None:
        args = [list(numbers)] if task is Task.REGENERATE else []
        self._app.send_task(task, args=args, ignore_result=True, producer=producer)
