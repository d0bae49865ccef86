"""What a process knows of its broker, and what a worker does without one."""

import logging
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
import structlog

from config.settings import Settings
from syndicator import metrics
from syndicator.bootstrap import Syndicator
from syndicator.dispatch import Task
from syndicator.model.release import Record
from syndicator.services.regenerate import dirty_channels
from tests.servers.migrated import migrated_file
from tests.servers.places import free_port
from tests.unit.web.served import record
from workers import broker as module
from workers.app import make_app
from workers.broker import Broker, Hush
from workers.dispatch import CeleryDispatcher
from workers.stand_in import StandIn


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PAUSE_S", 0.01)
    monkeypatch.setattr(module, "_LONGEST_PAUSE_S", 0.02)


def line(name: str, *args: object, raised: BaseException | None = None) -> logging.LogRecord:
    shown = (type(raised), raised, None) if raised else None
    return logging.LogRecord(name, logging.ERROR, __file__, 1, "%r", args, shown)


def test_an_outage_is_asked_about_until_it_ends_and_told_twice() -> None:
    answers, asked = iter([False, False, True]), threading.Event()

    def ask() -> None:
        if not next(answers):
            raise redis.ConnectionError
        asked.set()

    with structlog.testing.capture_logs() as told:
        broker = Broker(ask)
        for _ in range(5):
            broker.failed(redis.ConnectionError("gone"))
        assert broker.is_away()
        assert asked.wait(10)
        while broker.is_away():
            asked.wait(0.001)
        while len(told) < 2:
            asked.wait(0.001)
    assert [each["event"] for each in told] == ["broker away", "broker back"]


def test_only_lines_of_libraries_about_the_brokers_errors_are_kept_back() -> None:
    broker = Broker(lambda: None)
    broker.close()
    hush = Hush(broker, (redis.RedisError, OSError))
    full = redis.ResponseError("command not allowed when used memory > 'maxmemory'.")
    assert not hush.filter(line("kombu.asynchronous.timer", full, raised=full))
    assert not hush.filter(line("celery.worker.consumer.consumer", "redis://x", full, "Trying again"))
    assert hush.filter(line("celery.app.trace", raised=OSError("disk full")))
    assert hush.filter(line("kombu.connection", raised=ValueError("x")))
    assert hush.filter(line("celery.worker.consumer.consumer", "no error at all"))
    assert not broker.is_away(), "who has ended begins no outage"


def test_a_line_that_is_kept_back_tells_of_the_outage() -> None:
    def ask() -> None:
        raise redis.ConnectionError

    broker = Broker(ask)
    hush = Hush(broker, (redis.RedisError,))
    assert not hush.filter(line("kombu.connection", raised=redis.ConnectionError("gone")))
    assert broker.is_away()
    broker.close()


def test_a_broker_that_stays_away_is_asked_ever_less_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LONGEST_PAUSE_S", 0.04)
    asked, pauses = threading.Event(), list[float]()

    def ask() -> None:
        pauses.append(broker._pause_s)
        if len(pauses) == 4:
            asked.set()
        raise redis.ConnectionError

    broker = Broker(ask)
    broker.failed(redis.ConnectionError("gone"))
    assert asked.wait(10)
    broker.close()
    assert pauses[:4] == [0.02, 0.04, 0.04, 0.04]


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Syndicator]:
    migrated_file(tmp_path / "syndicator.db")
    one = Syndicator(Settings(data_dir=tmp_path))
    one.migrate()
    yield one
    one.close()


def is_rendered(service: Syndicator) -> bool:
    with service.database.read() as connection:
        stored = connection.exec_driver_sql("SELECT count(*) FROM renditions").scalar_one()
    return stored > 0 and not dirty_channels(service.setup)


def test_a_wake_that_no_broker_takes_is_counted_and_done_by_the_stand_in(service: Syndicator) -> None:
    app = make_app(f"redis://127.0.0.1:{free_port()}/0", threads=2)
    stand_in = StandIn(service, "worker")
    service.dispatcher = dispatcher = CeleryDispatcher(app, stand_in)
    before = metrics.wakes_failed._value.get()
    with structlog.testing.capture_logs() as logs:
        service.submit(Record.model_validate(record()), owner="operator", key="key")
        pause, ends = threading.Event(), time.monotonic() + 20
        while not is_rendered(service) and time.monotonic() < ends:
            pause.wait(0.01)
    assert [each["event"] for each in logs].count("broker away") == 1, "the wakes after the first one do not try it"
    stand_in.close()
    dispatcher.close()
    app.close()
    assert is_rendered(service)
    assert metrics.wakes_failed._value.get() - before >= 2
    stand_in.wake(Task.FAN_OUT)  # after the end: left to others
