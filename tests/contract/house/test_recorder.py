"""What a recorder keeps up while the database takes nothing: every outcome, its lease, and itself."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest
import structlog
from pydantic import ValidationError
from sqlalchemy import text
from sqlalchemy.exc import TimeoutError as NoneFree

from config.settings import Settings
from syndicator.clock import SECOND_US
from syndicator.model.lifecycle import Action
from syndicator.services import recorder
from syndicator.services.revise import Revision
from tests.contract.house.conftest import Clock, House, open_house
from tests.contract.house.locks import until, wait_until
from tests.contract.house.newsroom import Newsroom

Lines = list[structlog.typing.EventDict]


@pytest.fixture
def lines() -> Iterator[Lines]:
    with structlog.testing.capture_logs() as found:
        yield found


@pytest.fixture
def under_way(make_house: Callable[..., House], newsroom: Newsroom) -> House:
    """A house from which a push went out, which its receiver has not answered."""
    house = make_house(attempt_timeout_s=30, lease_s=60)
    house.endpoint(newsroom)
    house.submit()
    house.service.fan_out("t")
    return house


def test_a_recorder_outlives_a_time_without_a_free_connection(
    under_way: House, newsroom: Newsroom, lines: Lines
) -> None:
    with held_back(newsroom):
        assert under_way.service.deliver("t") == 1
        with no_free_connection(under_way):
            under_way.clock.us += 31 * SECOND_US
            until_told(lines, "leases not extended")
    assert under_way.service.courier.settle()
    assert_sent_once(under_way, newsroom)


def test_a_lease_that_could_not_be_extended_is_extended_at_the_next_look(
    under_way: House, newsroom: Newsroom, lines: Lines
) -> None:
    with held_back(newsroom):
        assert under_way.service.deliver("t") == 1
        with no_free_connection(under_way):
            under_way.clock.us += 31 * SECOND_US
            until_told(lines, "leases not extended")
        until(lambda: lease_until(under_way) == under_way.clock.us + 60 * SECOND_US)
        under_way.clock.us += 30 * SECOND_US
        under_way.service.sweep()
        assert under_way.states() == [("release.published", "claimed")], "the first lease would be over by now"
    assert under_way.service.courier.settle()
    assert_sent_once(under_way, newsroom)


def test_a_lease_of_a_time_when_the_clock_was_ahead_is_given_anew(under_way: House, newsroom: Newsroom) -> None:
    """What the sweep makes of such a lease ends in a minute, and an attempt may take longer."""
    years_us = 10 * 365 * 86_400 * SECOND_US
    with held_back(newsroom):
        under_way.clock.us += years_us
        assert under_way.service.deliver("t") == 1
        under_way.clock.us -= years_us
        until(lambda: lease_until(under_way) == under_way.clock.us + 60 * SECOND_US)
    assert under_way.service.courier.settle()
    assert_sent_once(under_way, newsroom)


def test_the_places_kept_for_withdrawals_are_free_again_once_those_are_answered(
    house: House, newsroom: Newsroom
) -> None:
    """Otherwise those that come later stand behind everything else, until their worker is restarted."""
    places_kept = house.service.courier._recorder.places_of_withdrawals
    house.endpoint(newsroom)
    release_id = house.submit()
    house.service.drain()
    house.service.revise(release_id, Revision(action=Action.WITHDRAW, actor="t", note="wrong"))
    house.service.drain()
    assert newsroom.told == [("release.published", 1), ("release.withdrawn", 2)]
    assert house.service.courier._recorder.places_of_withdrawals == places_kept > 0
    assert not house.service.courier._recorder._claims, (
        "nor is a claim kept, for which leases would be extended for ever"
    )


@pytest.mark.parametrize("seconds", [0, 1, 4.9])
def test_a_lease_too_short_to_be_extended_in_time_is_refused(seconds: float) -> None:
    with pytest.raises(ValidationError, match="lease_s"):
        Settings(lease_s=seconds)


def test_an_outcome_that_the_database_did_not_take_is_recorded_later(
    under_way: House, newsroom: Newsroom, lines: Lines
) -> None:
    with held_back(newsroom) as may_answer:
        assert under_way.service.deliver("t") == 1
        with no_free_connection(under_way):
            may_answer.set()
            until_told(lines, "outcomes not recorded yet", times=2)
    assert under_way.service.courier.settle()
    assert_sent_once(under_way, newsroom)


def test_so_it_is_in_a_process_that_ends(under_way: House, newsroom: Newsroom, lines: Lines) -> None:
    ends = threading.Thread(target=under_way.service.courier.close)
    with held_back(newsroom) as may_answer:
        assert under_way.service.deliver("t") == 1
        with no_free_connection(under_way):
            may_answer.set()
            ends.start()
            until_told(lines, "outcomes not recorded yet", times=2)
    ends.join(30)
    assert not ends.is_alive()
    assert_sent_once(under_way, newsroom)


def test_a_process_ends_although_the_database_takes_nothing(
    under_way: House, newsroom: Newsroom, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder, "_LAST_S", 0.2)
    with held_back(newsroom) as may_answer:
        assert under_way.service.deliver("t") == 1
        with no_free_connection(under_way):
            may_answer.set()
            until_told(lines, "outcomes not recorded yet")
            under_way.service.courier.close(0.1)
            until_told(lines, "ends with outcomes that are not recorded")
    assert under_way.states() == [("release.published", "claimed")], "its lease ends, and others follow"
    assert not under_way.service.courier.settle(3600), "nobody waits for what will not be recorded"


def test_results_that_nobody_records_keep_their_places(
    tmp_path: Path, migrated_postgres_url: str, newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On PostgreSQL, where one may claim while another one keeps the log locked."""
    monkeypatch.setattr(recorder, "_UNRECORDED", 0)
    house = open_house(tmp_path, migrated_postgres_url, Clock(), in_flight=1)
    try:
        house.endpoint(newsroom)
        for number in range(3):
            house.submit(key=str(number))
        house.service.fan_out("t")
        sends = threading.Thread(target=house.service.deliver, args=("t",))
        with house.service.database.write() as connection:
            connection.execute(text("LOCK TABLE attempts"))
            sends.start()
            wait_until(house, 1)
            assert house.service.courier._recorder.places == 0
            assert len(newsroom.requests) == 1
        sends.join(20)
        assert house.service.courier.settle()
        assert {state for _, state in house.states()} == {"delivered"}
    finally:
        house.service.close()


def assert_sent_once(house: House, newsroom: Newsroom) -> None:
    """And so it stays when the first lease is over; the log knows of it, too."""
    house.clock.us += 61 * SECOND_US
    house.service.sweep()
    assert house.states() == [("release.published", "delivered")]
    assert len(newsroom.requests) == 1
    with house.service.database.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM attempts")).scalar_one() == 1


@contextmanager
def held_back(newsroom: Newsroom) -> Iterator[threading.Event]:
    """Its receiver answers nobody before the event is set, or all is over."""
    may_answer = threading.Event()
    newsroom.answer, newsroom.body = 200, lambda _: b"" if may_answer.wait(30) else b"nobody let it go"
    try:
        yield may_answer
    finally:
        may_answer.set()


@contextmanager
def no_free_connection(house: House) -> Iterator[None]:
    """Every connection that may write is in use, and those who wait for one are impatient."""
    engine = house.service.database.engine
    with ExitStack() as held, pytest.MonkeyPatch.context() as patched:
        patched.setattr(engine.pool, "_timeout", 0.05)
        with suppress(NoneFree):
            while True:
                held.enter_context(engine.connect())
        yield


def lease_until(house: House) -> int:
    with house.service.database.read() as connection:
        return int(connection.execute(text("SELECT lease_until FROM deliveries")).scalar_one())


def until_told(lines: Lines, event: str, times: int = 1) -> None:
    until(lambda: [line["event"] for line in lines].count(event) >= times)
