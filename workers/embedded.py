"""The same Celery application inside this process: a real worker in a thread, on the memory transport."""

import socket
import threading
from typing import Final

from celery import Celery
from celery.worker import WorkController

from syndicator.bootstrap import Syndicator
from syndicator.errors import SyndicatorError
from workers import memory
from workers.app import QUEUE, make_app
from workers.dispatch import CeleryDispatcher
from workers.tasks import bind
from workers.ticker import Ticker

BROKER_URL: Final = f"{memory.SCHEME}://localhost/"
_START_S: Final = 10.0


class EmbeddedWorker:
    """A Celery worker and its ticker beside whatever else this process does."""

    def __init__(self, service: Syndicator, app: Celery, name: str) -> None:
        self._service = service
        self._ready = threading.Event()
        self._controller = WorkController(
            app=app,
            hostname=name,
            pool_cls="threads",
            concurrency=service.settings.worker_threads,
            queues=[QUEUE],
            without_mingle=True,
            without_gossip=True,
            without_heartbeat=True,
            ready_callback=lambda _consumer: self._ready.set(),
        )
        self._thread = threading.Thread(target=self._controller.start, name="celery", daemon=True)
        self._ticker = Ticker(service)

    def start(self) -> None:
        """Returns once the worker takes tasks."""
        self._service.get_ready()
        self._thread.start()
        if not self._ready.wait(_START_S):
            message = "the embedded Celery worker did not start; see the log for why"
            raise SyndicatorError(message)
        if self._service.settings.sweep:
            self._ticker.start()

    def stop(self) -> None:
        """Ends the ticker and the tasks under way; the service itself is the caller's to close."""
        self._ticker.stop()
        self._service.wind_down()  # the controller waits for tasks to end, and a backlog may be long
        self._controller.stop()
        self._thread.join(timeout=10)


def embed(service: Syndicator) -> EmbeddedWorker:
    """A worker for this service in this process, not started yet; the service's wakes go to it."""
    app = make_app(BROKER_URL, service.settings.worker_threads)
    name = f"embedded@{socket.gethostname()}"
    bind(app, service, name)
    service.dispatcher = CeleryDispatcher(app)
    return EmbeddedWorker(service, app, name)
