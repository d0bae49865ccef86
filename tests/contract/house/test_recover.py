"""Recovering and replaying: what was missed comes, and nothing that was withdrawn or corrected comes back as it was."""

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import RowMapping, text

from syndicator.clock import SECOND_US
from syndicator.errors import Conflict, Rejected
from syndicator.model.endpoint import NewSubscription
from syndicator.model.filter import Filter
from syndicator.model.lifecycle import Action, EventType
from syndicator.services.revise import Revision
from syndicator.services.sweep import forget_old_attempts
from syndicator.store import delivery_lists, erasure
from tests.contract.house.conftest import House, record
from tests.contract.house.newsroom import Newsroom

HOUR_US = 3600 * SECOND_US
BAVARIA, BERLIN = ["DE-BY"], ["DE-BE"]


def revise(house: House, release_id: str, action: Action, **fields: object) -> None:
    note = None if action is Action.REINSTATE else "n"
    house.service.revise(release_id, Revision(action=action, actor="t", note=note, **fields))  # type: ignore[arg-type]
    house.service.drain()


def recover(house: House, endpoint_id: str, since: int = 0) -> int:
    count = house.service.recover_since(endpoint_id, since, actor="t", reason="lost a disk")
    house.service.drain()
    return count


def change(house: House, endpoint_id: str, action: str) -> None:
    house.service.change_endpoint(endpoint_id, action, actor="t")
    house.service.drain()


def disabled(house: House, newsroom: Newsroom) -> None:
    """By a 410 that was a mistake."""
    newsroom.answer = 410
    house.submit(key="refused", regions=BAVARIA)
    house.service.drain()
    newsroom.answer = 204
    newsroom.requests.clear()


def test_a_time_that_is_still_to_come_is_refused(house: House, newsroom: Newsroom) -> None:
    endpoint_id = house.endpoint(newsroom)
    with house.service.database.read() as connection:
        now = house.service.database.now_us(connection)
    with pytest.raises(Rejected, match="since: this time is still to come"):
        recover(house, endpoint_id, now + 60 * SECOND_US)


def test_what_was_withdrawn_before_anybody_had_it_is_never_sent(house: House, newsroom: Newsroom) -> None:
    endpoint_id = house.endpoint(newsroom)
    change(house, endpoint_id, "pause")
    release_id = house.submit()
    house.service.drain()
    revise(house, release_id, Action.WITHDRAW)
    change(house, endpoint_id, "resume")
    assert recover(house, endpoint_id) == 0
    [delivery] = house.deliveries()
    with pytest.raises(Conflict, match=r"release\.withdrawn came after it"):
        house.service.replay_delivery(delivery["id"], actor="t", reason="r")
    house.service.drain()
    assert newsroom.told == []


def test_who_had_it_hears_of_a_withdrawal_that_came_while_it_was_disabled(house: House, newsroom: Newsroom) -> None:
    endpoint_id = house.endpoint(newsroom)
    release_id = house.submit()
    house.service.drain()
    disabled(house, newsroom)
    revise(house, release_id, Action.WITHDRAW)
    change(house, endpoint_id, "resume")
    assert newsroom.told == []
    assert recover(house, endpoint_id) == 2
    assert sorted(newsroom.told) == [("release.published", 1), ("release.withdrawn", 2)]
    assert recover(house, endpoint_id) == 2, "the same again, and no more of them"


def test_what_was_published_while_it_was_disabled_comes(
    house: House, newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("syndicator.services.replay._PER_TRANSACTION", 1)
    wanted = Filter.model_validate({"all": [{"region": "DE-BY"}]})
    endpoint_id = house.endpoint(newsroom, subscriptions=(NewSubscription(filter=wanted),))
    house.submit(key="first", regions=BAVARIA)
    house.service.drain()
    disabled(house, newsroom)
    house.clock.us += HOUR_US
    since = house.clock.us
    missed = house.submit(key="missed", regions=BAVARIA)
    house.submit(key="unwanted", regions=BERLIN)
    house.service.drain()
    with house.service.database.write() as connection:  # it began before the other one, and ended after it
        newest = "SELECT max(seq) FROM events"
        connection.execute(text(f"UPDATE events SET created_at = {since - SECOND_US} WHERE seq = ({newest})"))
    change(house, endpoint_id, "resume")
    assert recover(house, endpoint_id, since) == 1
    assert [envelope["data"]["id"] for envelope in newsroom.envelopes] == [missed]


def test_what_is_to_be_fanned_out_yet_comes_by_its_fan_out_alone(house: House, newsroom: Newsroom) -> None:
    endpoint_id = house.endpoint(newsroom)
    release_id = house.submit()
    house.service.drain()
    update = Revision(action=Action.UPDATE, actor="t", record=record(headline="Newer"))
    house.service.revise(release_id, update)
    assert house.service.recover_since(endpoint_id, 0, actor="t", reason="lost a disk") == 0
    house.service.drain()
    assert [row["trigger"] for row in house.deliveries()] == ["event"] * 2
    assert newsroom.told == [("release.published", 1), ("release.updated", 2)]


@pytest.mark.parametrize("events", [(EventType.PUBLISHED,), tuple(EventType)[:-1]], ids=["new only", "all"])
@pytest.mark.parametrize("meanwhile", ["published and corrected", "corrected"])
def test_what_was_corrected_while_it_was_disabled_comes_as_it_is_now(
    house: House, newsroom: Newsroom, meanwhile: str, events: tuple[EventType, ...]
) -> None:
    """Whatever its event types: it was to have the release, and so what became of it."""
    endpoint_id = house.endpoint(newsroom, subscriptions=(NewSubscription(events=events),))
    if meanwhile == "corrected":
        change(house, endpoint_id, "pause")
        missed = house.submit()
        house.service.drain()
        change(house, endpoint_id, "disable")
        [dropped] = house.deliveries()
    else:
        change(house, endpoint_id, "disable")
        missed = house.submit()
        house.service.drain()
        dropped = None
    revise(house, missed, Action.CORRECT, record=record(headline="Richtig"))
    change(house, endpoint_id, "resume")
    if dropped:
        with pytest.raises(Conflict, match="recover the endpoint to have the newest sent"):
            house.service.replay_delivery(dropped["id"], actor="t", reason="r")
    assert recover(house, endpoint_id) == 1
    assert newsroom.told == [("release.corrected", 2)]


@pytest.mark.parametrize(
    ("actions", "told"),
    [((Action.CORRECT,), "corrected"), ((Action.WITHHOLD, Action.REINSTATE), "reinstated"), ((Action.WITHDRAW,), "")],
    ids=str,
)
def test_whose_release_was_dropped_unsent_hears_of_it_once_resumed(
    house: House, newsroom: Newsroom, actions: tuple[Action, ...], told: str
) -> None:
    endpoint_id = house.endpoint(newsroom, subscriptions=(NewSubscription(events=(EventType.PUBLISHED,)),))
    change(house, endpoint_id, "pause")
    release_id = house.submit()
    house.service.drain()
    change(house, endpoint_id, "disable")
    change(house, endpoint_id, "resume")
    for action in actions:
        revise(house, release_id, action, record=record(headline="R") if action is Action.CORRECT else None)
    assert [kind for kind, _ in newsroom.told] == ([f"release.{told}"] if told else [])


def test_nothing_is_sent_that_is_older_than_the_endpoint(house: House, newsroom: Newsroom) -> None:
    house.submit()
    house.service.drain()
    house.clock.us += HOUR_US
    assert recover(house, house.endpoint(newsroom)) == 0
    assert newsroom.told == []


@pytest.mark.parametrize(
    ("wanted", "moves"),
    [((EventType.PUBLISHED,), (Action.CORRECT,)), (tuple(EventType)[:-1], (Action.WITHHOLD, Action.REINSTATE))],
    ids=["corrections not asked for", "withheld and back"],
)
def test_what_happens_to_a_release_that_is_older_than_the_endpoint_makes_it_no_missed_one(
    house: House, newsroom: Newsroom, wanted: tuple[EventType, ...], moves: tuple[Action, ...]
) -> None:
    release_id = house.submit()
    house.service.drain()
    house.clock.us += HOUR_US
    endpoint_id = house.endpoint(newsroom, subscriptions=(NewSubscription(events=wanted),))
    for move in moves:
        revise(house, release_id, move, record=record(headline="Newer") if move is Action.CORRECT else None)
    assert newsroom.told == []
    assert recover(house, endpoint_id) == 0
    assert newsroom.told == []


def test_a_recovery_ends_where_its_endpoint_is_paused_meanwhile(
    house: House, newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint_id = house.endpoint(newsroom)
    house.submit()
    house.service.drain()
    listed = delivery_lists.listed

    def paused_meanwhile(*args: Any, **where: Any) -> Sequence[RowMapping]:
        change(house, endpoint_id, "pause")
        return listed(*args, **where)

    with monkeypatch.context() as patch:
        patch.setattr(delivery_lists, "listed", paused_meanwhile)
        with pytest.raises(Conflict, match="is paused: resume it first"):
            recover(house, endpoint_id)
    assert house.states() == [("release.published", "delivered")]


def test_a_version_that_left_the_filter_ends_it_for_who_never_had_one(house: House, newsroom: Newsroom) -> None:
    wanted = Filter.model_validate({"region": "DE-BY"})
    endpoint_id = house.endpoint(newsroom, subscriptions=(NewSubscription(filter=wanted),))
    change(house, endpoint_id, "pause")
    release_id = house.submit(regions=BAVARIA)
    house.service.drain()
    revise(house, release_id, Action.CORRECT, record=record(regions=BERLIN, headline="Richtig"))
    change(house, endpoint_id, "resume")
    assert recover(house, endpoint_id) == 0
    assert newsroom.told == []


def test_what_was_withheld_before_anybody_had_it_comes_once_it_is_reinstated(house: House, newsroom: Newsroom) -> None:
    house.endpoint(newsroom, subscriptions=(NewSubscription(events=(EventType.PUBLISHED,)),))
    with Newsroom() as reinstated_only:
        house.endpoint(reinstated_only, subscriptions=(NewSubscription(events=(EventType.REINSTATED,)),))
        release_id = house.submit()
        house.service.revise(release_id, Revision(action=Action.WITHHOLD, actor="t", note="n"))
        house.service.drain()
        assert newsroom.told == []
        revise(house, release_id, Action.REINSTATE)
        assert newsroom.told == [("release.reinstated", 3)]
        assert reinstated_only.told == [], "it was not to get it in the first place"


def test_whose_filter_a_correction_left_and_comes_back_to(house: House, newsroom: Newsroom) -> None:
    wanted = NewSubscription(events=(EventType.PUBLISHED,), filter=Filter.model_validate({"region": "DE-BY"}))
    endpoint_id = house.endpoint(newsroom, subscriptions=(wanted,))
    change(house, endpoint_id, "pause")
    release_id = house.submit(regions=BAVARIA)
    house.service.drain()
    for regions in (BERLIN, BAVARIA):
        revise(house, release_id, Action.CORRECT, record=record(regions=regions))
    change(house, endpoint_id, "resume")
    assert newsroom.told == [("release.corrected", 3)]


def test_a_withdrawal_that_is_replayed_is_not_held_back(house: House, newsroom: Newsroom) -> None:
    house.endpoint(newsroom)
    release_id = house.submit()
    house.service.drain()
    revise(house, release_id, Action.WITHDRAW)
    newsroom.answer = 500
    for number in range(4):
        house.submit(key=f"{number}")
    house.service.drain()  # it is in back-off now
    newsroom.requests.clear()
    [withdrawal] = [row for row in house.deliveries() if row["event_type"] == "release.withdrawn"]
    house.service.replay_delivery(withdrawal["id"], actor="t", reason="r")
    house.service.drain()
    assert newsroom.told == [("release.withdrawn", 2)]


def test_of_a_withdrawal_who_never_had_it_hears_nothing_although_it_was_to_be_replayed(
    house: House, newsroom: Newsroom
) -> None:
    endpoint_id = house.endpoint(newsroom)
    change(house, endpoint_id, "pause")
    release_id = house.submit()
    house.service.drain()
    change(house, endpoint_id, "disable")
    change(house, endpoint_id, "resume")
    assert house.service.recover_since(endpoint_id, 0, actor="t", reason="r") == 1
    revise(house, release_id, Action.WITHDRAW)
    assert newsroom.told == []


def test_a_filter_that_cannot_be_read_stops_no_recovery(house: House, newsroom: Newsroom) -> None:
    endpoint_id = house.endpoint(newsroom)
    house.submit()
    house.service.drain()
    change(house, endpoint_id, "disable")
    house.submit(key="missed")
    house.service.drain()
    with house.service.database.write() as connection:
        connection.execute(text("""UPDATE filters SET tree = '{"of_a_newer_version": 1}'"""))
    change(house, endpoint_id, "resume")
    assert recover(house, endpoint_id) == 1, "what it had; nobody can tell whether it wants the other one"


def test_who_waits_for_a_replay_has_received_it(house: House, newsroom: Newsroom) -> None:
    """Also when its log has been forgotten: an erasure names it."""
    endpoint_id = house.endpoint(newsroom)
    release_id = house.submit()
    house.service.drain()
    house.clock.us += 90 * 24 * HOUR_US
    while forget_old_attempts(house.service.setup):
        pass
    [delivery] = house.deliveries()
    house.service.replay_delivery(delivery["id"], actor="t", reason="r")
    with house.service.database.read() as connection:
        assert erasure.received_by(house.service.database, connection, release_id) == (endpoint_id,)


def test_a_replay_has_all_its_attempts_again(house: House, newsroom: Newsroom) -> None:
    house.endpoint(newsroom)
    newsroom.answer = 500
    house.submit()
    for _ in range(80):
        house.service.drain()
        house.clock.us += HOUR_US
    [dead] = house.deliveries(state="dead")
    house.service.replay_delivery(dead["id"], actor="desk", reason="mended")
    assert [row["finished_at"] for row in house.deliveries()] == [None]
    house.service.drain()
    [again] = house.deliveries()
    assert (dead["attempts"] > 5, again["attempts"]) == (True, 1)
    assert again["due_at"] <= house.clock.us + 6 * SECOND_US


def test_what_was_reinstated_is_new_to_whoever_wants_new_releases_and_was_told_nothing(
    house: House, newsroom: Newsroom
) -> None:
    wanted = NewSubscription(events=(EventType.PUBLISHED,))
    endpoint_id = house.endpoint(newsroom, subscriptions=(wanted,))
    change(house, endpoint_id, "disable")
    release_id = house.submit()
    for action in (Action.WITHHOLD, Action.REINSTATE):
        revise(house, release_id, action)
    change(house, endpoint_id, "resume")
    assert recover(house, endpoint_id) == 1
    assert [kind for kind, _ in newsroom.told] == ["release.reinstated"]
