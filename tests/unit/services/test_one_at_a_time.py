"""Wakes that come while a channel is rendered or an event fanned out cost no second rendering, and are not lost."""

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from config.settings import Settings
from feeds.model import Entry
from syndicator.article.entry import entry
from syndicator.bootstrap import Syndicator
from syndicator.dispatch import Task
from syndicator.model.channel import NewChannel
from syndicator.model.filter import Filter
from syndicator.model.release import Record, Release
from syndicator.services import fanout
from syndicator.services import regenerate as rendering
from syndicator.services.fanout import FannedOut
from syndicator.services.regenerate import dirty_channels
from syndicator.store import channels, events, filters
from syndicator.store.database import Connection
from tests.servers.migrated import migrated_file
from tests.unit.web.served import Clock, record


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def service(tmp_path: Path, clock: Clock) -> Iterator[Syndicator]:
    migrated_file(tmp_path / "syndicator.db")
    one = Syndicator(Settings(data_dir=tmp_path), clock=clock)
    one.migrate()
    yield one
    one.close()


def submit(service: Syndicator, key: str) -> None:
    service.submit(Record.model_validate(record(headline=f"Release {key}")), owner="operator", key=key)


def test_a_wake_while_channels_are_rendered_leaves_them_to_the_thread_at_work(
    service: Syndicator, clock: Clock
) -> None:
    submit(service, "first")
    numbers = service.fan_out("test").channels
    nested: list[int] = []

    def another_release() -> None:
        submit(service, "second")
        service.fan_out("test")
        nested.append(service.regenerate(numbers, "another thread"))

    clock.meanwhile = another_release
    changed = service.regenerate(numbers, "test")
    assert nested == [0]
    assert changed == len(numbers) * 3
    assert dirty_channels(service.setup) == []


def test_an_event_that_comes_during_a_fan_out_is_fanned_out_by_the_thread_at_work(
    service: Syndicator, clock: Clock
) -> None:
    submit(service, "first")
    nested: list[FannedOut] = []

    clock.meanwhile = lambda: nested.append(service.fan_out("another thread"))
    done = service.fan_out("test")
    assert nested == [FannedOut()]
    assert done.events == 1
    assert service.fan_out("test") == FannedOut()


def test_a_rendering_waits_for_what_is_about_to_be_fanned_out(
    service: Syndicator, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit(service, "first")
    numbers = service.fan_out("test").channels
    submit(service, "second")
    looked, look = threading.Event(), events.open_events

    def looking(connection: Connection, *given: int) -> Sequence[Any]:
        found = look(connection, *given)
        looked.set()
        return found

    monkeypatch.setattr(events, "open_events", looking)
    monkeypatch.setattr(rendering, "_LONGEST_WAIT_S", 30)
    renders = threading.Thread(target=service.regenerate, args=(numbers, "test"))
    renders.start()
    assert looked.wait(10)
    assert dirty_channels(service.setup) == list(numbers)
    assert service.fan_out("another thread").events == 1
    renders.join(10)
    assert dirty_channels(service.setup) == []


def test_a_stream_without_end_holds_no_rendering_back(service: Syndicator) -> None:
    submit(service, "first")
    numbers = service.fan_out("test").channels
    submit(service, "second")
    assert service.regenerate(numbers, "test") == len(numbers) * 3


def test_a_release_is_composed_once_for_all_channels_and_formats(
    service: Syndicator, monkeypatch: pytest.MonkeyPatch
) -> None:
    composed: list[str] = []

    def counting(release: Release, *rest: Any) -> Entry:
        composed.append(release.id)
        return entry(release, *rest)

    monkeypatch.setattr("syndicator.services.fragments.entry", counting)
    submit(service, "first")
    service.fan_out("test")
    assert service.regenerate(dirty_channels(service.setup), "test") > 3
    assert len(composed) == 1


class Woken:
    """A dispatcher that only remembers which channels it was to have rendered."""

    def __init__(self) -> None:
        self.numbers: list[Sequence[int]] = []

    def wake(self, task: Task, numbers: Sequence[int] = ()) -> None:
        if task is Task.REGENERATE:
            self.numbers.append(list(numbers))


def test_a_sweep_wakes_for_channels_that_stand_where_they_stood_and_not_for_those_that_move(
    service: Syndicator,
) -> None:
    submit(service, "first")
    numbers = list(service.fan_out("test").channels)
    service.dispatcher = woken = Woken()
    service.sweep()
    assert woken.numbers == []  # whoever made them fall behind has only just woken somebody
    service.sweep()
    service.sweep()
    assert woken.numbers == [numbers, numbers]
    service.regenerate(numbers[1:], "test")
    submit(service, "second")
    moved = list(service.fan_out("test").channels)
    woken.numbers.clear()
    service.sweep()
    assert moved == numbers
    assert woken.numbers == [numbers[:1]]  # the others were rendered since, though they are behind again


def test_filters_are_read_once_for_all_events_until_one_comes_into_use_or_time_has_passed(
    service: Syndicator, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.add_channel(NewChannel(name="seconds", title="Seconds", filter=Filter(headline="second")), owner="operator")
    for key in ("first", "second", "third"):
        submit(service, key)
    read: list[int] = []
    in_use = filters.in_use

    def counting(connection: Connection) -> Sequence[tuple[str, str]]:
        found = in_use(connection)
        read.append(len(found))
        return found

    monkeypatch.setattr(filters, "in_use", counting)
    assert service.fan_out("test").events == 3
    submit(service, "fourth")
    assert service.fan_out("test").events == 1
    assert read == [1]
    service.add_channel(NewChannel(name="fifths", title="Fifths", filter=Filter(headline="fifth")), owner="operator")
    submit(service, "fifth")
    service.fan_out("test")
    assert read == [1, 2]
    monkeypatch.setattr(fanout, "_KEPT_S", 0)
    submit(service, "sixth")
    service.fan_out("test")
    assert read == [1, 2, 2]
    service.regenerate(dirty_channels(service.setup), "test")
    with service.database.read() as connection:
        entries = channels.entries(service.database, connection, [(channels.by_name(connection, "seconds")["no"], 0)])
    assert [len(some) for some in entries.values()] == [1]
