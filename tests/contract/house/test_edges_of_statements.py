"""What a condition of a statement is there for, where no other test would miss it."""

from collections.abc import Callable

import pytest
from sqlalchemy import text

from syndicator.clock import SECOND_US, from_us
from syndicator.errors import Rejected
from syndicator.model.lifecycle import Action
from syndicator.services.revise import Revision
from syndicator.services.sweep import forget_old_attempts
from syndicator.store import endpoints
from tests.contract.house.conftest import House
from tests.contract.house.newsroom import Newsroom

HOUR_US = 3600 * SECOND_US
DAY_US = 24 * HOUR_US
SENT_BEFORE = text("""
    WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 60)
    INSERT INTO attempts (delivery_id, endpoint_no, number, started_at, duration_us, outcome, bytes_sent, trigger, by)
    SELECT 1000000 + x, :no, 1, :before, 1, 'delivered', 1, 'event', 't' FROM n
""")


def withdraw(house: House, release_id: str) -> None:
    house.service.revise(release_id, Revision(action=Action.WITHDRAW, actor="t", note="wrong"))
    house.service.drain()


@pytest.mark.parametrize("answer", [204, 503], ids=["delivered and replayed", "failed"])
def test_whoever_was_sent_it_and_is_paused_hears_of_a_withdrawal_though_the_log_is_forgotten(
    house: House, newsroom: Newsroom, answer: int
) -> None:
    endpoint_id = house.endpoint(newsroom)
    newsroom.answer = answer
    release_id = house.submit()
    house.service.drain()
    if answer == 204:
        house.service.replay_delivery(house.deliveries()[0]["id"], actor="t", reason="lost")
    house.service.change_endpoint(endpoint_id, "pause", actor="t")
    house.clock.us += 31 * DAY_US
    assert forget_old_attempts(house.service.setup) == 1
    assert house.states() == [("release.published", "parked")]
    newsroom.answer = 204
    withdraw(house, release_id)
    assert newsroom.told[-1] == ("release.withdrawn", 2)


def test_a_recovery_finds_what_came_in_before_something_older(
    house: House, newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its number; its time, which the clock or a long transaction put first, is the later one."""
    monkeypatch.setattr("syndicator.services.replay._PER_TRANSACTION", 1)
    endpoint_id = house.endpoint(newsroom)
    house.service.change_endpoint(endpoint_id, "disable", actor="t")
    house.clock.us += HOUR_US
    newer = house.submit(key="first in line")
    house.clock.us -= 30 * SECOND_US
    house.submit(key="of an earlier time")
    house.service.drain()
    house.clock.us += 60 * SECOND_US
    house.service.drain()
    house.service.change_endpoint(endpoint_id, "resume", actor="t")
    since = house.clock.us - 50 * SECOND_US
    assert house.service.recover_since(endpoint_id, since, actor="t", reason="missed") == 1
    house.service.drain()
    assert [envelope["data"]["id"] for envelope in newsroom.envelopes] == [newer]


def test_a_recovery_finds_what_ended_before_a_clock_that_was_set_right_has_the_endpoint_begin(
    house: House, newsroom: Newsroom
) -> None:
    endpoint_id = house.endpoint(newsroom)
    house.clock.us -= 2 * SECOND_US
    newsroom.answer = 410
    house.submit()
    house.service.drain()
    assert house.states() == [("release.published", "dead")]
    newsroom.answer = 204
    house.clock.us += HOUR_US
    house.service.change_endpoint(endpoint_id, "resume", actor="t")
    assert house.service.recover_since(endpoint_id, 0, actor="t", reason="missed") == 1


def test_a_recovery_leaves_to_the_fan_out_what_is_not_fanned_out_yet(house: House, newsroom: Newsroom) -> None:
    endpoint_id = house.endpoint(newsroom)
    house.submit()
    assert house.service.recover_since(endpoint_id, 0, actor="t", reason="missed") == 0
    assert house.deliveries() == []
    house.service.drain()
    assert len(newsroom.requests) == 1


def test_what_is_given_up_is_a_failure_that_pauses(make_house: Callable[..., House], newsroom: Newsroom) -> None:
    """Of the first release nothing else happened since the failing began anew; before, much was sent and arrived."""
    house = make_house(pause_after_days=0.5)
    endpoint_id = house.endpoint(newsroom)
    with house.service.database.write() as connection:
        sent = {"no": endpoints.get(connection, endpoint_id)["no"], "before": house.clock.us - DAY_US}
        connection.execute(SENT_BEFORE, sent)
    newsroom.answer = 500
    house.submit(key="given up")
    house.service.drain()
    house.clock.us += 4 * DAY_US
    house.service.drain()
    assert house.states() == [("release.published", "dead")]
    house.submit(key="next")
    for _ in range(14):
        house.service.drain()
        house.clock.us += HOUR_US
    house.service.drain()
    assert house.states()[1] == ("release.published", "parked")


@pytest.mark.parametrize("ahead_us", [0, 1])
def test_an_embargo_moves_to_what_is_ahead_and_not_to_this_moment(house: House, ahead_us: int) -> None:
    release_id = house.submit(embargo_until=from_us(house.clock.us + HOUR_US).isoformat())
    moved = Revision(action=Action.RESCHEDULE, actor="t", embargo_until=from_us(house.clock.us + ahead_us))
    if ahead_us:
        assert house.service.revise(release_id, moved).state == "scheduled"
    else:
        with pytest.raises(Rejected, match="the new time must be ahead"):
            house.service.revise(release_id, moved)
