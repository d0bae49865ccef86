"""The API for publishers: hand in, read, change; every fault at once; nothing twice."""

import gzip
import http.client
import json
from contextlib import closing
from typing import Any

import pytest

from syndicator.errors import Rejected
from syndicator.model.lifecycle import Action
from syndicator.services.revise import Revision
from tests.unit.web.served import BASE, TOUCHSTONE, Served, record

NOTE = "The date in the second paragraph was wrong."


def test_an_accepted_release_says_where_it_is_and_will_be_read(served: Served) -> None:
    answer = served.operator("POST", "/api/v1/releases", TOUCHSTONE.read_bytes(), {"Idempotency-Key": "one"})
    accepted = answer.json
    assert answer.status == 201
    assert answer.headers["location"] == accepted["url"] == f"{BASE}/releases/{accepted['id']}"
    assert accepted["state"] == "published"
    assert accepted["version"] == 1
    channels = {each["channel"]: each["feeds"] for each in accepted["feeds"]}
    assert {"all", "publisher-biom-biotech-cluster-development-gmbh", "language-de"} <= set(channels)
    served.render()
    for feeds in channels.values():
        assert set(feeds) == {"rss", "atom", "json"}
        for url in feeds.values():
            path = url.removeprefix(BASE)
            assert accepted["guid"] in served.public.until(path, lambda answer: answer.status == 200).text


def test_the_same_key_creates_nothing_twice(served: Served) -> None:
    first, again = (served.operator("POST", "/api/v1/releases", record(), {"Idempotency-Key": "one"}) for _ in range(2))
    assert (first.status, again.status) == (201, 200)
    assert first.json == again.json
    other = served.operator("POST", "/api/v1/releases", record(headline="Another"), {"Idempotency-Key": "one"})
    assert other.status == 409
    assert "make a new key" in other.json["detail"]


def test_the_same_content_under_another_key_is_told(served: Served) -> None:
    first, second = served.submit(), served.submit()
    assert "duplicate_of" not in first
    assert second["duplicate_of"] == first["id"]


@pytest.mark.parametrize("key", [None, "", "k" * 129, "tab\there"])
def test_without_a_usable_key_nothing_is_accepted(served: Served, key: str | None) -> None:
    answer = served.operator("POST", "/api/v1/releases", record(), {} if key is None else {"Idempotency-Key": key})
    assert answer.status == 400
    assert "Idempotency-Key" in answer.json["detail"]


def test_of_two_keys_none_is_guessed(served: Served) -> None:
    """Sent again with the second one alone, the release would be there twice."""
    body = TOUCHSTONE.read_bytes()

    def submitted(*keys: str) -> tuple[int, dict[str, Any]]:
        with closing(http.client.HTTPConnection(served.server.host, served.server.port, timeout=20)) as connection:
            connection.putrequest("POST", "/api/v1/releases")
            common = {
                "Authorization": f"Bearer {served.service.operator_token}",
                "Content-Type": "application/json",
                "Content-Length": str(len(body)),
            }
            for name, value in [*common.items(), *(("Idempotency-Key", key) for key in keys)]:
                connection.putheader(name, value)
            connection.endheaders(body)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())

    status, problem = submitted("first", "second")
    assert (status, problem["detail"]) == (400, "two Idempotency-Key headers came, and they differ: send one alone")
    assert [submitted("second")[0], submitted("second", "second")[0]] == [201, 200], "the same key twice is one"


def test_the_longest_key_and_the_largest_body_are_accepted(served: Served) -> None:
    body = TOUCHSTONE.read_bytes().ljust(served.service.settings.max_body_bytes)
    kind = "Application/JSON; charset=utf-8"
    answer = served.operator("POST", "/api/v1/releases", body, {"Idempotency-Key": "k" * 128, "Content-Type": kind})
    assert answer.status == 201


def test_every_fault_comes_at_once_with_its_place_and_what_would_be_right(served: Served) -> None:
    body = b"""{
  "language": "german!",
  "headlin": "x",
  "body": [{"type": "paragraph"}],
  "publisher": {"name": "A\\u0000B"},
  "contacts": []
}"""
    answer = served.operator("POST", "/api/v1/releases", body, {"Idempotency-Key": "one"})
    assert answer.status == 422
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json
    assert problem["title"] == "The input was refused"
    faults = {fault["place"]: fault for fault in problem["faults"]}
    assert set(faults) == {"language", "headline", "headlin", "body[0].text", "publisher.name", "contacts"}
    assert faults["headlin"]["fix"] == 'did you mean "headline"?'
    assert (faults["headlin"]["line"], faults["headlin"]["column"]) == (3, 3)
    served.render()
    assert served.public.get("/feeds/all.json").json["items"] == []


@pytest.mark.parametrize("kind", ["", "text/plain", "application/xml", "application/problem+json"])
def test_a_body_that_is_not_announced_as_json_is_refused(served: Served, kind: str) -> None:
    headers = {"Idempotency-Key": "one", "Content-Type": kind}
    answer = served.operator("POST", "/api/v1/releases", TOUCHSTONE.read_bytes(), headers)
    assert answer.status == 415
    assert "application/json" in answer.json["detail"]


@pytest.mark.parametrize("path", ["/api/v1/releases/check", "/api/v1/media"])
def test_a_body_that_was_compressed_is_refused_for_that(served: Served, path: str) -> None:
    """Not as a text in a wrong encoding, or a picture of an unknown kind."""
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    answer = served.operator("POST", path, gzip.compress(TOUCHSTONE.read_bytes()), headers)
    assert (answer.status, answer.json["detail"]) == (415, "send the body as it is, without Content-Encoding: gzip")
    assert answer.headers["accept-encoding"] == "identity"
    headers["Content-Encoding"] = "Identity"
    assert served.operator("POST", path, TOUCHSTONE.read_bytes(), headers).status != 415


@pytest.mark.parametrize("announced", [True, False])
def test_a_body_beyond_the_limit_is_not_read_to_its_end(served: Served, announced: bool) -> None:
    limit = served.service.settings.max_body_bytes
    connection = http.client.HTTPConnection(served.server.host, served.server.port, timeout=20)
    connection.putrequest("POST", "/api/v1/releases")
    token = f"Bearer {served.service.operator_token}"
    for name, value in (("Content-Type", "application/json"), ("Idempotency-Key", "one"), ("Authorization", token)):
        connection.putheader(name, value)
    if announced:
        connection.putheader("Content-Length", str(limit * 1000))
        connection.endheaders()
    else:
        connection.putheader("Transfer-Encoding", "chunked")
        connection.endheaders()
        chunk = b"x" * 100_000
        for _ in range(limit // len(chunk) + 1):
            connection.send(b"%x\r\n%b\r\n" % (len(chunk), chunk))
    answer = connection.getresponse()
    assert answer.status == 413
    assert f"{limit:,} bytes" in json.loads(answer.read())["detail"]
    connection.close()


@pytest.mark.parametrize("token", [None, "Bearer wrong", "Bearer ", "Basic b3A6b3A=", "wrong"])
def test_writing_needs_the_operators_token(served: Served, token: str | None) -> None:
    headers = {"Idempotency-Key": "one", **({"Authorization": token} if token else {})}
    answer = served.public("POST", "/api/v1/releases", record(), headers)
    assert answer.status == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_public_sees_the_release_without_what_is_internal(served: Served) -> None:
    contacts = record()["contacts"]
    hidden = {**contacts[0], "name": "Night Desk", "visibility": "editorial"}
    accepted = served.submit(contacts=[*contacts, hidden])
    served.render()
    public = served.public.get(f"/api/v1/releases/{accepted['id']}")
    assert (public.headers["cache-control"], public.headers["x-content-type-options"]) == ("no-store", "nosniff")
    assert public.json["record"]["headline"] == record()["headline"]
    assert "Night Desk" not in public.text
    assert not {"inside"} & set(public.json)
    assert "rendered_by" not in public.text
    inside = served.operator.get(f"/api/v1/releases/{accepted['id']}").json
    assert [contact["name"] for contact in inside["record"]["contacts"]][-1] == "Night Desk"
    assert [event["type"] for event in inside["inside"]["events"]] == ["release.published"]
    assert inside["inside"]["owner"] == "operator"
    assert inside["inside"]["deliveries"] == {}
    assert {channel["rendered_by"] for channel in inside["channels"]} == {"test"}
    assert all(channel["up_to_date"] for channel in inside["channels"])


def test_a_release_through_its_life(served: Served) -> None:
    release_id = served.submit()["id"]
    path = f"/api/v1/releases/{release_id}"
    corrected = served.revise(release_id, "correct", record=record(headline="Right"), note=NOTE, expected_version=1)
    assert (corrected.status, corrected.json["version"], corrected.json["note"]) == (200, 2, NOTE)
    conflict = served.revise(release_id, "update", record=record(), expected_version=1)
    assert conflict.status == 409
    assert "at version 2" in conflict.json["detail"]
    assert served.revise(release_id, "withhold", note="Under review.").json["state"] == "withheld"
    withheld = served.public.get(path).json
    assert (withheld["state"], withheld["pub_status"], withheld["note"]) == ("withheld", "withheld", "Under review.")
    assert "record" not in withheld
    assert served.revise(release_id, "reinstate").json["state"] == "published"
    assert served.revise(release_id, "withdraw", note="Not ours.").json["state"] == "withdrawn"
    assert served.revise(release_id, "update", record=record()).status == 409
    withdrawn = served.public.get(path).json
    assert (withdrawn["pub_status"], "record" in withdrawn) == ("canceled", False)
    history = served.operator.get(f"{path}/history").json
    acts = ["submit", "correct", "withhold", "reinstate", "withdraw"]
    assert [version["action"] for version in history["versions"]] == acts
    assert [step["action"] for step in history["audit"]] == acts
    assert served.public.get(f"{path}/history").status == 401


def test_faults_of_a_change_have_their_place_inside_of_it(served: Served) -> None:
    release_id = served.submit()["id"]
    answer = served.revise(release_id, "correct", record=record(headline=""), notes="x", embargo_until="tomorrow")
    faults = {fault["place"]: fault["fix"] for fault in answer.json["faults"]}
    assert answer.status == 422
    assert set(faults) == {"record.headline", "notes", "note", "embargo_until"}
    assert faults["notes"] == 'did you mean "note"?'
    missing = served.revise(release_id, "correct")
    assert {fault["place"] for fault in missing.json["faults"]} == {"record", "note"}


@pytest.mark.parametrize("action", ["correct", "withhold", "withdraw"])
@pytest.mark.parametrize("note", ["an invisible \x01", "no character \ufffe", "not NFC: e\u0301", "x" * 200_001])
def test_a_note_that_no_feed_can_carry_is_refused_and_the_release_stays_as_it_was(
    served: Served, action: str, note: str
) -> None:
    """Stored, it would stop every reading of the release, and withdrawing it."""
    release_id = served.submit()["id"]
    fields = {"record": record(headline="")} if action == "correct" else {}
    answer = served.revise(release_id, action, note=note, **fields)
    faults = {fault["place"]: fault["fix"] for fault in answer.json["faults"]}
    assert (answer.status, set(faults)) == (422, {"note", *(f"{name}.headline" for name in fields)})
    assert all(faults.values())
    after = served.public.get(f"/api/v1/releases/{release_id}").json
    assert (after["version"], after["state"]) == (1, "published")


@pytest.mark.parametrize("note", ["an invisible \x01", "not NFC: e\u0301"])
def test_the_core_stores_no_note_that_could_not_be_read_back(served: Served, note: str) -> None:
    release_id = served.submit()["id"]
    with pytest.raises(Rejected, match=r"^note: "):
        served.service.revise(release_id, Revision(action=Action.WITHDRAW, actor="t", note=note))
    assert served.public.get(f"/api/v1/releases/{release_id}").json["state"] == "published"


def test_an_unknown_network_unknown_files_and_a_missing_note_are_told_at_once(served: Served) -> None:
    release_id = served.submit()["id"]
    picture = {"label": "Photo 1", "role": "photo", "sha256": "0" * 64}
    wrong = record(network="nowhere", media=[picture])
    submitted = served.operator("POST", "/api/v1/releases", wrong, {"Idempotency-Key": "one"})
    corrected = served.revise(release_id, "correct", record=wrong)
    places = [{fault["place"] for fault in answer.json["faults"]} for answer in (submitted, corrected)]
    assert [submitted.status, corrected.status] == [422, 422]
    assert places == [{"network", "media[0].sha256"}, {"network", "media[0].sha256", "note"}]
    assert served.revise("rel_00000000000000000000000000", "correct", record=wrong).status == 404


@pytest.mark.parametrize(
    ("action", "body", "places"),
    [
        ("correct", {"record": record(headline="")}, {"record.headline", "note"}),
        ("correct", {"record": record(headline=""), "note": " "}, {"record.headline", "note"}),
        ("correct", {"nte": "A typo."}, {"nte", "note", "record"}),
        ("reschedule", {"note": "\x00"}, {"note", "embargo_until"}),
        ("withdraw", {"record": {}, "embargo_until": "soon"}, {"record", "note", "embargo_until"}),
    ],
)
def test_what_an_action_lacks_is_told_with_what_is_wrong(
    served: Served, action: str, body: dict[str, Any], places: set[str]
) -> None:
    refused = served.revise(served.submit()["id"], action, **body)
    assert refused.status == 422
    told = {fault["place"] for fault in refused.json["faults"]}
    assert {place if place in places else place.partition(".")[0] for place in told} == places


@pytest.mark.parametrize(
    ("body", "place"),
    [(b'{"record": 1, "note": "n"}', "record"), (b'{"record": 1, "record": 2, "note": "n"}', "record")],
)
def test_a_field_called_record_is_no_whole_body(served: Served, body: bytes, place: str) -> None:
    release_id = served.submit()["id"]
    refused = served.operator("POST", f"/api/v1/releases/{release_id}/correct", body)
    assert (refused.status, {fault["place"] for fault in refused.json["faults"]}) == (422, {place})


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b"null", b'"x"', b"\xff", b"[" * 100, b'{"a":' + b"9" * 5000 + b"}"]
)
def test_a_body_that_holds_no_fields_is_refused_for_that(served: Served, body: bytes) -> None:
    release_id = served.submit()["id"]
    refused = served.operator("POST", f"/api/v1/releases/{release_id}/correct", body)
    assert refused.status == 422
    assert {fault["place"] for fault in refused.json["faults"]} == ({"body"} if body else {"record", "note"})


@pytest.mark.parametrize("action", ["withhold", "reinstate", "reschedule", "withdraw"])
def test_only_an_update_or_a_correction_brings_a_new_text(served: Served, action: str) -> None:
    release_id = served.submit()["id"]
    answer = served.revise(release_id, action, note=NOTE, record=record(headline="Another text"))
    [fault] = [fault for fault in answer.json["faults"] if fault["place"] == "record"]
    assert (answer.status, fault["problem"]) == (422, f"to {action} takes no new text")
    after = served.public.get(f"/api/v1/releases/{release_id}").json
    assert (after["version"], after["record"]["headline"]) == (1, record()["headline"])


def test_a_wrong_transition_says_what_is_possible(served: Served) -> None:
    release_id = served.submit()["id"]
    possible = "possible now: update, correct, withhold, withdraw"
    assert possible in served.revise(release_id, "reinstate").json["detail"]
    served.revise(release_id, "withdraw", note=NOTE)
    assert "hand in a new one" in served.revise(release_id, "withdraw", note=NOTE).json["detail"]


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b'{"note"}', b"{} {}", b'{"note": NaN}', b'{"note": "a", "note": "b"}', b"\xff"]
)
def test_what_is_no_object_is_refused_in_words(served: Served, body: bytes) -> None:
    release_id = served.submit()["id"]
    answer = served.operator("POST", f"/api/v1/releases/{release_id}/withhold", body)
    assert answer.status == 422
    assert all(fault["problem"] and fault["fix"] for fault in answer.json["faults"])


def test_an_unknown_action_or_release_is_told(served: Served) -> None:
    release_id = served.submit()["id"]
    for action in ("explode", "submit", "lift"):
        answer = served.revise(release_id, action)
        [fault] = answer.json["faults"]
        assert (answer.status, fault["place"]) == (422, "path.action")
        assert fault["fix"] == "write 'update', 'correct', 'withhold', 'reinstate', 'reschedule' or 'withdraw'"
    unknown = served.revise("rel_00000000000000000000000000", "withdraw", note="x")
    assert (unknown.status, unknown.json["title"]) == (404, "Not found")


def test_paths_that_do_not_exist_are_problems_and_methods_are_named(shown: Served) -> None:
    missing = shown.operator.get("/api/v1/nothing")
    assert (missing.status, missing.headers["content-type"]) == (404, "application/problem+json")
    assert missing.headers["cache-control"] == "no-store", "what is not there may be in a second"
    wrong = shown.operator("PUT", "/api/v1/releases")
    assert (wrong.status, wrong.headers["allow"]) == (405, "POST")
    path = "/api/v1/endpoints/end_0"
    assert shown.operator("PUT", path).headers["allow"] == "GET, HEAD, DELETE", "of all that the path has routes for"


@pytest.mark.parametrize("path", ["/api/v1/channels", "/api/v1/channels/nope", "/api/v1/releases/check"])
def test_a_head_says_what_a_get_would(shown: Served, path: str) -> None:
    asked, head = shown.public.get(path), shown.public("HEAD", path)
    assert (head.status, head.body) == (asked.status, b"")
    assert {**head.headers, "date": ""} == {**asked.headers, "date": ""}
