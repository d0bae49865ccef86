"""A database whose clock was years ahead for an hour: once it is right again, nobody waits for those years."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from syndicator.clock import SECOND_US, from_us, isoformat, to_us
from syndicator.model.lifecycle import Action
from syndicator.services.revise import Revision
from syndicator.services.subscribe import LONGEST_OVERLAP_S
from syndicator.store import deliveries
from tests.contract.house.conftest import START, House
from tests.contract.house.newsroom import Newsroom

MINUTE_US = 60 * SECOND_US
YEARS_US = 10 * 365 * 86_400 * SECOND_US
DAY = timedelta(days=1)


def test_an_endpoint_that_failed_meanwhile_is_sent_what_comes_then(house: House, newsroom: Newsroom) -> None:
    house.endpoint(newsroom)
    house.clock.us += YEARS_US
    newsroom.answer = 500
    ahead = house.submit(key="ahead")
    house.service.drain()
    set_right(house, newsroom)
    right = house.submit(key="right")
    worked(house)
    assert arrived(newsroom) == {ahead, right}


def test_a_withdrawal_that_failed_meanwhile_does_not_wait_for_those_years(house: House, newsroom: Newsroom) -> None:
    house.endpoint(newsroom)
    release_id = house.submit()
    house.service.drain()
    house.clock.us += YEARS_US
    newsroom.answer = 500
    house.service.revise(release_id, Revision(action=Action.WITHDRAW, actor="t", note="wrong"))
    house.service.drain()
    set_right(house, newsroom)
    worked(house)
    assert house.states() == [("release.published", "delivered"), ("release.withdrawn", "delivered")]


def test_an_endpoint_that_asked_for_a_rest_meanwhile_rests_no_longer(house: House, newsroom: Newsroom) -> None:
    house.endpoint(newsroom)
    house.clock.us += YEARS_US
    newsroom.answer, newsroom.headers = 429, {"Retry-After": "3600"}
    ahead = house.submit(key="ahead")
    house.service.drain()
    set_right(house, newsroom)
    worked(house)
    assert arrived(newsroom) == {ahead}


def test_a_claim_whose_worker_died_meanwhile_lapses(house: House, newsroom: Newsroom) -> None:
    house.endpoint(newsroom)
    house.clock.us += YEARS_US
    release = house.submit()
    house.service.fan_out("t")
    with house.service.database.write() as connection:
        [claimed] = deliveries.claim(
            house.service.database,
            connection,
            token="died",
            lease_until=house.clock.us + MINUTE_US,
            limit=9,
            now=house.clock.us,
        )
    house.clock.us -= YEARS_US
    worked(house)
    assert arrived(newsroom) == {release}
    [row] = house.deliveries()
    assert (row["id"], row["attempts"]) == (claimed.id, 2)


def test_what_a_living_worker_has_claimed_stays_its_own(house: House, newsroom: Newsroom) -> None:
    house.endpoint(newsroom)
    house.clock.us += YEARS_US
    house.submit()
    house.service.fan_out("t")
    with house.service.database.write() as connection:
        until, now = house.clock.us + MINUTE_US, house.clock.us
        deliveries.claim(house.service.database, connection, token="lives", lease_until=until, limit=9, now=now)
    house.clock.us -= YEARS_US
    house.service.sweep()
    house.clock.us += MINUTE_US // 2  # by when it extends its lease
    house.service.sweep()
    assert house.states() == [("release.published", "claimed")]


def test_retries_of_what_began_meanwhile_end_after_three_days(house: House, newsroom: Newsroom) -> None:
    house.endpoint(newsroom)
    house.clock.us += YEARS_US
    newsroom.answer = 500
    house.submit()
    house.service.drain()
    house.clock.us -= YEARS_US
    for _ in range(40):
        house.service.drain()
        house.clock.us += 2 * 3600 * SECOND_US
    assert house.states() == [("release.published", "dead")]


def test_an_endpoint_that_began_to_fail_meanwhile_is_paused_when_it_goes_on(house: House, newsroom: Newsroom) -> None:
    house.endpoint(newsroom)
    house.clock.us += YEARS_US
    newsroom.answer = 500
    house.submit(key="ahead")
    house.service.drain()
    house.clock.us -= YEARS_US
    for number in range(24):
        house.submit(key=f"{number}")
        house.service.drain()
        house.clock.us += 12 * 3600 * SECOND_US
    with house.service.database.read() as connection:
        assert connection.execute(text("SELECT state FROM endpoints")).scalar_one() == "paused"


def test_an_embargo_that_lifted_too_early_holds_again_what_was_not_sent(house: House, newsroom: Newsroom) -> None:
    house.endpoint(newsroom)
    lifts = from_us(START) + 2 * DAY
    held = house.submit(embargo_until=isoformat(lifts))
    house.clock.us += YEARS_US
    newsroom.answer = 500
    house.service.drain()
    set_right(house, newsroom)
    worked(house)
    assert arrived(newsroom) == set()
    house.clock.us = to_us(lifts)
    worked(house)
    assert arrived(newsroom) == {held}


@pytest.mark.parametrize("ahead", [timedelta(days=3), timedelta(hours=1)], ids=["by days", "by an hour"])
@pytest.mark.parametrize(
    ("action", "told"), [(Action.WITHDRAW, "release.withdrawn"), (Action.WITHHOLD, "release.withheld")]
)
def test_what_went_out_before_its_embargo_is_called_back_without_waiting_for_it(
    house: House, newsroom: Newsroom, action: Action, told: str, ahead: timedelta
) -> None:
    house.endpoint(newsroom)
    lifts = from_us(START) + ahead * 0.9
    release = house.submit(embargo_until=isoformat(lifts))
    house.clock.us += round(ahead / timedelta(microseconds=1))
    house.service.drain()
    house.clock.us = START + SECOND_US
    house.service.revise(release, Revision(action=action, actor="operator", note="too early"))
    house.service.drain()
    assert newsroom.told == [("release.published", 1), (told, 2)]


@pytest.mark.parametrize("restarted", [False, True], ids=["as it runs", "by the next process"])
def test_a_secret_rotated_meanwhile_overlaps_for_a_day_from_then_on(
    house: House, newsroom: Newsroom, *, restarted: bool
) -> None:
    endpoint = house.endpoint(newsroom)
    house.clock.us += YEARS_US
    house.service.rotate_secret(endpoint, actor="operator")
    if not restarted:
        house.service.sweep()
    house.clock.us -= YEARS_US
    for hours in (0, 23, 2):
        house.clock.us += hours * 60 * MINUTE_US
        house.service.sweep()
        house.submit(key=f"{hours}")
        house.service.drain()
    assert signatures(newsroom) == [2, 2, 1]


def test_an_overlap_that_is_given_is_left_alone(house: House, newsroom: Newsroom) -> None:
    endpoint = house.endpoint(newsroom)
    house.service.rotate_secret(endpoint, actor="operator", overlap_s=LONGEST_OVERLAP_S)
    house.clock.us -= MINUTE_US
    house.service.sweep()
    house.clock.us += LONGEST_OVERLAP_S * SECOND_US
    house.submit()
    house.service.drain()
    assert signatures(newsroom) == [2]


def signatures(newsroom: Newsroom) -> list[int]:
    """How many of a secret each request brought."""
    return [headers["webhook-signature"].count("v1,") for headers, _ in newsroom.requests]


def test_times_that_are_given_are_left_alone(house: House, newsroom: Newsroom) -> None:
    house.endpoint(newsroom)
    newsroom.answer, newsroom.headers = 503, {"Retry-After": "999999"}
    house.submit()
    house.service.drain()
    house.service.sweep()
    with house.service.database.read() as connection:
        rest = connection.execute(text("SELECT backoff_until FROM endpoints")).scalar_one()
    assert 9 * 3600 * SECOND_US < rest - house.clock.us < 12 * 3600 * SECOND_US
    [row] = house.deliveries()
    assert row["due_at"] > house.clock.us


def set_right(house: House, newsroom: Newsroom) -> None:
    """The clock, and the receiver: what it refused meanwhile it never got."""
    house.clock.us -= YEARS_US
    newsroom.answer, newsroom.headers = 204, {}
    newsroom.requests.clear()


def worked(house: House) -> None:
    """Some minutes, by when claims that nobody extends are over and what failed was tried again."""
    for _ in range(8):
        house.service.drain()
        house.clock.us += MINUTE_US


def arrived(newsroom: Newsroom) -> set[str]:
    return {each["data"]["id"] for each in newsroom.envelopes}
