"""The one module of the core that knows the workers: it wires and starts whole processes.

``run`` is everything in one process, but for the one that sends, which it starts; ``web`` and ``worker`` are the two
kinds of the scaled-out size.
uvicorn would raise SIGTERM again behind its own shutdown, so this module handles the signals: a task
that is under way ends, what it sent is recorded, and then the process exits.
"""

import gc
import resource
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from config.settings import Settings
from syndicator import log
from syndicator.bootstrap import Syndicator
from syndicator.cli.databases import check_is_migrated, check_is_there, schema_problem
from syndicator.errors import ConfigError

if TYPE_CHECKING:
    from syndicator.web.serve import Server

_OBJECTS_BETWEEN_LOOKS = 10_000
_SHARED = "set SYNDICATOR_DATABASE_URL=postgresql+psycopg://…, the same in every process, and run syndicator migrate"


@dataclass(frozen=True, slots=True)
class Running:
    """A service that listens."""

    service: Syndicator
    server: "Server"


@contextmanager
def embedded(settings: Settings) -> Iterator[Running]:
    """The whole service in this process, on its own SQLite file or the database of the settings."""
    from syndicator.web.serve import listening
    from workers.embedded import embed

    # The port before the database: where an older version still has both, it must stay as that one knows it.
    with closing(Syndicator(settings)) as service, listening(settings.host, settings.port) as taken:
        service.migrate()
        worker = embed(service)
        _leave_to_stay()
        worker.start()
        try:
            with _serving(service, taken) as server:
                yield Running(service, server)
        finally:
            worker.stop()


@contextmanager
def _serving(service: Syndicator, taken: socket.socket | None = None) -> Iterator["Server"]:
    # Late: what a web server needs is 10 MB that no worker has to hold.
    from syndicator.web.app import make_app
    from syndicator.web.serve import Server

    server = Server(make_app(service), service.settings.host, service.settings.port, taken)
    server.start()
    _compile_no_more()
    try:
        yield server
    finally:
        server.stop()


def run(settings: Settings) -> None:
    """Serves and works until SIGTERM, SIGINT or SIGHUP."""
    if not settings.embedded:
        message = "broker_url names a broker: start `syndicator web` and `syndicator worker`, or leave it out"
        raise ConfigError(message)
    log.configure(settings.log_level)
    _open_many_files()
    with _stopped_by_signal() as stopped, embedded(settings) as running:
        log.logger("run").info("listening", url=running.server.url, data_dir=str(settings.data_dir))
        stopped.wait()


def web(settings: Settings) -> None:
    """Serves until SIGTERM, SIGINT or SIGHUP; workers elsewhere do the rest."""
    from workers.standalone import connect

    _check_is_shared(settings)
    log.configure(settings.log_level)
    _open_many_files()
    with _stopped_by_signal() as stopped:
        service = Syndicator(settings)
        connect(service)
        if problem := schema_problem(service.database):  # no reason to end: readers may be served all the same
            log.logger("web").error("not ready for publishers", lacking=problem)
        _leave_to_stay()
        try:
            with _serving(service) as server:
                log.logger("web").info("listening", url=server.url)
                stopped.wait()
        finally:
            service.close()


def worker(settings: Settings) -> int:
    """Works until SIGTERM, SIGINT or SIGHUP; gives the exit code."""
    from workers.standalone import work

    _check_is_shared(settings)
    log.configure(settings.log_level)
    _open_many_files()
    service = Syndicator(settings)
    check_is_migrated(service.database)
    _leave_to_stay()
    _compile_no_more()
    with _telling(service):
        return work(service)


@contextmanager
def _telling(service: Syndicator) -> Iterator[None]:
    """Answers for this worker's health and metrics, where a port is set: the counts of a process are its own."""
    if service.settings.worker_port is None:
        yield
        return
    from syndicator.web.app import make_signs
    from syndicator.web.serve import Server

    with Server(make_signs(service), service.settings.host, service.settings.worker_port) as server:
        log.logger("worker").info("listening", url=server.url)
        yield


def _open_many_files() -> None:
    """Takes as many descriptors as the system allows: each reader, and each newsroom that is sent to, is one."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _leave_to_stay() -> None:
    """Spares the garbage collector, and who waits for it, all that was loaded to stay until the process ends.

    Thousands of deliveries are under way at once, of two dozen objects each: to look through the youngest as often
    as Python does by default cost a worker a twentieth of its time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_OBJECTS_BETWEEN_LOOKS)


def _compile_no_more() -> None:
    """What is imported from now on is not kept compiled.

    On a full disk Python leaves such a file cut off, and no process can import that module any more (CPython issue
    126606).
    """
    sys.dont_write_bytecode = True


def _check_is_shared(settings: Settings) -> None:
    """ConfigError or StoreError unless the settings name what other processes work with: a broker and a database."""
    if settings.embedded:
        message = "broker_url is memory://, which reaches no other process: set SYNDICATOR_BROKER_URL=redis://…"
        raise ConfigError(message)
    check_is_there(settings, _SHARED)


@contextmanager
def _stopped_by_signal() -> Iterator[threading.Event]:
    stopped = threading.Event()
    numbers = [signal.SIGTERM, signal.SIGINT]
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # nohup
        numbers.append(signal.SIGHUP)
    old = {number: signal.signal(number, lambda *_: stopped.set()) for number in numbers}
    try:
        yield stopped
    finally:
        for number, handler in old.items():
            signal.signal(number, handler)
