"""The retry schedule and what follows from each kind of result, as tables."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.delivery.retry import (
    DEFAULT_SCHEDULE,
    Dead,
    Delivered,
    Outcome,
    Refused,
    Retry,
    judge,
    retry_after,
)
from syndicator.delivery.transport.protocol import Answer, Failure, Phase

NOW = datetime(2027, 1, 23, 12, 0, tzinfo=UTC)


def answer(status: int, wait: str | None = None) -> Answer:
    return Answer(status, wait, b"", "192.0.2.1", 0.1, 100)


def after(outcome: Outcome) -> timedelta:
    assert isinstance(outcome, Retry)
    return outcome.due_at - NOW


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_2xx_is_delivered(status: int) -> None:
    assert judge(answer(status), 1, NOW, NOW) == Delivered()


@pytest.mark.parametrize("status", [100, 301, 302, 307, 400, 401, 403, 404, 409, 422, 500, 502, 504])
def test_every_other_status_is_tried_again(status: int) -> None:
    outcome = judge(answer(status), 1, NOW, NOW)
    assert outcome == Retry(NOW + timedelta(seconds=5), counts=True, reason=f"HTTP {status}")


def test_gone_disables_the_endpoint() -> None:
    outcome = judge(answer(410), 1, NOW, NOW)
    assert isinstance(outcome, Refused)
    assert outcome.disable_endpoint


@pytest.mark.parametrize("phase", ["guard", "dns", "connect", "tls", "send", "timeout", "answer"])
def test_whatever_hinders_is_tried_again(phase: Phase) -> None:
    assert after(judge(Failure(phase, "why"), 1, NOW, NOW)) == timedelta(seconds=5)


def test_a_url_that_may_not_be_requested_is_refused_and_the_endpoint_stays() -> None:
    assert judge(Failure("url", "port 22"), 1, NOW, NOW) == Refused("url: port 22", disable_endpoint=False)


def test_an_attempt_of_a_process_that_died_counts_for_it_may_have_arrived() -> None:
    wanted = Retry(NOW + timedelta(seconds=5), counts=True, reason="lost: it died")
    assert judge(Failure("lost", "it died"), 1, NOW, NOW) == wanted


@pytest.mark.parametrize("phase", ["busy", "closed"])
@pytest.mark.parametrize(("fraction", "wait"), [(0.0, 10), (0.5, 15), (0.9, 19)])
def test_what_found_no_place_or_transport_comes_back_soon_and_costs_no_attempt(
    phase: Phase, fraction: float, wait: int
) -> None:
    outcome = judge(Failure(phase, "why"), 1, NOW, NOW, fraction=fraction)
    assert outcome == Retry(NOW + timedelta(seconds=wait), counts=False, reason=f"{phase}: why")


@pytest.mark.parametrize("phase", ["busy", "closed"])
def test_what_found_no_place_or_transport_is_not_dead_when_the_window_ends(phase: Phase) -> None:
    long_ago = NOW - DEFAULT_SCHEDULE.window
    assert isinstance(judge(Failure(phase, "why"), 1, long_ago, NOW), Retry)


def test_what_the_keys_of_one_worker_do_not_open_is_at_once_for_another_however_long_that_takes() -> None:
    for began in (NOW, NOW - 2 * DEFAULT_SCHEDULE.window):
        assert judge(Failure("sealed", "why"), 1, began, NOW) == Retry(NOW, counts=False, reason="sealed: why")


@pytest.mark.parametrize(
    ("number", "wait"),
    [
        (1, timedelta(seconds=5)),
        (2, timedelta(seconds=30)),
        (3, timedelta(minutes=5)),
        (4, timedelta(minutes=30)),
        (5, timedelta(hours=2)),
        (6, timedelta(hours=5)),
        (7, timedelta(hours=10)),
        (8, timedelta(hours=10)),
        (12, timedelta(hours=10)),
    ],
)
def test_the_published_schedule(number: int, wait: timedelta) -> None:
    assert after(judge(answer(500), number, NOW, NOW)) == wait


def test_after_the_window_it_is_dead() -> None:
    first = NOW - timedelta(days=3) + timedelta(seconds=4)
    assert isinstance(judge(answer(500), 1, first, NOW), Dead)
    assert isinstance(judge(answer(500), 1, first + timedelta(seconds=1), NOW), Retry)


@given(st.integers(1, 20), st.floats(0, 1, exclude_max=True))
def test_jitter_is_only_added(number: int, fraction: float) -> None:
    plain = DEFAULT_SCHEDULE.delay(number)
    assert plain <= after(judge(answer(500), number, NOW, NOW, fraction=fraction)) <= plain * 1.1


@pytest.mark.parametrize(
    ("status", "header", "wait", "counts"),
    [
        (429, "120", timedelta(seconds=120), False),
        (429, None, timedelta(minutes=1), False),
        (429, "1", timedelta(seconds=5), False),
        (503, "Sat, 23 Jan 2027 12:10:00 GMT", timedelta(minutes=10), True),
        (503, "999999", timedelta(hours=10), True),
        (503, "soon", timedelta(seconds=5), True),
        (503, "-5", timedelta(seconds=5), True),
        (500, "120", timedelta(seconds=5), True),
    ],
)
def test_retry_after_is_never_undercut(status: int, header: str | None, wait: timedelta, *, counts: bool) -> None:
    outcome = judge(answer(status, header), 1, NOW, NOW)
    assert after(outcome) == wait
    assert isinstance(outcome, Retry)
    assert outcome.counts is counts


@given(st.text(max_size=60))
def test_no_header_breaks_the_judgement(header: str) -> None:
    wait = retry_after(header, NOW)
    assert wait is None or wait >= timedelta(0)


@pytest.mark.parametrize("result", [answer(500), answer(429, "120"), Failure("connect", "why")])
def test_all_of_the_jitter_is_added_whatever_hindered(result: Answer | Failure) -> None:
    plain = after(judge(result, 1, NOW, NOW))
    assert after(judge(result, 1, NOW, NOW, fraction=0.5)) == plain * 1.05


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("Sat, 23 Jan 2027 11:00:00 GMT", timedelta(0)),
        ("Sat, 23 Jan 2027 12:10:00 -0000", timedelta(minutes=10)),
        ("9" * 5000, timedelta(seconds=999_999_999)),
        ("²", None),
        ("Sat, 23 Jan 2027 12:10:00 +99999999999999999999", None),
    ],
)
def test_a_date_that_is_past_or_no_date_and_a_number_without_end(header: str, wait: timedelta | None) -> None:
    assert retry_after(header, NOW) == wait
