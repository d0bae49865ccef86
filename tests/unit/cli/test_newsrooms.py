"""A newsroom's way: endpoints, deliveries and feeds of a real service."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from syndicator.services.verify import NotVerified
from tests.unit.cli.answering import Answer, Answering
from tests.unit.cli.conftest import EXAMPLE, Call
from tests.unit.web.served import Served

URL = "http://127.0.0.1:9/push"


@pytest.fixture
def endpoint(cli: Call) -> str:
    added: str = cli("endpoint", "add", URL, "--json").json["id"]
    return added


def test_an_endpoint_is_added_with_what_it_wants_and_its_secret_shown_once(cli: Call) -> None:
    wanted = ("--filter", '{"language": "de"}', "--event", "release.published", "--event", "release.withdrawn")
    done = cli("endpoint", "add", URL, "--description", "Lokales", "--owner", "zeitung", *wanted)
    assert done.code == 0
    words = done.out.split()
    endpoint_id, secret = words[1], words[3]
    assert secret.startswith("whsec_")
    shown = cli("endpoint", "show", endpoint_id, "--json").json
    assert (shown["url"], shown["owner"], shown["description"]) == (URL, "zeitung", "Lokales")
    (subscription,) = shown["subscriptions"]
    assert subscription["filter"] == {"language": "de"}
    assert subscription["events"] == ["release.published", "release.withdrawn"]
    for line in (cli("endpoint", "list"), cli("endpoint", "show", endpoint_id), cli("endpoint", "list", "--json")):
        assert endpoint_id in line.out
        assert secret not in line.out


def test_an_endpoint_can_be_held_back_until_its_receiver_answered_a_challenge(cli: Call) -> None:
    with Answering(Answer(200, b"hello")) as newsroom:
        added = cli("endpoint", "add", newsroom.url, "--verify")
        endpoint_id = added.out.split()[1]
        assert f"endpoint verify {endpoint_id}" in added.out
        refused = cli("endpoint", "verify", endpoint_id)
        assert (refused.code, refused.out) == (3, "")
        assert "without the challenge" in refused.err
        assert "unverified" in cli("endpoint", "list").out
        assert "without the challenge" in cli("endpoint", "show", endpoint_id).out
        assert [json.loads(each.body)["type"] for each in newsroom.asked] == ["endpoint.ping"]
    assert cli("endpoint", "add", URL, "--verify", "--json").json["state"] == "unverified"
    assert cli("endpoint", "add", URL, "--json").json["state"] == "active"
    assert cli("endpoint", "verify", "end_unknown").code == 4


def test_a_move_says_what_is_true_now_and_where_to_look(cli: Call, served: Served, endpoint: str) -> None:
    said = cli("endpoint", "test", endpoint).out.strip()
    assert cli(*said.partition(": syndicator ")[2].split()).code == 0
    served.service.change_endpoint(endpoint, "disable", actor="receiver")
    assert "syndicator endpoint recover" in cli("endpoint", "resume", endpoint).out
    with Answering(hold=True) as newsroom, ThreadPoolExecutor(1) as pool:
        paused = cli("endpoint", "add", newsroom.url, "--json").json["id"]
        cli("endpoint", "pause", paused)
        verifying = pool.submit(cli, "endpoint", "verify", paused)
        assert newsroom.arrived.wait(10)
        newsroom.answers = [Answer(200, {"challenge": json.loads(newsroom.asked[0].body)["data"]["challenge"]})]
        newsroom.release.set()
        assert verifying.result().out.endswith("; the endpoint is paused\n")


def test_who_may_not_verify_now_is_told_why_and_when_to_try_again(cli: Call, served: Served) -> None:
    with Answering(Answer(200, b"hello"), hold=True) as newsroom, ThreadPoolExecutor(4) as pool:
        ids = [cli("endpoint", "add", newsroom.url, "--verify", "--json").json["id"] for _ in range(5)]
        under_way = [pool.submit(served.service.verify_endpoint, each, actor="desk") for each in ids[:4]]
        deadline = time.monotonic() + 10
        while len(newsroom.asked) < 4:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        beyond, again = cli("endpoint", "verify", ids[4]), cli("endpoint", "verify", ids[0])
        newsroom.release.set()
        assert all(isinstance(each.exception(), NotVerified) for each in under_way)
    assert (beyond.code, beyond.out) == (6, "")
    assert "4 endpoints are being verified, which are as many as may be at once; try again in 15 s" in beyond.err
    assert (again.code, again.out) == (5, "")
    assert f"endpoint {ids[0]} is being verified: wait until its receiver has answered" in again.err


def test_all_endpoints_are_listed_however_many(cli: Call, endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("syndicator.cli.newsrooms._PAGE", 2)
    more = [cli("endpoint", "add", URL, "--owner", "zeitung & söhne", "--json").json["id"] for _ in range(3)]
    assert [each["id"] for each in cli("endpoint", "list", "--json").json][-4:] == [endpoint, *more]
    cli("endpoint", "remove", more[1])
    listed = cli("endpoint", "list", "--owner", "zeitung & söhne", "--json").json
    assert [each["id"] for each in listed] == [more[0], more[2]]


def test_an_endpoint_is_looked_after(cli: Call, endpoint: str) -> None:
    def state() -> str:
        return str(cli("endpoint", "show", endpoint, "--json").json["state"])

    assert "paused" in cli("endpoint", "pause", endpoint).out
    assert state() == "paused"
    assert cli("endpoint", "resume", endpoint, "--json").json["state"] == state() == "active"
    assert "the old one for 24 h, too\nSecret    whsec_" in cli("endpoint", "rotate-secret", endpoint).out
    assert "the old one does no longer" in cli("endpoint", "rotate-secret", endpoint, "--overlap", 0).out
    assert cli("endpoint", "rotate-secret", endpoint, "--overlap", -1).code == 2
    assert cli("endpoint", "rotate-secret", endpoint, "--json").json["secret"].startswith("whsec_")
    added = cli("endpoint", "subscribe", endpoint, "--event", "release.corrected", "--json").json["id"]
    assert added in cli("endpoint", "show", endpoint).out
    assert cli("endpoint", "unsubscribe", endpoint, added, "--json").json == {"removed": added}
    assert added not in cli("endpoint", "show", endpoint).out
    assert cli("endpoint", "remove", endpoint, "--json").json == {"removed": endpoint}
    assert cli("endpoint", "show", endpoint).code == 4
    assert cli("endpoint", "resume", endpoint).code == 4


def test_an_old_secret_signs_for_as_many_hours_as_are_said(call: Call) -> None:
    with Answering(Answer(200, {"secret": "whsec_1"})) as service:
        done = call("endpoint", "rotate-secret", "end_1", "--overlap", 48, "--to", service.url)
    assert "the old one for 48 h, too" in done.out
    assert service.asked[0].path.endswith(f"?overlap_s={48 * 3600}")


def test_what_nobody_said_of_an_endpoint_is_left_to_the_service(call: Call) -> None:
    """Which may ask every receiver for its answer to a challenge."""
    with Answering(Answer(201, {"id": "end_1", "secret": "whsec_1", "state": "active"})) as service:
        assert call("endpoint", "add", URL, "--to", service.url).code == 0
    assert json.loads(service.asked[0].body) == {"url": URL}


@pytest.mark.parametrize(
    ("words", "view"),
    [
        (("endpoint", "show", "end_1"), {"subscriptions": [{"id": "sub_1", "events": []}], "last_attempts": []}),
        (("feeds", "show", "a"), {"name": "a", "title": "A", "url": "http://a", "feeds": {}}),
    ],
)
def test_a_filter_is_shown_in_the_letters_it_was_written_in(
    call: Call, words: tuple[str, ...], view: dict[str, Any]
) -> None:
    wanted = {"headline": "Käse"}
    subscriptions = [{**each, "filter": wanted} for each in view.get("subscriptions", ())]
    with Answering(Answer(200, {**view, "filter": wanted, "subscriptions": subscriptions})) as service:
        assert '{"headline": "Käse"}' in call(*words, "--to", service.url).out


@pytest.mark.parametrize("wanted", ["{", '{"nonsense": 1}', "[]"])
def test_a_filter_that_is_none_is_refused(cli: Call, wanted: str) -> None:
    for words in (("endpoint", "add", URL, "--filter"), ("feeds", "try")):
        done = cli(*words, wanted)
        assert (done.code, done.out) == (3, "")


@pytest.mark.parametrize("wanted", ["{lang", '{"lang": "de"}'])
def test_all_that_is_wrong_with_an_endpoint_is_told_at_once(cli: Call, endpoint: str, wanted: str) -> None:
    subscription = ("--filter", wanted, "--event", "release.publishd")
    done = cli("endpoint", "add", "https://user:pw@newsroom.example:0/p#f", *subscription)
    assert (done.code, done.out) == (3, "")
    told = ("user information", "no port", "filter", "events[0]")
    assert all(problem in done.err for problem in told), done.err
    assert ("--filter: this is no JSON" in done.err) is (wanted == "{lang")
    assert len(cli("endpoint", "list", "--json").json) == 1
    done = cli("endpoint", "subscribe", endpoint, *subscription)
    assert (done.code, "filter" in done.err, "events[0]" in done.err) == (3, True, True)


def test_deliveries_are_listed_page_by_page_shown_and_sent_again(cli: Call, served: Served, endpoint: str) -> None:
    first, second = (cli("endpoint", "test", endpoint, "--json").json["delivery_id"] for _ in range(2))
    page = cli("deliveries", "list", "--limit", 1)
    assert str(second) in page.out
    assert f"--before {second}" in page.err
    assert cli("deliveries", "list").err == ""
    older = cli("deliveries", "list", "--limit", 1, "--before", second, "--json").json
    assert [line["id"] for line in older["deliveries"]] == [first]
    assert cli("deliveries", "list", "--state", "dead", "--json").json["deliveries"] == []
    assert cli("deliveries", "list", "--state", "nonsense").code == 3
    assert "endpoint.ping" in cli("deliveries", "show", first).out
    cli("endpoint", "remove", endpoint)
    ended = cli("deliveries", "show", first, "--json").json
    assert (ended["state"], ended["attempt_log"]) == ("dead", [])
    assert cli("deliveries", "replay", first, "--reason", "again").code == 4
    assert cli("deliveries", "show", 4711).code == 4


def test_deliveries_are_listed_by_whatever_is_asked(call: Call) -> None:
    asked = {"state": "dead", "release": "rel_1", "endpoint": "end_1", "before": "9", "limit": "3"}
    with Answering(Answer(body={"deliveries": []})) as service:
        options = [word for name, value in asked.items() for word in (f"--{name}", value)]
        assert call("deliveries", "list", *options, "--to", service.url).code == 0
    assert dict(parse_qsl(urlsplit(service.asked[0].path).query)) == asked


def test_what_was_received_is_verified_and_sent_again(cli: Call, served: Served, tmp_path: Path) -> None:
    with Answering(Answer(204, b"")) as newsroom:
        added = cli("endpoint", "add", f"{newsroom.url}/push", "--json").json
        release = cli("submit", EXAMPLE, "--json").json["id"]
        served.service.drain()
        (line,) = cli("deliveries", "list", "--release", release, "--endpoint", added["id"], "--json").json[
            "deliveries"
        ]
        assert line["state"] == "delivered"
        assert "1 delivered" in cli("status", release).out
        replayed = cli("deliveries", "replay", line["id"], "--reason", "lost")
        assert replayed.out.startswith(f"delivery {line['id']} is ")
        served.service.drain()
        since = ("--since", "2027-01-01T00:00:00Z", "--reason", "lost a disk")
        assert cli("endpoint", "recover", added["id"], *since).out == f"{added['id']}: 1 delivery goes out again\n"
        served.service.drain()
        assert cli("endpoint", "recover", added["id"], *since, "--json").json == {"deliveries": 1}
        assert cli("endpoint", "recover", added["id"], "--since", "yesterday", "--reason", "x").code == 3
        shown = cli("deliveries", "show", line["id"], "--json").json
        assert [attempt["status"] for attempt in shown["attempt_log"]] == [204, 204, 204]
        pushes = newsroom.asked
    assert {push.body for push in pushes} == {pushes[0].body}
    assert {push.headers["webhook-id"] for push in pushes} == {line["event_id"]}
    (tmp_path / "body").write_bytes(pushes[0].body)
    (tmp_path / "headers.json").write_text(json.dumps(dict(pushes[0].headers)))
    known = ("--secret", added["secret"], "--headers", "headers.json", "--tolerance", "1e12")
    assert cli("verify", "body", *known).out == f"good: {line['event_id']}\n"
    (published,) = served.public.get("/.well-known/syndicator-keys.json").json["keys"]
    assert cli("verify", "body", "--key", published["key"], *known[2:]).out == f"good: {line['event_id']}\n"


def test_a_filter_becomes_a_channel(cli: Call, served: Served) -> None:
    release = cli("submit", EXAMPLE, "--json").json["id"]
    served.render()
    wanted = '{"headline": "Kawasaki"}'
    tried = cli("feeds", "try", wanted)
    assert "1 release in 30 days" in tried.out
    assert [match["id"] for match in cli("feeds", "try", wanted, "--json").json["newest"]] == [release]
    made = cli("feeds", "create", "kawasaki", "--title", "Kawasaki", "--filter", wanted)
    assert "https://wire.example/feeds/kawasaki.atom" in made.out
    assert cli("feeds", "show", "kawasaki", "--json").json["filter"] == json.loads(wanted)
    assert "Kawasaki" in cli("feeds", "show", "kawasaki").out
    assert cli("feeds", "create", "kawasaki", "--title", "Again", "--filter", wanted).code == 5
    assert "kawasaki" in cli("feeds", "list").out
    assert cli("feeds", "delete", "kawasaki", "--json").json == {"deleted": "kawasaki"}
    assert "kawasaki" not in [channel["name"] for channel in cli("feeds", "list", "--json").json]
    assert cli("feeds", "delete", "all").code in {3, 5}
    assert cli("feeds", "show", "kawasaki").code == 4


def test_all_that_is_wrong_with_a_channel_is_told_at_once(cli: Call) -> None:
    done = cli("feeds", "create", "German News", "--title", " ", "--filter", '{"language"')
    assert done.code == 3
    assert "--filter: this is no JSON" in done.err
    assert {line.partition(":")[0] for line in done.err.splitlines()[1:]} == {"name", "title", "--filter"}
