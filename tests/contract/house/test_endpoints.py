"""An endpoint moves only along its table, also when an answer comes late."""

from collections.abc import Callable
from contextlib import suppress
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import text

from syndicator.clock import SECOND_US
from syndicator.delivery.signing import verify
from syndicator.errors import Conflict, NotFound
from syndicator.model.lifecycle import Action
from syndicator.services.revise import Revision
from syndicator.services.views import newsrooms as views
from syndicator.store import audit, endpoints
from tests.contract.house.conftest import House, record
from tests.contract.house.locks import wait_until
from tests.contract.house.newsroom import Newsroom


def test_a_410_that_comes_after_the_removal_brings_no_endpoint_back(house: House, newsroom: Newsroom) -> None:
    endpoint_id = house.endpoint(newsroom)

    def remove(_event: dict[str, Any]) -> bytes:
        house.service.change_endpoint(endpoint_id, "remove", actor="desk")
        return b""

    newsroom.answer, newsroom.body = 410, remove
    house.submit()
    house.service.drain()
    assert house.states() == [("release.published", "dead")]
    with pytest.raises(NotFound):
        views.endpoint(house.service.setup, endpoint_id)
    with house.service.database.read() as connection:
        assert [row["action"] for row in audit.of(connection, endpoint_id)] == ["add", "remove"]


@pytest.mark.parametrize(("move", "left"), [("pause", "parked"), ("disable", "dead")])
def test_a_receiver_can_be_tried_before_its_endpoint_is_resumed(
    house: House, newsroom: Newsroom, move: str, left: str
) -> None:
    """One ping, at once; where it fails, it is no reason to go on asking."""
    endpoint_id = house.endpoint(newsroom)
    house.service.change_endpoint(endpoint_id, move, actor="t")
    for newsroom.answer in (204, 500):
        house.service.test_endpoint(endpoint_id, actor="t")
        house.service.drain()
    house.clock.us += 3600 * SECOND_US
    house.service.drain()
    assert [each["type"] for each in newsroom.envelopes] == ["endpoint.ping"] * 2
    assert [state for _, state in house.states()] == ["delivered", left]


def fanned_out_during(house: House, newsroom: Newsroom, other: Callable[[], None]) -> None:
    """A fan-out of an update ends only after ``other`` began and could see nothing of it."""
    database = house.service.database
    [waiting] = house.deliveries(state="waiting")
    update = Revision(action=Action.UPDATE, actor="t", record=record(headline="Neu"))
    house.service.revise(waiting["release_id"], update)
    fanning, meanwhile = Thread(target=house.service.fan_out, args=("t",)), Thread(target=other)
    with database.write() as connection:  # the fan-out has to supersede this one, after it made the new ones
        held = text(f"SELECT 1 FROM deliveries WHERE id = :id {database.for_change}")
        connection.execute(held, {"id": waiting["id"]})
        fanning.start()
        wait_until(house, 1)
        meanwhile.start()
        wait_until(house, 2, lambda: not meanwhile.is_alive())
    fanning.join(10)
    meanwhile.join(10)
    newsroom.answer = 204
    house.service.drain()


def test_what_is_fanned_out_while_its_endpoint_is_resumed_is_not_parked_for_ever(
    house: House, newsroom: Newsroom
) -> None:
    house.endpoint(newsroom)
    newsroom.answer = 500
    house.submit()
    house.service.drain()
    with Newsroom() as other:
        paused = house.endpoint(other)
        house.service.change_endpoint(paused, "pause", actor="desk")
        fanned_out_during(house, newsroom, lambda: house.service.change_endpoint(paused, "resume", actor="desk"))
        assert other.told == [("release.updated", 2)]


@pytest.mark.parametrize("way", ["replay", "recover"])
def test_an_older_version_is_not_sent_again_while_a_newer_one_is_fanned_out(
    house: House, newsroom: Newsroom, way: str
) -> None:
    house.endpoint(newsroom)
    newsroom.answer = 500
    with Newsroom() as other:
        endpoint_id = house.endpoint(other)
        house.submit()
        house.service.drain()
        [delivered] = house.deliveries(state="delivered")

        def again() -> None:
            if way == "recover":
                house.service.recover_since(endpoint_id, 0, actor="desk", reason="lost")
            else:
                with suppress(Conflict):
                    house.service.replay_delivery(delivered["id"], actor="desk", reason="lost")

        fanned_out_during(house, newsroom, again)
        house.clock.us += 3600 * SECOND_US
        house.service.drain()
        assert other.told == [("release.published", 1), ("release.updated", 2)]


def test_of_rotations_at_once_each_gives_a_secret_that_signs(house: House, newsroom: Newsroom) -> None:
    endpoint_id = house.endpoint(newsroom)
    shown: list[str] = []

    def rotate() -> None:
        shown.append(house.service.rotate_secret(endpoint_id, actor="desk"))

    rotating = [Thread(target=rotate) for _ in range(2)]
    with house.service.database.write() as connection:
        endpoints.set_notice(connection, endpoints.get(connection, endpoint_id)["no"], "somebody works on it")
        for each in rotating:
            each.start()
        wait_until(house, 2)
    for each in rotating:
        each.join(10)
    house.submit()
    house.service.drain()
    [(headers, body)] = newsroom.requests
    for secret in (newsroom.secret, *shown):
        verify(headers, body, [secret], house.clock.us / SECOND_US)
