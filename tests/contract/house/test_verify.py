"""Whose endpoint it is: nothing but pings goes to an endpoint that has to answer a challenge and did not yet."""

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook

from syndicator.delivery.guard import Guard
from syndicator.delivery.resolver import Resolver
from syndicator.errors import Busy, Conflict, NotFound
from syndicator.model.endpoint import NewEndpoint
from syndicator.services.verify import NotVerified
from syndicator.services.views import newsrooms as views
from syndicator.store import audit
from tests.contract.house.conftest import House
from tests.contract.house.newsroom import Newsroom

BEHIND_NOBODY = "http://127.0.0.1:9/"


def as_json(ping: dict[str, Any]) -> bytes:
    return json.dumps({"challenge": ping["data"]["challenge"]}).encode()


def as_text(ping: dict[str, Any]) -> bytes:
    return f"{ping['data']['challenge']}\n".encode()


def state(house: House, endpoint_id: str) -> tuple[str, str | None]:
    view = views.endpoint(house.service.setup, endpoint_id)
    return view.state, view.notice


def trail(house: House, endpoint_id: str) -> list[tuple[str, bool]]:
    """(actor, whether it was verified) of each time it was tried."""
    with house.service.database.read() as connection:
        rows = audit.of(connection, endpoint_id)
    return [(row["actor"], row["detail"]["verified"]) for row in rows if row["action"] == "verify"]


@pytest.mark.parametrize("answer", [as_json, as_text])
def test_an_endpoint_is_pushed_to_once_its_receiver_answered_the_challenge(
    house: House, newsroom: Newsroom, answer: Callable[[dict[str, Any]], bytes]
) -> None:
    endpoint_id = house.endpoint(newsroom, verify=True)
    newsroom.answer, newsroom.body = 200, answer
    house.submit(key="before")
    house.service.drain()
    assert state(house, endpoint_id) == ("unverified", None)
    assert (newsroom.requests, house.deliveries()) == ([], [])

    house.service.verify_endpoint(endpoint_id, actor="desk")
    assert state(house, endpoint_id) == ("active", None)
    assert trail(house, endpoint_id) == [("desk", True)]

    house.submit(key="after")
    house.service.drain()
    assert newsroom.told == [("endpoint.ping", 0), ("release.published", 1)], "what came before is not kept for it"


def test_the_challenge_comes_signed_and_is_never_the_same(house: House, newsroom: Newsroom) -> None:
    endpoint_id = house.endpoint(newsroom, verify=True)
    for _ in range(3):
        with pytest.raises(NotVerified):
            house.service.verify_endpoint(endpoint_id, actor="desk")
    assert len({each["data"]["challenge"] for each in newsroom.envelopes}) == 3
    assert len({headers["webhook-id"] for headers, _ in newsroom.requests}) == 3
    for headers, body in newsroom.requests:
        timestamp = int(headers["webhook-timestamp"])
        signed = Webhook(newsroom.secret).sign(
            headers["webhook-id"], datetime.fromtimestamp(timestamp, UTC), body.decode()
        )
        assert signed in headers["webhook-signature"].split()
        assert json.loads(body)["data"]["endpoint"] == endpoint_id


def test_whatever_is_not_the_challenge_leaves_the_endpoint_unverified_and_says_why(
    house: House, newsroom: Newsroom
) -> None:
    endpoint_id = house.endpoint(newsroom, verify=True)
    echo = lambda ping: json.dumps(ping).encode()  # noqa: E731
    for status, answer, says in (
        (200, None, "without the challenge"),
        (200, echo, "without the challenge"),
        (400, as_json, "answered 400"),
        (302, as_json, "answered 302"),
        (410, as_json, "answered 410"),
        (503, as_json, "answered 503"),
    ):
        newsroom.answer, newsroom.body = status, answer
        with pytest.raises(NotVerified, match=says):
            house.service.verify_endpoint(endpoint_id, actor="desk")
        now, notice = state(house, endpoint_id)
        assert now == "unverified"
        assert says in str(notice)
    assert trail(house, endpoint_id) == [("desk", False)] * 6


def test_a_receiver_that_is_not_there_or_not_public_is_not_verified(make_house: Callable[..., House]) -> None:
    house = make_house()
    inside = Resolver(lambda _name: ("10.0.0.1",), threads=1)
    house.service.guard = Guard(["127.0.0.0/8"], allowed_ports=house.service.ports, resolver=inside)
    for url, says in ((BEHIND_NOBODY, "connect: "), ("http://newsroom.example/", "guard: ")):
        added = house.service.add_endpoint(NewEndpoint(url=url, verify=True), owner="newsroom")
        with pytest.raises(NotVerified, match=says):
            house.service.verify_endpoint(added.id, actor="desk")
        assert state(house, added.id)[0] == "unverified"


def test_an_operator_may_demand_it_of_every_new_endpoint(make_house: Callable[..., House], newsroom: Newsroom) -> None:
    before = make_house().endpoint(newsroom)
    house = make_house(verify_endpoints=True)
    after = house.endpoint(newsroom)
    assert [state(house, each)[0] for each in (before, after)] == ["active", "unverified"]


def test_no_other_way_leads_out_of_being_unverified(house: House, newsroom: Newsroom) -> None:
    endpoint_id = house.endpoint(newsroom, verify=True)
    for move in ("pause", "resume", "disable"):
        with pytest.raises(Conflict):
            house.service.change_endpoint(endpoint_id, move, actor="desk")
    newsroom.answer = 410
    house.service.test_endpoint(endpoint_id, actor="desk")
    house.service.drain()
    assert newsroom.told == [("endpoint.ping", 0)]
    assert state(house, endpoint_id)[0] == "unverified", "a 410 to a ping, then a resume, would be such a way"
    with pytest.raises(Conflict):
        house.service.recover_since(endpoint_id, 0, actor="desk", reason="all of it")
    house.service.change_endpoint(endpoint_id, "remove", actor="desk")
    with pytest.raises(NotFound):
        house.service.verify_endpoint(endpoint_id, actor="desk")


def test_asking_an_endpoint_in_another_state_changes_nothing(house: House, newsroom: Newsroom) -> None:
    endpoint_id = house.endpoint(newsroom)
    newsroom.answer, newsroom.body = 200, as_json
    house.service.verify_endpoint(endpoint_id, actor="desk")
    assert state(house, endpoint_id) == ("active", None)
    house.service.change_endpoint(endpoint_id, "pause", actor="desk", notice="moving house")
    house.service.verify_endpoint(endpoint_id, actor="desk")
    assert state(house, endpoint_id) == ("paused", "moving house")
    newsroom.answer, newsroom.body = 200, None
    with pytest.raises(NotVerified):
        house.service.verify_endpoint(endpoint_id, actor="desk")
    assert state(house, endpoint_id) == ("paused", "moving house")
    assert trail(house, endpoint_id) == [("desk", True), ("desk", True), ("desk", False)]


def test_an_endpoint_that_was_removed_while_it_was_asked_stays_removed(house: House, newsroom: Newsroom) -> None:
    endpoint_id = house.endpoint(newsroom, verify=True)

    def remove(ping: dict[str, Any]) -> bytes:
        house.service.change_endpoint(endpoint_id, "remove", actor="other")
        return as_json(ping)

    newsroom.answer, newsroom.body = 200, remove
    with pytest.raises(NotFound):
        house.service.verify_endpoint(endpoint_id, actor="desk")
    assert views.endpoint_list(house.service.setup) == ()


def test_few_are_verified_at_once_and_each_once_at_a_time(make_house: Callable[..., House], newsroom: Newsroom) -> None:
    house = make_house(attempt_timeout_s=29.5)
    arrived, release = threading.Semaphore(0), threading.Event()

    def answer(ping: dict[str, Any]) -> bytes:
        arrived.release()
        release.wait(30)
        return as_json(ping)

    newsroom.answer, newsroom.body = 200, answer
    first, *others, last = [house.endpoint(newsroom, verify=True) for _ in range(5)]
    verify = house.service.verify_endpoint
    with ThreadPoolExecutor(4) as pool:
        under_way = [pool.submit(verify, each, actor="desk") for each in (first, *others)]
        assert all(arrived.acquire(timeout=10) for _ in under_way)
        with pytest.raises(Busy, match=r"4 endpoints are being verified.*; try again in 30 s"):
            verify(last, actor="desk")
        with pytest.raises(Conflict, match=f"endpoint {first} is being verified"):
            verify(first, actor="desk")
        release.set()
        assert [each.result() for each in under_way] == [None] * 4
    verify(last, actor="desk")
    verify(first, actor="desk")
    assert {state(house, each)[0] for each in (first, *others, last)} == {"active"}
    assert trail(house, last) == [("desk", True)], "what was refused was not tried"
