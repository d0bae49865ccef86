"""Who lost a claim, or whose endpoint moved on meanwhile, changes nothing any more."""

from typing import Any

from sqlalchemy import text

from syndicator.clock import SECOND_US
from syndicator.model.lifecycle import Action, EndpointState
from syndicator.services.endpoint_moves import follow_once_more
from syndicator.services.revise import Revision
from syndicator.store import backlogs, deliveries, leases
from tests.contract.house.conftest import House, record
from tests.contract.house.newsroom import Newsroom

LEASE_US = 60 * SECOND_US
CORRECTION = Revision(action=Action.CORRECT, actor="t", record=record(headline="B"), note="n")


def claimed(house: House, token: str) -> int:
    """The one delivery there is, whose lease is under way."""
    database, now = house.service.database, house.clock.us
    with database.write() as connection:
        [row] = deliveries.claim(database, connection, token=token, lease_until=now + LEASE_US, limit=9, now=now)
    return row.id


def stored(house: House) -> dict[str, Any]:
    with house.service.database.read() as connection:
        return dict(connection.execute(text("SELECT * FROM deliveries")).mappings().one())


def failed(house: House, number: int, state: str = "waiting") -> None:
    """The attempt of the claim "mine", which is to be tried again at once, or never."""
    database, now = house.service.database, house.clock.us
    row = {"id": number, "state": state, "counts": 1, "due_at": now, "lane": 3}
    with database.write() as connection:
        assert deliveries.retried(database, connection, [row], "mine", now) == 1


def test_a_claim_is_only_its_own_tokens_to_change(house: House, newsroom: Newsroom) -> None:
    house.endpoint(newsroom)
    house.submit()
    house.service.fan_out("t")
    number = claimed(house, "mine")
    database, now, before = house.service.database, house.clock.us, stored(house)
    retry = {"id": number, "state": "waiting", "counts": 1, "due_at": now, "lane": 3}
    with database.write() as connection:
        leases.extend(database, connection, [number], "another", now + 9 * LEASE_US)
        assert deliveries.delivered(database, connection, [number], "another", now) == 0
        assert deliveries.retried(database, connection, [retry], "another", now) == 0
    assert stored(house) == before
    with database.write() as connection:
        leases.extend(database, connection, [number], "mine", now + 9 * LEASE_US)
        assert deliveries.retried(database, connection, [retry], "mine", now) == 1


def test_a_rest_holds_back_what_waits_and_nothing_that_somebody_claimed(house: House, newsroom: Newsroom) -> None:
    """A claim that were queued would be claimed by the next as well, and sent twice."""
    house.endpoint(newsroom)
    house.submit()
    house.service.fan_out("t")
    claimed(house, "mine")
    before = stored(house)
    house.submit(key="waits")
    house.service.fan_out("t")
    with house.service.database.write() as connection:
        assert backlogs.hold_back(house.service.database, connection, [before["endpoint_no"]]) == 1
    assert [row["state"] for row in house.deliveries()] == ["claimed", "queued"]


def test_a_lease_that_was_extended_meanwhile_has_not_lapsed(house: House, newsroom: Newsroom) -> None:
    house.endpoint(newsroom)
    house.submit()
    house.service.fan_out("t")
    number = claimed(house, "mine")
    late = house.clock.us + LEASE_US + 1
    database = house.service.database
    with database.write() as connection:
        assert deliveries.next_due(connection) == house.clock.us + LEASE_US, "then somebody looks for it"
        assert [row["id"] for row in leases.lapsed(connection, late, 9)] == [number]
        assert [token for _, token in leases.still_lapsed(database, connection, [number], late)] == ["mine"]
        leases.extend(database, connection, [number], "mine", late + LEASE_US)
        assert leases.still_lapsed(database, connection, [number], late) == []
    before = stored(house)
    with database.write() as connection:
        leases.bury(connection, number, late)
    assert stored(house) == before


def test_an_endpoint_that_was_resumed_meanwhile_keeps_its_deliveries(house: House, newsroom: Newsroom) -> None:
    house.endpoint(newsroom)
    house.submit()
    house.service.fan_out("t")
    before = stored(house)
    for gone_by in (EndpointState.PAUSED, EndpointState.DISABLED, EndpointState.REMOVED):
        follow_once_more(house.service.setup, before["endpoint_no"], gone_by)
    assert stored(house) == before
    house.service.drain()
    assert newsroom.told == [("release.published", 1)]


def test_what_a_recovery_adds_waits_for_an_older_version_that_is_under_way(house: House, newsroom: Newsroom) -> None:
    endpoint_id = house.endpoint(newsroom)
    release_id = house.submit()
    house.service.fan_out("t")
    older = claimed(house, "mine")
    house.service.change_endpoint(endpoint_id, "disable", actor="t")
    house.service.revise(release_id, CORRECTION)
    house.service.fan_out("t")
    house.service.change_endpoint(endpoint_id, "resume", actor="t")
    assert house.service.recover_since(endpoint_id, 0, actor="t", reason="r") == 1
    house.service.drain()
    assert house.states() == [("release.published", "claimed"), ("release.corrected", "waiting")]
    assert newsroom.told == []

    with house.service.database.write() as connection:
        deliveries.delivered(house.service.database, connection, [older], "mine", house.clock.us)
    house.service.drain()
    assert newsroom.told == [("release.corrected", 2)]


def test_what_fails_goes_on_unless_a_newer_version_is_meant_for_its_endpoint(house: House, newsroom: Newsroom) -> None:
    """Another endpoint was told of one: that makes this one's older, for it knows no other."""
    missed_it = house.endpoint(newsroom)
    release_id = house.submit()
    house.service.fan_out("t")
    older = claimed(house, "mine")
    house.service.change_endpoint(missed_it, "disable", actor="t")
    house.endpoint(newsroom)
    house.service.revise(release_id, CORRECTION)
    house.service.drain()
    house.service.change_endpoint(missed_it, "resume", actor="t")
    failed(house, older)
    assert house.states() == [("release.published", "waiting"), ("release.corrected", "delivered")]


def test_what_is_given_up_while_a_newer_version_waits_is_superseded_and_no_dead_letter(
    house: House, newsroom: Newsroom
) -> None:
    """Whoever is shown it among the dead would be told to replay the newer one, which is under way anyhow."""
    house.endpoint(newsroom)
    release_id = house.submit()
    house.service.fan_out("t")
    older = claimed(house, "mine")
    house.service.revise(release_id, CORRECTION)
    house.service.fan_out("t")
    failed(house, older, "dead")
    assert house.states() == [("release.published", "superseded"), ("release.corrected", "waiting")]


def test_a_correction_that_fails_is_tried_again_though_the_version_before_arrived(
    house: House, newsroom: Newsroom
) -> None:
    house.endpoint(newsroom)
    release_id = house.submit()
    house.service.drain()
    newsroom.answer = 500
    house.service.revise(release_id, CORRECTION)
    house.service.drain()
    newsroom.answer = 204
    house.clock.us += LEASE_US
    house.service.drain()
    assert house.states() == [("release.published", "delivered"), ("release.corrected", "delivered")]


def test_what_fails_at_an_endpoint_that_was_removed_meanwhile_is_dead(house: House, newsroom: Newsroom) -> None:
    endpoint_id = house.endpoint(newsroom)
    house.submit()
    house.service.fan_out("t")
    number = claimed(house, "mine")
    house.service.change_endpoint(endpoint_id, "remove", actor="t")
    failed(house, number)
    house.service.drain()
    assert house.states() == [("release.published", "dead")]
    assert house.deliveries()[0]["finished_at"] == house.clock.us
    assert newsroom.told == []
