"""The log has a line for each attempt that did not deliver, and for each one at all where ``debug`` is asked for."""

from typing import Any

import pytest
import structlog

from syndicator import log
from tests.contract.house.conftest import House
from tests.contract.house.newsroom import Newsroom


def lines(house: House) -> list[dict[str, Any]]:
    with structlog.testing.capture_logs() as said:
        house.service.drain()
    return [dict(each) for each in said if each["event"] == "attempt"]


def test_an_attempt_that_is_to_be_repeated_is_a_line_by_which_it_is_found(house: House, newsroom: Newsroom) -> None:
    endpoint_id = house.endpoint(newsroom)
    newsroom.answer = 500
    house.submit(headline="Zwetschgendatschi")
    [line] = lines(house)
    [delivery] = house.deliveries()
    assert (line["log_level"], line["outcome"], line["status"], line["number"]) == ("info", "retry", 500, 1)
    assert (line["delivery"], line["endpoint"], line["cause"]) == (delivery["id"], endpoint_id, "event")
    assert line["again_at"] > "2027-01-23T12:00:0"
    for private in (newsroom.url, newsroom.secret, "Zwetschgendatschi"):
        assert private not in str(line)


@pytest.mark.parametrize(("level", "count"), [("info", 0), ("debug", 1)])
def test_what_is_delivered_is_a_line_only_where_debug_is_asked_for(
    house: House, newsroom: Newsroom, capsys: pytest.CaptureFixture[str], level: str, count: int
) -> None:
    house.endpoint(newsroom)
    house.submit()
    log.configure(level)
    try:
        house.service.drain()
    finally:
        structlog.reset_defaults()
    assert house.states() == [("release.published", "delivered")]
    assert capsys.readouterr().err.count('"event": "attempt"') == count
