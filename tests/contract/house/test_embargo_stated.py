"""An embargo is held only by its field: what states one elsewhere, or moves it unseen, is refused before it is stored."""

from datetime import timedelta
from typing import Any

import pytest

from syndicator.errors import Rejected
from syndicator.model.lifecycle import Action, ReleaseState
from syndicator.services.revise import Revision
from syndicator.store import releases
from tests.contract.house.conftest import House, record
from tests.contract.house.test_life_cycle import HOUR, at, state, trail

LINE = "Sperrfrist: 23. Januar 2099, 19 Uhr"


def refused(house: House, **fields: Any) -> list[str]:
    with pytest.raises(Rejected) as error:
        house.submit(**fields)
    return [fault.place for fault in error.value.faults]


def test_a_text_that_states_an_embargo_without_its_field_is_not_published(house: House) -> None:
    body = [{"type": "paragraph", "text": LINE}, *record().model_dump(mode="json")["body"]]
    assert refused(house, body=body, quotes=[]) == ["body[0]"]
    assert refused(house, headline=LINE, subheadline="Embargoed until 9 May 2099", network="nobodys") == [
        "network",
        "headline",
        "subheadline",
    ]
    # With the same key: nothing was stored for it.
    held = house.submit(body=body, quotes=[], embargo_until=at(house, HOUR).isoformat())
    assert state(house, held)[0] is ReleaseState.SCHEDULED


def test_an_embargo_that_ended_more_than_a_day_ago_was_mistyped(house: House) -> None:
    day = timedelta(days=1)
    assert refused(house, embargo_until=at(house, -day - timedelta(microseconds=1)).isoformat()) == ["embargo_until"]
    release_id = house.submit("key", embargo_until=at(house, -day).isoformat())
    house.clock.us += 10**12
    assert house.submit("key", embargo_until=record_of(house, release_id)) == release_id, "sent again, it is known"


def record_of(house: House, release_id: str) -> str:
    with house.service.database.read() as connection:
        until = releases.version(connection, release_id).release.record.embargo_until
    assert until is not None
    return until.isoformat()


@pytest.mark.parametrize("action", [Action.UPDATE, Action.CORRECT])
def test_a_new_text_does_not_bring_an_older_embargo_back(house: House, action: Action) -> None:
    first = at(house, HOUR)
    release_id = house.submit(embargo_until=first.isoformat())
    moved = at(house, 3 * HOUR)
    house.service.revise(release_id, Revision(action=Action.RESCHEDULE, actor="t", embargo_until=moved))
    before = trail(house, release_id)
    old_file = record(headline="New", embargo_until=first.isoformat())
    with pytest.raises(Rejected, match=r"the embargo of this release is .*, and a new text moves none"):
        house.service.revise(release_id, Revision(action=action, actor="t", record=old_file, note="n"))
    assert trail(house, release_id) == before
    for same in (moved.isoformat(), None):
        text = record(headline="New", embargo_until=same)
        house.service.revise(release_id, Revision(action=action, actor="t", record=text, note="n"))
    with house.service.database.read() as connection:
        stored = releases.version(connection, release_id)
    assert (stored.release.version, stored.release.record.embargo_until) == (3, moved)


def test_a_public_release_may_keep_the_embargo_that_it_had(house: House) -> None:
    first = at(house, HOUR)
    release_id = house.submit(embargo_until=first.isoformat())
    moved = at(house, 2 * HOUR)
    house.service.revise(release_id, Revision(action=Action.RESCHEDULE, actor="t", embargo_until=moved))
    house.clock.us += 10**11
    house.service.drain()
    for each in (first, moved):
        text = record(headline=f"Until {each}", embargo_until=each.isoformat())
        house.service.revise(release_id, Revision(action=Action.UPDATE, actor="t", record=text))
    assert state(house, release_id) == (ReleaseState.PUBLISHED, 3)
