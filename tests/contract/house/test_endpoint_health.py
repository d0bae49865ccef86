"""What fails says something about an endpoint, and keeps nothing back that would arrive."""

from collections.abc import Callable, Sequence

import pytest
from sqlalchemy import text

from syndicator.clock import SECOND_US
from syndicator.delivery.transport.protocol import Answer
from syndicator.model.lifecycle import Action
from syndicator.services import sweep
from syndicator.services.outcomes import Sent, record
from syndicator.services.revise import Revision
from syndicator.store import deliveries, endpoints
from syndicator.store.database import RowMapping
from tests.contract.house.conftest import House
from tests.contract.house.newsroom import Newsroom

MINUTE = 60 * SECOND_US
HOUR = 60 * MINUTE
DAY = 24 * HOUR
LONGEST_BACKOFF = 10 * MINUTE
WITHDRAWAL = Revision(action=Action.WITHDRAW, actor="t", note="Falsch")


def failing_withdrawals(house: House, newsroom: Newsroom, count: int) -> None:
    """The receiver takes everything but these, and the next attempt of each is hours away."""
    house.endpoint(newsroom)
    releases = [house.submit(key=f"{number}") for number in range(count)]
    house.service.drain()
    newsroom.answer = {"release.withdrawn": 500}
    for release_id in releases:
        house.service.revise(release_id, WITHDRAWAL)
    for _ in range(5):
        house.service.drain()
        house.clock.us = max(row["due_at"] for row in house.deliveries(state="waiting"))
    house.service.drain()
    assert {row["attempts"] for row in house.deliveries(state="waiting")} == {6}


@pytest.mark.parametrize("count", [1, 16])
def test_withdrawals_that_an_endpoint_refuses_keep_no_release_back(
    house: House, newsroom: Newsroom, count: int
) -> None:
    failing_withdrawals(house, newsroom, count)
    fresh = house.submit(key="fresh")
    house.clock.us += LONGEST_BACKOFF
    house.service.drain()
    assert [row["state"] for row in house.deliveries(release=fresh)] == ["delivered"]


def test_an_endpoint_that_rested_is_tried_with_one_push_however_often_is_swept_meanwhile(
    house: House, newsroom: Newsroom
) -> None:
    house.endpoint(newsroom)
    newsroom.answer = 500
    for number in range(6):
        house.submit(key=f"{number}")
    house.service.drain()
    assert {row["state"] for row in house.deliveries()} == {"queued"}

    house.clock.us += LONGEST_BACKOFF
    for _ in range(3):
        house.service.sweep()
        assert len(house.deliveries(state="waiting")) == 1
    newsroom.answer = 204
    house.service.drain()
    assert {row["state"] for row in house.deliveries()} == {"delivered"}


def test_a_sweep_fills_some_places_at_once_and_those_first_of_endpoints_that_have_least(
    make_house: Callable[..., House], newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = make_house(per_endpoint=4)
    endpoints_of = [house.endpoint(newsroom) for _ in range(3)]
    for endpoint_id in endpoints_of:
        house.service.change_endpoint(endpoint_id, "pause", actor="t")
    for number in range(6):
        house.submit(key=f"{number}")
    house.service.fan_out("t")
    for endpoint_id in endpoints_of:
        house.service.change_endpoint(endpoint_id, "resume", actor="t")
    monkeypatch.setattr(sweep, "_PROMOTED_AT_ONCE", 3)
    for each in (1, 2, 3, 4):
        assert house.service.sweep().has_more is (each < 4)
        assert [len(house.deliveries(state="waiting", endpoint=one)) for one in endpoints_of] == [each] * 3


def test_places_of_endpoints_that_rest_keep_a_sweep_from_no_other(
    make_house: Callable[..., House], newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It fills some at once, the lowest number first: after an outage it would find none but those that stay empty."""
    house = make_house(per_endpoint=1)
    both = [house.endpoint(newsroom) for _ in range(2)]
    for endpoint_id in both:
        house.service.change_endpoint(endpoint_id, "pause", actor="t")
    house.submit()
    house.service.fan_out("t")
    for endpoint_id in both:
        house.service.change_endpoint(endpoint_id, "resume", actor="t")
    database = house.service.database
    with database.write() as connection:
        first = endpoints.get(connection, both[0])["no"]
        endpoints.back_off(database, connection, {first: house.clock.us + LONGEST_BACKOFF})
    monkeypatch.setattr(sweep, "_PROMOTED_AT_ONCE", 1)
    house.service.sweep()
    assert [[row["state"] for row in house.deliveries(endpoint=one)] for one in both] == [["queued"], ["waiting"]]
    house.service.drain()
    assert house.service.sweep().next_due_us == house.clock.us + LONGEST_BACKOFF, "then somebody looks again"


def test_a_ping_that_an_endpoint_failed_before_it_was_verified_comes_again(house: House, newsroom: Newsroom) -> None:
    endpoint_id = house.endpoint(newsroom, verify=True)
    newsroom.answer = 500
    for _ in range(4):
        house.service.test_endpoint(endpoint_id, actor="t")
    house.service.drain()
    assert house.states() == [("endpoint.ping", "queued")] * 4, "it rests"

    newsroom.answer = 204
    for _ in range(2):
        house.clock.us += LONGEST_BACKOFF
        house.service.drain()
    assert house.states() == [("endpoint.ping", "delivered")] * 4


def test_however_often_an_endpoint_is_tested_at_once_only_some_of_it_stands_where_others_wait(
    make_house: Callable[..., House], newsroom: Newsroom
) -> None:
    house = make_house(per_endpoint=3)
    house.endpoint(newsroom)
    endpoint_id = house.endpoint(newsroom)
    for number in range(5):
        house.submit(key=f"{number}")
    house.service.fan_out("t")
    for _ in range(5):
        house.service.test_endpoint(endpoint_id, actor="t")
    pings = [state for kind, state in house.states() if kind == "endpoint.ping"]
    assert pings == ["waiting"] * 3 + ["queued"] * 2, "behind no backlog, and no more than may be pushed to it at once"
    house.service.drain()
    assert {state for _, state in house.states()} == {"delivered"}


def answered(house: House, *batches: Sequence[tuple[int, str | None]]) -> None:
    """Pushes claimed together that the only endpoint answered so, batch by batch, each with its Retry-After."""
    database, now, count = house.service.database, house.clock.us, sum(map(len, batches))
    for number in range(count):
        house.submit(key=f"{number}")
    house.service.fan_out("t")
    with database.write() as connection:
        rows = iter(deliveries.claim(database, connection, token="t", lease_until=now + MINUTE, limit=count, now=now))
    for batch in batches:
        answers = [Answer(status, pause, b"", "127.0.0.1", 0.1, 1) for status, pause in batch]
        record(house.service.setup, [Sent(next(rows), "t", now, "worker", answer) for answer in answers])


@pytest.mark.parametrize("batches", [[(204, 429)], [(429,), (204,)], [(503, 204)]], ids=str)
def test_an_endpoint_that_asks_for_a_rest_has_it_whatever_else_it_took(
    house: House, newsroom: Newsroom, batches: list[tuple[int, ...]]
) -> None:
    house.endpoint(newsroom)
    answered(house, *([(status, "3600") for status in batch] for batch in batches))
    house.submit(key="later")
    house.clock.us += 59 * MINUTE
    house.service.drain()
    assert newsroom.told == []
    house.clock.us += 10 * MINUTE
    house.service.drain()
    assert len(newsroom.told) == 2, "what it did not take, and the later one"


def test_what_comes_back_while_its_endpoint_rests_does_not_go_out_before_the_rest_is_over(
    house: House, newsroom: Newsroom
) -> None:
    """Two were under way: one answer asked for an hour, the other one came later and is due again in seconds."""
    house.endpoint(newsroom)
    for number in range(2):
        house.submit(key=f"{number}")
    house.service.fan_out("t")
    database, now = house.service.database, house.clock.us
    with database.write() as connection:
        rows = deliveries.claim(database, connection, token="t", lease_until=now + MINUTE, limit=2, now=now)
    for row, status, asked in zip(rows, (429, 500), ("3600", None), strict=True):
        answer = Answer(status, asked, b"", "127.0.0.1", 0.1, 1)
        record(house.service.setup, [Sent(row, "t", now, "worker", answer)])
    house.clock.us += 59 * MINUTE
    house.service.drain()
    assert newsroom.told == []
    house.clock.us += 10 * MINUTE
    house.service.drain()
    assert len(newsroom.told) == 2


def row_of(house: House, endpoint_id: str) -> RowMapping:
    with house.service.database.read() as connection:
        return endpoints.get(connection, endpoint_id)


def test_a_batch_of_which_something_arrived_counts_no_failure(house: House, newsroom: Newsroom) -> None:
    endpoint_id = house.endpoint(newsroom)
    answered(house, [*[(500, None)] * 4, (204, None)])
    row = row_of(house, endpoint_id)
    assert (row["failures"], row["failing_since"], row["backoff_until"]) == (0, None, 0)


@pytest.mark.parametrize(
    ("batches", "rest_s"),
    [([[(500, None)] * 3 + [(503, "1")]], 10), ([[(429, "3600")], [(429, "60")]], 3600)],
    ids=["of failures", "asked for before"],
)
def test_asking_for_a_short_rest_shortens_none_that_is_longer(
    house: House, newsroom: Newsroom, batches: list[list[tuple[int, str | None]]], rest_s: int
) -> None:
    endpoint_id = house.endpoint(newsroom)
    answered(house, *batches)
    assert row_of(house, endpoint_id)["backoff_until"] == house.clock.us + rest_s * SECOND_US


@pytest.mark.parametrize(("failures", "rest_s"), [(2, 0), (3, 5), (4, 10), (16, 600)])
def test_an_endpoint_rests_from_its_third_failure_in_a_row_on(
    house: House, newsroom: Newsroom, failures: int, rest_s: int
) -> None:
    endpoint_id = house.endpoint(newsroom)
    answered(house, *[[(500, None)]] * failures)
    assert row_of(house, endpoint_id)["backoff_until"] == (house.clock.us + rest_s * SECOND_US if rest_s else 0)


def test_a_resumed_endpoint_rests_no_longer_for_what_failed_before(house: House, newsroom: Newsroom) -> None:
    endpoint_id = house.endpoint(newsroom)
    answered(house, [(500, None)] * 9)
    assert row_of(house, endpoint_id)["backoff_until"] > house.clock.us + MINUTE
    for move in ("pause", "resume"):
        house.service.change_endpoint(endpoint_id, move, actor="desk")
    assert _failing(house, endpoint_id) == (0, None, None), "nor is it shown as one that fails"
    fresh = house.submit(key="fresh")
    house.service.drain()
    assert [row["state"] for row in house.deliveries(release=fresh)] == ["delivered"]


def test_why_an_endpoint_is_disabled_is_told_whatever_it_took_after_that(house: House, newsroom: Newsroom) -> None:
    """Several were under way: after the answer 410 one failed, and one arrived."""
    endpoint_id = house.endpoint(newsroom)
    answered(house, [(410, None)], [(500, None)], [(204, None)])
    row = row_of(house, endpoint_id)
    assert (row["state"], row["failures"]) == ("disabled", 0)
    assert row["notice"] == "disabled: the receiver answered 410 Gone; resume it when it is back"


def test_failures_before_it_worked_are_not_held_against_it(house: House, newsroom: Newsroom) -> None:
    """One release for days: its own fault. What failed before that, and arrived, makes it no second one."""
    endpoint_id = house.endpoint(newsroom)
    newsroom.answer = 500
    house.submit(key="first")
    house.service.drain()
    newsroom.answer = 204
    assert _failing(house, endpoint_id) == (1, house.clock.us, house.clock.us)
    house.clock.us += MINUTE
    house.service.drain()
    assert _failing(house, endpoint_id) == (0, None, None)
    newsroom.answer = 500
    house.submit(key="refused")
    for _ in range(80):
        house.service.drain()
        house.clock.us += HOUR
    assert sorted(state for _, state in house.states()) == ["dead", "delivered"]
    assert state_of(house, endpoint_id) == "active"


def _failing(house: House, endpoint_id: str) -> tuple[object, ...]:
    """How often in a row, since when, and when last."""
    row = row_of(house, endpoint_id)
    return row["failures"], row["failing_since"], row["failed_at"]


def state_of(house: House, endpoint_id: str) -> str:
    return str(row_of(house, endpoint_id)["state"])


def test_an_endpoint_is_not_paused_for_one_release_that_it_refuses_for_days(house: House, newsroom: Newsroom) -> None:
    endpoint_id = house.endpoint(newsroom)
    newsroom.answer = 500
    house.submit()
    for _ in range(80):
        house.service.drain()
        house.clock.us += HOUR
    assert house.states() == [("release.published", "dead")]
    assert state_of(house, endpoint_id) == "active"


def test_a_paused_endpoint_that_refuses_withdrawals_for_hours_is_not_paused_once_more(
    make_house: Callable[..., House], newsroom: Newsroom
) -> None:
    house = make_house(pause_after_days=0.1)
    endpoint_id = house.endpoint(newsroom)
    releases = [house.submit(key=f"{number}") for number in range(2)]
    house.service.drain()
    house.service.change_endpoint(endpoint_id, "pause", actor="desk")
    newsroom.answer = 500
    for release_id in releases:
        house.service.revise(release_id, WITHDRAWAL)
    for _ in range(6):
        house.service.drain()
        house.clock.us += HOUR
    assert _failing(house, endpoint_id)[0] != 0
    with house.service.database.read() as connection:
        paused = connection.execute(text("SELECT actor FROM audit WHERE action = 'pause'")).scalars().all()
    assert paused == ["desk"]


def test_an_endpoint_is_not_paused_for_failures_with_days_of_silence_between(house: House, newsroom: Newsroom) -> None:
    endpoint_id = house.endpoint(newsroom)
    for number in range(2):
        newsroom.answer = 500
        house.submit(key=f"{number}")
        house.service.drain()
        house.clock.us += 5 * DAY
    house.service.drain()
    assert state_of(house, endpoint_id) == "active"


def test_an_endpoint_is_not_paused_for_a_url_that_was_never_requested(
    make_house: Callable[..., House], newsroom: Newsroom
) -> None:
    house = make_house()
    endpoint_id = house.endpoint(newsroom)
    strict = make_house(clock=house.clock, allowed_ports=(443,))
    for number in range(4):
        strict.submit(key=f"{number}")
        strict.service.drain()
        assert row_of(house, endpoint_id)["failures"] == 0
        house.clock.us += DAY
    house.submit(key="later")
    house.service.drain()
    assert state_of(house, endpoint_id) == "active"
    assert len(newsroom.told) == 1
