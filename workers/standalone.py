"""A worker process of the scaled-out size: Celery on the broker, a ticker, and one courier."""

import os
import socket

from celery import Celery
from celery.signals import worker_shutting_down

from syndicator.bootstrap import Syndicator
from workers.app import QUEUE, make_app
from workers.dispatch import CeleryDispatcher
from workers.tasks import bind
from workers.ticker import Ticker


def connect(service: Syndicator) -> Celery:
    """An application on the broker of the settings; the service's wakes go there."""
    app = make_app(service.settings.broker_url, service.settings.worker_threads)
    service.dispatcher = CeleryDispatcher(app)
    return app


def work(service: Syndicator) -> int:
    """Takes tasks until SIGTERM or SIGINT, ends what is under way, and gives the exit code."""
    app = connect(service)
    name = f"worker-{os.getpid()}@{socket.gethostname()}"
    bind(app, service, name)
    service.get_ready()
    ticker = Ticker(service)
    if service.settings.sweep:
        ticker.start()
    worker = app.Worker(
        hostname=name,
        pool="threads",
        concurrency=service.settings.worker_threads,
        queues=[QUEUE],
        without_mingle=True,
        without_gossip=True,
        without_heartbeat=True,
        quiet=True,
    )

    def wind_down(**_: object) -> None:
        service.wind_down()  # Celery waits for tasks to end, and a backlog may be long

    worker_shutting_down.connect(wind_down)
    try:
        worker.start()
    finally:
        ticker.stop()
        service.close()
    return int(worker.exitcode or 0)
