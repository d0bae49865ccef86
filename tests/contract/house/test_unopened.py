"""A worker that was started with another sealing key: it is in nobody's way, and its operator is told once."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import requests
from prometheus_client import REGISTRY
from pydantic import SecretStr
from sqlalchemy import text
from starlette.types import ASGIApp
from structlog.testing import capture_logs

from syndicator.clock import SECOND_US
from syndicator.delivery.retry import DEFAULT_SCHEDULE
from syndicator.dispatch import Task
from syndicator.model.lifecycle import Action
from syndicator.services import unopened
from syndicator.services.revise import Revision
from syndicator.web.app import make_app, make_signs
from syndicator.web.serve import Server
from tests.contract.house.conftest import House
from tests.contract.house.newsroom import Newsroom
from tests.contract.house.test_first_pushes import Woken

MakeHouse = Callable[..., House]
MISSING = "k0:" + "A" * 43 + "="
OTHER_OF_THAT_NAME = "k1:" + "B" * 43 + "="
WITHDRAWAL = Revision(action=Action.WITHDRAW, actor="t", note="n")


def behind(make_house: MakeHouse, house: House, keys: str = MISSING) -> House:
    """A worker of the same service with that key only."""
    return make_house(clock=house.clock, sealing_keys=SecretStr(keys))


def rows(house: House) -> list[dict[str, Any]]:
    """Every delivery as it is stored, oldest first."""
    with house.service.database.read() as connection:
        found = connection.execute(text("SELECT * FROM deliveries ORDER BY id"))
        return [dict(row) for row in found.mappings()]


def attempts(house: House) -> int:
    with house.service.database.read() as connection:
        return int(connection.execute(text("SELECT count(*) FROM attempts")).scalar_one())


@pytest.mark.parametrize("keys", [MISSING, OTHER_OF_THAT_NAME], ids=["it is missing", "another of its name"])
def test_a_worker_without_the_key_leaves_a_push_as_if_it_had_not_seen_it(
    make_house: MakeHouse, newsroom: Newsroom, keys: str
) -> None:
    house = make_house()
    house.endpoint(newsroom)
    house.submit()
    house.service.fan_out("t")
    before = rows(house)
    behind(make_house, house, keys).service.drain()
    assert rows(house) == before
    assert attempts(house) == 0
    house.service.drain()  # in the same second
    assert house.states() == [("release.published", "delivered")]
    assert len(newsroom.requests) == 1


def test_it_claims_nothing_of_those_endpoints_again_and_sends_what_it_can(
    make_house: MakeHouse, newsroom: Newsroom
) -> None:
    house = make_house()
    house.endpoint(newsroom)
    first = house.submit("first")
    house.service.drain()
    worker = behind(make_house, house)
    with Newsroom() as its_own:
        worker.endpoint(its_own)
        house.submit("second")
        house.service.fan_out("t")
        worker.service.drain()
        house.submit("third")
        house.service.revise(first, WITHDRAWAL)
        house.service.fan_out("t")
        assert worker.service.deliver("t") == 1, "the third to its own newsroom"
        worker.service.courier.settle()
        assert its_own.told == [("release.published", 1)] * 2
    assert len(newsroom.requests) == 1
    house.service.drain()
    assert len(newsroom.requests) == 4


def test_the_time_to_try_begins_with_the_first_attempt_though_the_key_was_away_for_longer(
    make_house: MakeHouse, newsroom: Newsroom
) -> None:
    house = make_house()
    house.endpoint(newsroom)
    house.submit()
    behind(make_house, house).service.drain()
    house.clock.us += int((DEFAULT_SCHEDULE.window + timedelta(hours=1)).total_seconds()) * SECOND_US
    newsroom.answer = 500
    house.service.drain()
    assert [(row["state"], row["attempts"]) for row in rows(house)] == [("waiting", 1)]


def test_the_operator_is_told_once_and_again_when_it_is_over(
    make_house: MakeHouse, newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = make_house()
    ids = [house.endpoint(newsroom) for _ in range(3)]
    worker = behind(make_house, house)
    monkeypatch.setattr(unopened, "_LOOK_EVERY_S", 0)
    with capture_logs() as lines:
        worker.service.get_ready()
        for number in range(3):
            house.submit(f"{number}")
            worker.service.drain()
    [line] = [each for each in lines if each["log_level"] == "error"]
    assert line["endpoints"] == {"k1": 3}
    assert "SYNDICATOR_SEALING_KEYS" in line["fix"]
    assert _unopened() == 3
    with capture_logs() as lines:
        for each in ids:
            worker.service.rotate_secret(each, actor="t", overlap_s=0)
        worker.service.drain()
    told = [each["event"] for each in lines if each["log_level"] != "debug"]
    assert told == ["secrets of all endpoints open here again"]
    assert _unopened() == 0
    assert {state for _, state in house.states()} == {"delivered"}


def test_a_worker_whose_keys_open_nothing_is_not_ready_and_a_site_that_sends_is(
    make_house: MakeHouse, newsroom: Newsroom
) -> None:
    """The site takes releases all the same: nothing of them is lost."""
    house = make_house()
    house.endpoint(newsroom)
    worker = behind(make_house, house)
    worker.service.get_ready()
    status, told = readiness(make_signs(worker.service))
    assert status == 503
    assert "'k1'" in told["lacking"]
    assert readiness(make_app(worker.service)) == (200, {"ready": True})
    house.service.get_ready()
    assert readiness(make_signs(house.service)) == (200, {"ready": True})


def test_a_worker_with_one_secret_that_does_not_open_is_ready(make_house: MakeHouse, newsroom: Newsroom) -> None:
    house = make_house()
    house.endpoint(newsroom)
    worker = behind(make_house, house)
    worker.endpoint(newsroom)
    worker.service.get_ready()
    assert readiness(make_signs(worker.service)) == (200, {"ready": True})


def test_whoever_fans_out_and_cannot_sign_wakes_others_for_the_pushes(
    make_house: MakeHouse, newsroom: Newsroom
) -> None:
    house = make_house()
    house.endpoint(newsroom)
    worker = behind(make_house, house)
    worker.service.get_ready()
    worker.service.dispatcher = woken = Woken(worker)
    worker.submit()
    worker.service.fan_out("t")
    assert (Task.DELIVER, {"waiting"}) in woken.tasks


def readiness(app: ASGIApp) -> tuple[int, Any]:
    with Server(app, "127.0.0.1", 0) as server:
        answer = requests.get(f"{server.url}/readyz", timeout=9)
    return answer.status_code, answer.json()


def _unopened() -> float | None:
    return REGISTRY.get_sample_value("syndicator_endpoints_unopened")
