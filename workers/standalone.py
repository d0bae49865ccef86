"""A worker process of the scaled-out size: Celery on the broker, a ticker, and one courier."""

import logging
import os
import signal
import socket
import warnings
from typing import Any

from celery import Celery
from celery.apps.worker import install_worker_term_handler  # type: ignore[attr-defined]  # a partial, not in the stubs
from celery.exceptions import SecurityWarning
from celery.signals import worker_shutting_down

from syndicator.bootstrap import Syndicator
from workers.app import QUEUE, make_app
from workers.dispatch import CeleryDispatcher
from workers.stand_in import StandIn
from workers.tasks import bind
from workers.ticker import Ticker


def connect(service: Syndicator) -> None:
    """Has the service's wakes go to the broker of the settings."""
    service.dispatcher = CeleryDispatcher(_app(service))


def work(service: Syndicator) -> int:
    """Takes tasks until SIGTERM, SIGINT or SIGHUP, ends what is under way, and gives the exit code.

    What it cannot tell the broker it does itself, so that releases go out while there is none.
    """
    app = _app(service)
    name = f"worker-{os.getpid()}@{socket.gethostname()}"
    bind(app, service, name)
    stand_in = StandIn(service, name)
    service.dispatcher = dispatcher = CeleryDispatcher(app, stand_in)
    _hush(dispatcher)
    service.get_ready()
    ticker = Ticker(service)
    if service.settings.sweep:
        ticker.start()
    worker = _worker(app, name, service.settings.worker_threads)

    def wind_down(**_: object) -> None:
        service.wind_down()  # Celery waits for tasks to end, and a backlog may be long

    worker_shutting_down.connect(wind_down)
    _end_by_signals(worker)
    try:
        worker.start()
    finally:
        ticker.stop()
        stand_in.close()
        dispatcher.close()
        service.close()
    return int(worker.exitcode or 0)


def _worker(app: Celery, name: str, threads: int) -> Any:  # noqa: ANN401 (Celery has no types)
    with warnings.catch_warnings():
        # It tells root to use an option of Celery's own command. Messages are JSON, which nobody's code comes in.
        warnings.simplefilter("ignore", SecurityWarning)
        return app.Worker(
            hostname=name,
            pool="threads",
            concurrency=threads,
            queues=[QUEUE],
            without_mingle=True,
            without_gossip=True,
            without_heartbeat=True,
            quiet=True,
        )


def _end_by_signals(worker: Any) -> None:  # noqa: ANN401 (Celery has no types)
    """Treats SIGINT and SIGHUP as SIGTERM, without a line that is none of the log.

    Celery itself would answer SIGINT on stdout, and restart the command at SIGHUP or, at a terminal, die at once.
    """
    install = worker.install_platform_tweaks

    def and_ours(instance: object) -> None:
        hangup = signal.getsignal(signal.SIGHUP)
        install(instance)
        for name in ("SIGTERM", "SIGINT", "SIGHUP"):
            install_worker_term_handler(instance, sig=name, verbose=False)
        if hangup == signal.SIG_IGN:  # under nohup it has to stay so
            signal.signal(signal.SIGHUP, hangup)

    worker.install_platform_tweaks = and_ours


def _app(service: Syndicator) -> Celery:
    return make_app(service.settings.broker_url, service.settings.worker_threads)


def _hush(dispatcher: CeleryDispatcher) -> None:
    hush = dispatcher.hush()
    for handler in logging.getLogger().handlers:
        handler.addFilter(hush)
