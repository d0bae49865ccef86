"""Endpoints and deliveries over the API."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from syndicator.clock import from_us, isoformat
from syndicator.delivery.guard import Guard
from syndicator.delivery.resolver import Answers, Resolver
from tests.unit.web.served import START_US, Answer, Client, Served, serving

URL = "https://newsroom.example/hook"


def _add(served: Served, **more: object) -> dict[str, Any]:
    answer = served.operator("POST", "/api/v1/endpoints", {"url": URL, **more})
    assert answer.status == 201, answer.text
    added: dict[str, Any] = answer.json
    return added


def test_an_endpoint_is_added_with_a_secret_that_is_shown_once(served: Served) -> None:
    added = _add(served, description="Desk", owner="daily", subscriptions=[{"filter": {"language": "de"}}])
    assert added["secret"].startswith("whsec_")
    shown = served.operator.get(f"/api/v1/endpoints/{added['id']}")
    assert added["secret"] not in shown.text
    endpoint = shown.json
    assert (endpoint["url"], endpoint["owner"], endpoint["state"]) == (URL, "daily", "active")
    assert [each["filter"] for each in endpoint["subscriptions"]] == [{"language": "de"}]
    assert "endpoint.ping" not in endpoint["subscriptions"][0]["events"]
    assert endpoint["last_attempts"] == []
    assert [each["id"] for each in served.operator.get("/api/v1/endpoints").json] == [added["id"]]
    assert served.operator.get("/api/v1/endpoints?owner=nobody").json == []


def test_an_endpoint_that_cannot_be_verified_says_what_came_instead(served: Served) -> None:
    served.service.guard = Guard(resolver=Resolver(lambda _name: ("10.0.0.1",), threads=1))
    added = _add(served, verify=True)
    assert added["state"] == "unverified"
    path = f"/api/v1/endpoints/{added['id']}"
    refused = served.operator("POST", f"{path}/verify")
    assert (refused.status, refused.json["title"]) == (422, "The receiver did not answer the challenge")
    assert refused.json["faults"][0]["place"] == "endpoint"
    assert "not verified: guard" in served.operator.get(path).json["notice"]
    assert served.operator("POST", f"{path}/resume").status == 409
    assert served.operator("POST", "/api/v1/endpoints/end_unknown/verify").status == 404


def test_receivers_that_hang_do_not_stop_the_api(tmp_path: Path) -> None:
    with serving(tmp_path, connect_timeout_s=30, attempt_timeout_s=30) as served:
        _let_challenges_hang(served)


def _let_challenges_hang(served: Served) -> None:
    arrived, release = threading.Semaphore(0), threading.Event()

    def hang(_name: str) -> Answers:
        arrived.release()
        release.wait(30)
        return ("10.0.0.1",)

    served.service.guard = Guard(resolver=Resolver(hang))
    paths = [f"/api/v1/endpoints/{_add(served, url=f'https://news{number}.example/')['id']}" for number in range(4)]

    def verify(path: str) -> Answer:
        with closing(Client(served.server, served.service.operator_token)) as client:
            return client("POST", f"{path}/verify")

    with ThreadPoolExecutor(60) as pool:
        hanging = [pool.submit(verify, path) for path in paths]
        assert all(arrived.acquire(timeout=10) for _ in paths)
        beyond = _add(served)["id"]
        refused = [each.result() for each in [pool.submit(verify, f"/api/v1/endpoints/{beyond}") for _ in range(50)]]
        assert served.operator.get(paths[0]).json["state"] == "active"
        again = verify(paths[0])
        assert not any(each.done() for each in hanging)
        release.set()
        assert {each.result().status for each in hanging} == {422}
    assert {(each.status, each.headers["retry-after"]) for each in refused} == {(503, "30")}
    assert refused[0].headers["content-type"] == "application/problem+json"
    assert refused[0].json["title"] == "Too many such calls are under way"
    assert "try again in 30 s" in refused[0].json["detail"]
    assert (again.status, "is being verified" in again.json["detail"]) == (409, True)


EVERYTHING_WRONG = {"url": "ftp://x", "subscriptions": [{"events": ["x"], "filter": {"y": 1}}], "foo": 1}


@pytest.mark.parametrize(
    ("body", "places"),
    [
        (EVERYTHING_WRONG, {"url", "subscriptions[0].events[0]", "subscriptions[0].filter.y", "foo"}),
        ({"url": "", "foo": 1}, {"url", "foo"}),
        ({"url": 5, "foo": 1}, {"url", "foo"}),
        ({"url": URL, "foo": 1}, {"foo"}),
        ({"foo": 1}, {"url", "foo"}),
        ([1], {"body"}),
        (b"{", {"body"}),
    ],
)
def test_a_wrong_url_is_told_with_all_that_is_wrong_beside_it(served: Served, body: object, places: set[str]) -> None:
    refused = served.operator("POST", "/api/v1/endpoints", body)
    assert refused.status == 422
    assert {each["place"] for each in refused.json["faults"]} == places
    assert served.operator.get("/api/v1/endpoints").json == []


def test_endpoints_are_paged(served: Served) -> None:
    added = [_add(served)["id"] for _ in range(5)]
    seen, after = [], ""
    while page := served.operator.get(f"/api/v1/endpoints?limit=2&after={after}").json:
        seen.append([each["id"] for each in page])
        after = seen[-1][-1]
        served.operator("DELETE", f"/api/v1/endpoints/{after}")
    assert seen == [added[:2], added[2:4], added[4:]], "one that was removed meanwhile ends no listing"


@pytest.mark.parametrize("after", ["end_unknown", "x", "0"])
def test_a_cursor_that_is_none_is_refused(served: Served, after: str) -> None:
    _add(served)
    refused = served.operator.get(f"/api/v1/endpoints?after={after}")
    assert refused.status == 422
    assert [each["place"] for each in refused.json["faults"]] == ["after"]


@pytest.mark.parametrize(
    "host", ["10.0.0.1", "169.254.169.254", "[::1]", "[::ffff:10.0.0.1]", "localhost", "push.localhost."]
)
def test_an_endpoint_at_an_address_that_is_not_public_is_refused_at_once(served: Served, host: str) -> None:
    refused = served.operator("POST", "/api/v1/endpoints", {"url": f"https://{host}/hook"})
    assert (refused.status, refused.json["title"]) == (422, "The URL was refused")
    (fault,) = refused.json["faults"]
    assert (fault["place"], "no public address" in fault["problem"]) == ("url", True)
    assert served.operator.get("/api/v1/endpoints").json == []


def test_a_refused_url_and_a_wrong_filter_are_told_with_their_places(served: Served) -> None:
    refused = served.operator("POST", "/api/v1/endpoints", {"url": "http://user@10.0.0.1:99/"})
    assert refused.status == 422
    assert {fault["place"] for fault in refused.json["faults"]} == {"url"}
    wrong = served.operator(
        "POST", "/api/v1/endpoints", {"url": URL, "subscriptions": [{"filter": {"any": [{"langage": "de"}]}}], "x": 1}
    )
    assert {fault["place"] for fault in wrong.json["faults"]} == {"subscriptions[0].filter.any[0].langage", "x"}


def test_tests_of_an_endpoint_cannot_be_subscribed_to(served: Served) -> None:
    events = ["release.published", "endpoint.ping"]
    refused = served.operator("POST", "/api/v1/endpoints", {"url": URL, "subscriptions": [{"events": events}]})
    (fault,) = refused.json["faults"]
    assert (refused.status, fault["place"]) == (422, "subscriptions[0].events[1]")
    assert "endpoint.ping cannot be subscribed to" in str(fault)


def test_a_type_of_event_that_is_none_is_told_with_those_that_may_be_written(served: Served) -> None:
    refused = served.operator(
        "POST", "/api/v1/endpoints", {"url": URL, "subscriptions": [{"events": ["release.pulished"]}]}
    )
    (fault,) = refused.json["faults"]
    may_be = set(re.findall("'([a-z.]+)'", fault["fix"]))
    assert fault["place"] == "subscriptions[0].events[0]"
    assert (
        served.operator("POST", "/api/v1/endpoints", {"url": URL, "subscriptions": [{"events": sorted(may_be)}]}).status
        == 201
    )
    described = served.public.get("/openapi.json").json["components"]["schemas"]["NewSubscription"]["properties"]
    assert set(described["events"]["items"]["enum"]) == may_be


def test_subscriptions_come_and_go(served: Served) -> None:
    path = f"/api/v1/endpoints/{_add(served)['id']}"
    made = served.operator("POST", f"{path}/subscriptions", {"events": ["release.withdrawn"]})
    assert made.status == 201
    assert len(served.operator.get(path).json["subscriptions"]) == 2
    other = f"/api/v1/endpoints/{_add(served)['id']}"
    assert served.operator("DELETE", f"{other}/subscriptions/{made.json['id']}").status == 404
    assert len(served.operator.get(path).json["subscriptions"]) == 2
    assert served.operator("DELETE", f"{path}/subscriptions/{made.json['id']}").status == 204
    assert served.operator("DELETE", f"{path}/subscriptions/{made.json['id']}").status == 404
    assert len(served.operator.get(path).json["subscriptions"]) == 1


def test_pausing_parks_and_resuming_lets_go(served: Served) -> None:
    path = f"/api/v1/endpoints/{_add(served)['id']}"
    assert served.operator("POST", f"{path}/pause").json["state"] == "paused"
    assert served.operator("POST", f"{path}/pause").status == 409
    served.submit()
    served.render()
    assert [each["state"] for each in served.operator.get("/api/v1/deliveries").json["deliveries"]] == ["parked"]
    assert served.operator("POST", f"{path}/resume").json["state"] == "active"
    assert served.operator("POST", f"{path}/explode").status == 422
    assert served.operator("DELETE", path).status == 204
    assert served.operator.get(path).status == 404
    assert served.operator.get("/api/v1/deliveries?state=dead").json["deliveries"]


def test_a_test_makes_a_delivery_that_can_be_looked_at(served: Served) -> None:
    endpoint_id = _add(served)["id"]
    sent = served.operator("POST", f"/api/v1/endpoints/{endpoint_id}/test")
    assert sent.status == 202
    delivery = served.operator.get(f"/api/v1/deliveries/{sent.json['delivery_id']}").json
    assert (delivery["event_type"], delivery["endpoint_id"]) == ("endpoint.ping", endpoint_id)
    assert (delivery["state"], delivery["attempt_log"]) == ("waiting", [])


def test_a_rotated_secret_is_another_one(served: Served) -> None:
    added = _add(served)
    rotated = served.operator("POST", f"/api/v1/endpoints/{added['id']}/rotate-secret").json
    assert rotated["secret"].startswith("whsec_")
    assert rotated["secret"] != added["secret"]
    path = f"/api/v1/endpoints/{added['id']}/rotate-secret"
    assert [served.operator("POST", f"{path}?overlap_s={each}").status for each in (0, -1, 10**9)] == [200, 422, 422]


def test_deliveries_are_paged_and_filtered(served: Served) -> None:
    endpoint_id = _add(served)["id"]
    releases = [served.submit(headline=f"Release {number}")["id"] for number in range(5)]
    served.render()
    seen, path = [], "/api/v1/deliveries?limit=2"
    while path:
        page = served.operator.get(path).json
        assert len(page["deliveries"]) <= 2
        seen += [each["release_id"] for each in page["deliveries"]]
        path = f"/api/v1/deliveries?limit=2&before={page['next']}" if "next" in page else ""
    assert seen == releases[::-1]
    one = served.operator.get(f"/api/v1/deliveries?release={releases[0]}&endpoint={endpoint_id}&state=waiting").json
    assert [each["release_id"] for each in one["deliveries"]] == [releases[0]]
    for other in ("release=rel_1", "endpoint=end_1", "state=dead"):
        assert served.operator.get(f"/api/v1/deliveries?{other}").json["deliveries"] == [], other
    counted = served.operator.get(f"/api/v1/releases/{releases[0]}").json["inside"]["deliveries"]
    assert counted == {"waiting": 1}


def test_a_replay_needs_an_ended_delivery_and_a_reason(served: Served) -> None:
    endpoint_id = _add(served)["id"]
    sent = served.operator("POST", f"/api/v1/endpoints/{endpoint_id}/test").json["delivery_id"]
    path = f"/api/v1/deliveries/{sent}/replay"
    assert {fault["place"] for fault in served.operator("POST", path, {}).json["faults"]} == {"reason"}
    assert served.operator("POST", path, {"reason": "lost"}).status == 409
    assert served.operator("POST", "/api/v1/deliveries/999/replay", {"reason": "lost"}).status == 404


def test_recovering_wants_a_time_with_an_offset(served: Served) -> None:
    path = f"/api/v1/endpoints/{_add(served)['id']}/recover"
    since = from_us(START_US) - timedelta(days=1)
    done = served.operator("POST", path, {"since": isoformat(since), "reason": "outage"})
    assert (done.status, done.json) == (200, {"deliveries": 0})
    vague = served.operator("POST", path, {"since": "2027-01-01T00:00:00", "reason": "outage"})
    assert vague.json["faults"] == [
        {
            "place": "since",
            "problem": "this time has no offset",
            "fix": "write it with one, such as 2027-01-23T19:00:00+01:00",
            "line": 1,
            "column": 2,
        }
    ]


@pytest.mark.parametrize("since", ["20270123", "1800000000", 1800000000, "2027-01-23", "yesterday"])
def test_no_number_is_taken_for_the_seconds_since_1970(served: Served, since: object) -> None:
    path = f"/api/v1/endpoints/{_add(served)['id']}/recover"
    refused = served.operator("POST", path, {"since": since, "reason": "outage"})
    (fault,) = refused.json["faults"]
    assert (refused.status, fault["place"]) == (422, "since")
    assert fault["fix"] == "write one such as 2027-01-23T19:00:00+01:00"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/v1/endpoints"),
        ("POST", "/api/v1/endpoints"),
        ("GET", "/api/v1/endpoints/end_x"),
        ("DELETE", "/api/v1/endpoints/end_x"),
        ("POST", "/api/v1/endpoints/end_x/test"),
        ("POST", "/api/v1/endpoints/end_x/pause"),
        ("POST", "/api/v1/endpoints/end_x/rotate-secret"),
        ("POST", "/api/v1/endpoints/end_x/recover"),
        ("POST", "/api/v1/endpoints/end_x/subscriptions"),
        ("DELETE", "/api/v1/endpoints/end_x/subscriptions/sub_x"),
        ("GET", "/api/v1/deliveries"),
        ("GET", "/api/v1/deliveries/1"),
        ("POST", "/api/v1/deliveries/1/replay"),
        ("POST", "/api/v1/channels"),
        ("DELETE", "/api/v1/channels/x"),
        ("POST", "/api/v1/filters/try"),
        ("GET", "/api/v1/releases/rel_x/history"),
        ("POST", "/api/v1/releases/rel_x/withdraw"),
    ],
)
def test_all_of_it_is_the_operators(shown: Served, method: str, path: str) -> None:
    assert shown.public(method, path, {} if method == "POST" else None).status == 401
