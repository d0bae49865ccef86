"""The log of attempts: what it says, how long, and that nothing else hangs on it."""

import time
from dataclasses import replace

import pytest
from prometheus_client import REGISTRY

from syndicator.clock import SECOND_US
from syndicator.model.lifecycle import Action
from syndicator.services.attach import remove_unused
from syndicator.services.revise import Revision
from syndicator.services.sweep import forget_old_attempts
from syndicator.services.views import newsrooms as views
from tests.contract.house.conftest import House
from tests.contract.house.newsroom import Newsroom
from workers.ticker import Ticker

DAY = 24 * 3600 * SECOND_US


def test_attempts_are_forgotten_after_their_time_a_batch_a_call(
    house: House, newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("syndicator.services.sweep._FORGET_BATCH", 2)
    endpoint_id = house.endpoint(newsroom)
    for number in range(3):
        house.submit(key=f"{number}")
    house.service.drain()
    house.clock.us += 30 * DAY
    release_id = house.submit(key="new")
    house.service.drain()
    assert forget_old_attempts(house.service.setup) == 0, "kept for its days, to the microsecond"
    house.clock.us += 1
    assert [forget_old_attempts(house.service.setup) for _ in range(3)] == [2, 1, 0]
    [kept] = views.endpoint(house.service.setup, endpoint_id).last_attempts
    assert house.deliveries(release=release_id)[0]["id"] == kept.delivery_id
    assert {state for _, state in house.states()} == {"delivered"}


def test_a_ticker_goes_on_until_all_old_attempts_are_forgotten(
    house: House, newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("syndicator.services.sweep._FORGET_BATCH", 1)
    monkeypatch.setattr("workers.ticker._FORGET_EVERY_S", 0.0)
    endpoint_id = house.endpoint(newsroom)
    for number in range(2):
        house.submit(key=f"{number}")
    house.service.drain()
    house.clock.us += 31 * DAY
    ticker = Ticker(house.service)
    monkeypatch.setattr("workers.ticker._FORGET_EVERY_S", 1000.0)
    ticker.start()
    try:
        ends = time.monotonic() + 20
        while views.endpoint(house.service.setup, endpoint_id).last_attempts:
            assert time.monotonic() < ends, "only the first batch was forgotten"
            time.sleep(0.02)
    finally:
        ticker.stop()


def test_a_folder_of_files_that_cannot_be_read_keeps_no_attempt(
    house: House, newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each time it was tried before the attempts, which then were kept for ever."""
    endpoint_id = house.endpoint(newsroom)
    house.service.attach(b"%PDF-1.4\n", owner="operator")
    house.submit()
    house.service.drain()
    house.clock.us += 31 * DAY
    unreadable = replace(house.service.setup, media_dir=house.service.setup.media_dir / ("long" * 100))
    monkeypatch.setattr(house.service, "setup", unreadable)
    with pytest.raises(OSError, match="File name too long"):
        remove_unused(house.service.setup)
    monkeypatch.setattr("workers.ticker._FORGET_EVERY_S", 0.0)
    ticker = Ticker(house.service)
    ticker.start()
    try:
        ends = time.monotonic() + 20
        while views.endpoint(house.service.setup, endpoint_id).last_attempts:
            assert time.monotonic() < ends, "kept for longer than its days"
            time.sleep(0.02)
    finally:
        ticker.stop()


def test_a_withdrawal_reaches_whoever_got_a_version_when_its_attempts_are_forgotten(
    house: House, newsroom: Newsroom
) -> None:
    house.endpoint(newsroom)
    release_id = house.submit()
    house.service.drain()
    house.clock.us += 31 * DAY
    assert forget_old_attempts(house.service.setup) == 1
    house.service.revise(release_id, Revision(action=Action.WITHDRAW, actor="t", note="wrong"))
    house.service.drain()
    assert newsroom.told == [("release.published", 1), ("release.withdrawn", 2)]


def test_a_withdrawal_reaches_whoever_an_attempt_was_made_to_whatever_was_answered(
    house: House, newsroom: Newsroom
) -> None:
    house.endpoint(newsroom)
    newsroom.answer = 429
    release_id = house.submit()
    house.service.drain()
    newsroom.answer = 204
    house.service.revise(release_id, Revision(action=Action.WITHDRAW, actor="t", note="wrong"))
    house.service.drain()
    assert newsroom.told == [("release.published", 1), ("release.withdrawn", 2)]


@pytest.mark.parametrize("is_resumed", [False, True])
def test_a_withdrawal_reaches_whoever_asked_to_be_sent_less_when_that_is_forgotten(
    house: House, newsroom: Newsroom, is_resumed: bool
) -> None:
    """A 429 is no attempt that counts, and whatever comes after a pause begins anew."""
    endpoint_id = house.endpoint(newsroom)
    newsroom.answer = 429
    release_id = house.submit()
    house.service.drain()
    house.service.change_endpoint(endpoint_id, "pause", actor="t")
    house.clock.us += 31 * DAY
    assert forget_old_attempts(house.service.setup) == 1
    newsroom.answer = 204
    if is_resumed:
        house.service.change_endpoint(endpoint_id, "resume", actor="t")
    house.service.revise(release_id, Revision(action=Action.WITHDRAW, actor="t", note="wrong"))
    house.service.drain()
    assert newsroom.told == [("release.published", 1), ("release.withdrawn", 2)]


def test_an_attempt_says_what_was_sent_where_and_what_came_back(house: House, newsroom: Newsroom) -> None:
    endpoint_id = house.endpoint(newsroom)
    newsroom.answer, newsroom.body = 500, lambda _: "Büro geschlossen ".encode() * 1000
    house.submit()
    house.service.drain()
    [attempt] = views.endpoint(house.service.setup, endpoint_id).last_attempts
    assert (attempt.status, attempt.outcome, attempt.reason) == (500, "retry", "HTTP 500")
    assert (attempt.number, attempt.trigger, attempt.address) == (1, "event", "127.0.0.1")
    assert attempt.bytes_sent == len(newsroom.requests[0][1])
    assert attempt.duration_us > 0
    assert attempt.answer is not None
    assert len(attempt.answer.encode()) <= 2048
    assert attempt.answer.startswith("Büro geschlossen")


def test_how_long_an_attempt_took_is_among_the_metrics(house: House, newsroom: Newsroom) -> None:
    house.endpoint(newsroom)
    house.submit()
    before = REGISTRY.get_sample_value("syndicator_attempt_seconds_count") or 0
    house.service.drain()
    assert REGISTRY.get_sample_value("syndicator_attempt_seconds_count") == before + 1
