"""At least once, in order per release, bounded, parked when paused, replayable."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from standardwebhooks.webhooks import Webhook

from syndicator.clock import SECOND_US, from_us
from syndicator.delivery.signing import verify
from syndicator.errors import Conflict
from syndicator.model.lifecycle import Action
from syndicator.store import attempts, deliveries
from tests.contract.house.conftest import House, record
from tests.contract.house.newsroom import Newsroom
from tests.contract.house.stage import revision

MINUTE = 60 * SECOND_US


def test_a_push_is_signed_whole_and_recorded(house: House, newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    house.endpoint(newsroom)
    release_id = house.submit()
    house.service.drain()
    [(headers, body)] = newsroom.requests
    # The library asks the machine's clock; the push was signed with the test's.
    monkeypatch.setattr("standardwebhooks.webhooks.datetime", FrozenDatetime)
    assert Webhook(newsroom.secret).verify(body.decode(), headers)["type"] == "release.published"
    [row] = house.deliveries(release=release_id)
    with house.service.database.read() as connection:
        [attempt] = attempts.of_delivery(connection, row["id"])
    assert (row["state"], row["attempts"], attempt["status"], attempt["number"]) == ("delivered", 1, 204, 1)
    assert (attempt["address"], attempt["bytes_sent"]) == ("127.0.0.1", len(body))


class FrozenDatetime(datetime):
    @classmethod
    def now(cls, tz: object = None) -> datetime:  # type: ignore[override]  # noqa: ARG003
        return datetime(2027, 1, 23, 12, 0, tzinfo=UTC)


def test_a_push_carries_text_publisher_contacts_and_disclaimer(house: House, newsroom: Newsroom) -> None:
    house.endpoint(newsroom)
    editorial = {"name": "Nachtdienst", "phone": "+49 89 1", "visibility": "editorial"}
    house.submit(contacts=[*json.loads(record().model_dump_json(exclude_none=True))["contacts"], editorial])
    house.service.drain()
    [envelope] = newsroom.envelopes
    data = envelope["data"]
    assert data["publisher"]["name"] == "BioM Biotech Cluster Development GmbH"
    assert [contact["name"] for contact in data["contacts"]] == ["Dr. Georg Kääb", "Nachtdienst"]
    assert data["disclaimer"].startswith("Für die oben stehende Pressemitteilung")
    assert "United News Network GmbH gestattet." in data["text"]
    assert "Nachtdienst" in data["text"]


def test_an_event_is_one_delivery_per_endpoint_however_often_it_is_fanned_out(house: House, newsroom: Newsroom) -> None:
    house.endpoint(newsroom)
    house.submit()
    assert house.service.fan_out("one").deliveries == 1
    assert house.service.fan_out("two").deliveries == 0
    house.service.drain()
    assert len(newsroom.requests) == 1


def test_a_failure_is_tried_again_with_the_same_id_and_bytes(house: House, newsroom: Newsroom) -> None:
    house.endpoint(newsroom)
    newsroom.answer = 500
    house.submit()
    house.service.drain()
    assert house.states() == [("release.published", "waiting")]
    newsroom.answer = 204
    house.service.drain()
    assert len(newsroom.requests) == 1, "not before it is due"
    house.clock.us += MINUTE
    house.service.drain()
    assert house.states() == [("release.published", "delivered")]
    (first, body), (second, again) = newsroom.requests
    assert (first["webhook-id"], body) == (second["webhook-id"], again)
    assert first["webhook-signature"] != second["webhook-signature"]


def test_after_three_days_of_failures_it_is_dead_and_can_be_replayed(house: House, newsroom: Newsroom) -> None:
    house.endpoint(newsroom)
    newsroom.answer = 500
    house.submit()
    for _ in range(80):
        house.service.drain()
        house.clock.us += 60 * MINUTE
    [row] = house.deliveries()
    assert row["state"] == "dead", "one release that is refused pauses no endpoint"
    sent = len(newsroom.requests)
    assert 8 <= sent <= 20
    with house.service.database.read() as connection:
        logged = [attempt["outcome"] for attempt in attempts.of_delivery(connection, row["id"])]
    assert logged == ["retry"] * (sent - 1) + ["dead"]
    newsroom.answer = 204
    house.service.replay_delivery(row["id"], actor="desk", reason="mended")
    house.service.drain()
    assert house.states() == [("release.published", "delivered")]
    assert len(newsroom.requests) == sent + 1
    assert len({(headers["webhook-id"], body) for headers, body in newsroom.requests}) == 1


def test_gone_disables_the_endpoint_and_ends_what_is_open(house: House, newsroom: Newsroom) -> None:
    endpoint_id = house.endpoint(newsroom)
    newsroom.answer = 410
    house.submit()
    house.service.drain()
    assert house.states() == [("release.published", "dead")]
    house.submit(key="b")
    house.service.drain()
    assert len(newsroom.requests) == 1
    newsroom.answer = 204
    house.service.change_endpoint(endpoint_id, "resume", actor="t")
    [row] = house.deliveries(state="dead")
    house.service.replay_delivery(row["id"], actor="t", reason="it is back")
    house.service.drain()
    assert house.states() == [("release.published", "delivered")]


def test_a_newer_version_supersedes_an_older_that_waits(house: House, newsroom: Newsroom) -> None:
    house.endpoint(newsroom)
    newsroom.answer = 503
    release_id = house.submit()
    house.service.drain()
    house.service.revise(release_id, revision(Action.CORRECT, record=record(headline="Richtig"), note="Fehler"))
    newsroom.answer = 204
    house.clock.us += MINUTE
    house.service.drain()
    assert newsroom.told == [("release.published", 1), ("release.corrected", 2)]
    assert house.states() == [("release.published", "superseded"), ("release.corrected", "delivered")]
    [old] = house.deliveries(state="superseded")
    assert old["finished_at"] == house.clock.us
    with pytest.raises(Conflict, match="carries a newer version"):
        house.service.replay_delivery(old["id"], actor="t", reason="r")


def test_a_withdrawal_reaches_who_got_it_even_paused_and_nobody_else(house: House, newsroom: Newsroom) -> None:
    endpoint_id = house.endpoint(newsroom)
    release_id = house.submit()
    house.service.drain()
    with Newsroom() as late:
        house.endpoint(late)
        house.service.change_endpoint(endpoint_id, "pause", actor="t")
        house.service.revise(release_id, revision(Action.WITHDRAW, note="Falsch"))
        house.service.drain()
        assert late.told == []
    assert newsroom.told == [("release.published", 1), ("release.withdrawn", 2)]
    data = newsroom.envelopes[-1]["data"]
    assert (data["pub_status"], data["note"]) == ("canceled", "Falsch")
    assert "text" not in data
    assert "html" not in data


def test_a_withdrawal_reaches_who_waits_for_a_replay(house: House, newsroom: Newsroom) -> None:
    house.endpoint(newsroom)
    release_id = house.submit()
    house.service.drain()
    [row] = house.deliveries()
    house.service.replay_delivery(row["id"], actor="t", reason="lost")
    house.service.revise(release_id, revision(Action.WITHDRAW, note="Falsch"))
    house.service.drain()
    assert newsroom.told == [("release.published", 1), ("release.withdrawn", 2)]


def test_a_paused_endpoints_deliveries_are_parked_and_come_later(house: House, newsroom: Newsroom) -> None:
    endpoint_id = house.endpoint(newsroom)
    house.service.change_endpoint(endpoint_id, "pause", actor="t")
    house.submit()
    house.service.drain()
    assert house.states() == [("release.published", "parked")]
    house.service.change_endpoint(endpoint_id, "resume", actor="t")
    house.service.drain()
    assert newsroom.told == [("release.published", 1)]


def test_a_filter_and_event_types_decide_who_is_told(house: House, newsroom: Newsroom) -> None:
    house.endpoint(newsroom, subscriptions=[{"events": ["release.published"], "filter": {"headline": "Kawasaki"}}])
    first = house.submit(key="a")
    house.submit(key="b", headline="Etwas anderes")
    house.service.drain()
    house.service.revise(first, revision(Action.UPDATE, record=record(headline="Kawasaki, neu")))
    house.service.drain()
    assert [each["data"]["id"] for each in newsroom.envelopes if each["type"] == "release.published"] == [first]


def test_a_backlog_waits_behind_the_cap_and_all_of_it_arrives(
    make_house: Callable[..., House], newsroom: Newsroom
) -> None:
    house = make_house(per_endpoint=3)
    house.endpoint(newsroom)
    for number in range(10):
        house.submit(key=str(number))
    while house.service.fan_out("t").events:
        pass
    states = [state for _, state in house.states()]
    assert (states.count("waiting"), states.count("queued")) == (3, 7)
    house.service.drain()
    assert len({each["data"]["id"] for each in newsroom.envelopes}) == 10
    assert len(newsroom.requests) == 10


def test_a_rate_limited_endpoint_rests_until_it_said(house: House, newsroom: Newsroom) -> None:
    house.endpoint(newsroom)
    newsroom.answer, newsroom.headers = 429, {"Retry-After": "600"}
    house.submit(key="a")
    house.service.drain()
    house.submit(key="b")
    house.clock.us += 5 * MINUTE
    house.service.drain()
    assert len(newsroom.requests) == 1
    newsroom.answer = 204
    house.clock.us += 7 * MINUTE
    house.service.drain()
    assert [state for _, state in house.states()] == ["delivered", "delivered"]
    assert house.deliveries()[0]["attempts"] == 1, "429 costs no attempt"


def test_a_claim_whose_worker_died_comes_back_and_is_fenced(house: House, newsroom: Newsroom) -> None:
    house.endpoint(newsroom)
    house.submit()
    house.service.fan_out("t")
    database, now = house.service.database, house.clock.us
    with database.write() as connection:
        [row] = deliveries.claim(database, connection, token="dead", lease_until=now + MINUTE, limit=9, now=now)
    house.service.drain()
    assert newsroom.requests == []
    house.clock.us += 2 * MINUTE
    house.service.drain()
    assert newsroom.requests == [], "it may have arrived: not sent again at once"
    house.clock.us += MINUTE
    house.service.drain()
    assert house.states() == [("release.published", "delivered")]
    with database.write() as connection:
        assert deliveries.delivered(database, connection, [row.id], "dead", now) == 0


def test_a_claim_that_comes_back_gives_way_to_a_newer_version(house: House, newsroom: Newsroom) -> None:
    house.endpoint(newsroom)
    release_id = house.submit()
    house.service.fan_out("t")
    database, now = house.service.database, house.clock.us
    with database.write() as connection:
        deliveries.claim(database, connection, token="dead", lease_until=now + MINUTE, limit=9, now=now)
    house.service.revise(release_id, revision(Action.UPDATE, record=record(headline="Neu")))
    house.service.drain()
    assert newsroom.requests == [], "the older one may be under way"
    house.clock.us += 2 * MINUTE
    house.service.drain()
    assert newsroom.told == [("release.updated", 2)]
    assert house.states() == [("release.published", "superseded"), ("release.updated", "delivered")]
    assert [row["finished_at"] for row in house.deliveries()] == [house.clock.us] * 2


def test_an_endpoint_that_only_fails_for_days_is_paused_and_loses_nothing(house: House, newsroom: Newsroom) -> None:
    endpoint_id = house.endpoint(newsroom)
    newsroom.answer = 500
    for day in range(4):
        house.submit(key=str(day))
        house.service.drain()
        house.clock.us += 24 * 60 * MINUTE
    house.service.drain()
    states = {state for _, state in house.states()}
    assert "parked" in states
    newsroom.answer = 204
    house.service.change_endpoint(endpoint_id, "resume", actor="t")
    house.service.drain()
    assert "delivered" in {state for _, state in house.states()}


def test_a_rotated_secret_signs_beside_the_old_one_for_a_day(house: House, newsroom: Newsroom) -> None:
    endpoint_id = house.endpoint(newsroom)
    new = house.service.rotate_secret(endpoint_id, actor="t")
    for hours, signatures in ((1, 2), (25, 1)):
        house.clock.us += hours * 60 * MINUTE
        house.submit(key=str(hours))
        house.service.drain()
        headers, _ = newsroom.requests[-1]
        assert headers["webhook-signature"].count("v1,") == signatures
    assert base64.b64decode(new.removeprefix("whsec_"))


@pytest.mark.parametrize(("overlap_s", "later_s", "signatures"), [(0, 0, 1), (60, 59, 3), (60, 60, 1)])
def test_the_overlap_of_a_rotation_is_as_long_as_is_asked(
    house: House, newsroom: Newsroom, overlap_s: int, later_s: int, signatures: int
) -> None:
    endpoint_id = house.endpoint(newsroom)
    house.service.rotate_secret(endpoint_id, actor="t")
    newest = house.service.rotate_secret(endpoint_id, actor="t", overlap_s=overlap_s)
    house.clock.us += later_s * SECOND_US
    house.submit()
    house.service.drain()
    headers, body = newsroom.requests[-1]
    assert headers["webhook-signature"].count("v1,") == signatures
    verify(headers, body, [newest], house.clock.us / SECOND_US)


def test_recovering_replays_only_the_newest_version_of_each_release(house: House, newsroom: Newsroom) -> None:
    endpoint_id = house.endpoint(newsroom)
    since = house.clock.us
    release_id = house.submit()
    house.service.drain()
    house.service.revise(release_id, revision(Action.UPDATE, record=record(headline="Neu")))
    house.service.drain()
    assert house.service.recover_since(endpoint_id, since, actor="t", reason="lost our disk") == 1
    house.service.drain()
    assert newsroom.told == [("release.published", 1), ("release.updated", 2), ("release.updated", 2)]
    assert newsroom.requests[1][0]["webhook-id"] == newsroom.requests[2][0]["webhook-id"]


def test_recovering_reaches_all_that_was_due_before_and_arrived_since(
    house: House, newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("syndicator.services.replay._PER_TRANSACTION", 1)
    endpoint_id = house.endpoint(newsroom)
    newsroom.answer = 500
    for number in range(2):
        house.submit(key=f"{number}")
    house.service.drain()
    house.clock.us += 60 * SECOND_US
    since, newsroom.answer = house.clock.us, 204
    house.service.drain()
    house.clock.us += SECOND_US
    assert house.service.recover_since(endpoint_id, since + 1, actor="t", reason="lost our disk") == 0
    assert house.service.recover_since(endpoint_id, since, actor="t", reason="lost our disk") == 2


def test_recovering_reaches_the_oldest_and_sends_no_ping_again(
    house: House, newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("syndicator.services.replay._PER_TRANSACTION", 2)
    endpoint_id = house.endpoint(newsroom)
    house.service.test_endpoint(endpoint_id, actor="t")
    since = house.clock.us
    for number in range(5):
        house.submit(key=f"{number}")
    house.service.drain()
    assert house.service.recover_since(endpoint_id, since, actor="t", reason="lost our disk") == 5
    house.service.drain()
    assert newsroom.told.count(("release.published", 1)) == 10
    assert newsroom.told.count(("endpoint.ping", 0)) == 1


def test_times_are_the_databases(house: House, newsroom: Newsroom) -> None:
    house.endpoint(newsroom)
    house.submit()
    house.service.drain()
    [envelope] = newsroom.envelopes
    assert envelope["timestamp"] == from_us(house.clock.us).isoformat().replace("+00:00", "Z")
