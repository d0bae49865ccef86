"""Every row of the life cycle's table: what it makes, who is told, what the public sees, and what is refused."""

import gzip
import json
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from syndicator.clock import SECOND_US, from_us
from syndicator.errors import Conflict, NotFound, Rejected
from syndicator.model.lifecycle import RELEASE_MOVES, Action, ReleaseState, moves
from syndicator.services.revise import Revision
from syndicator.services.revise import revise as revise_with
from syndicator.store import audit, events, releases, renditions
from tests.contract.house.conftest import House, record
from tests.contract.house.newsroom import Newsroom

HOUR = timedelta(hours=1)
BY_HAND = [action for action in Action if action not in {Action.SUBMIT, Action.LIFT}]
NEEDS_RECORD = {Action.UPDATE, Action.CORRECT}


def at(house: House, ahead: timedelta) -> datetime:
    return from_us(house.clock.us) + ahead


def revise(house: House, release_id: str, action: Action, **fields: Any) -> None:
    if action in NEEDS_RECORD:
        fields.setdefault("record", record(headline=f"After {action}"))
    if action is Action.RESCHEDULE:
        fields.setdefault("embargo_until", at(house, 2 * HOUR))
    fields.setdefault("note", "because")
    house.service.revise(release_id, Revision(action=action, actor="t", **fields))


def state(house: House, release_id: str) -> tuple[ReleaseState, int]:
    with house.service.database.read() as connection:
        release = releases.version(connection, release_id).release
    return release.state, release.version


def entries(house: House) -> list[dict[str, Any]]:
    """What the JSON Feed of all releases shows."""
    with house.service.database.read() as connection:
        row = renditions.get(connection, "all", 0, "json")
    assert row is not None
    items: list[dict[str, Any]] = json.loads(gzip.decompress(row["gzip"]))["items"]
    return items


def trail(house: House, release_id: str) -> tuple[list[Any], list[Any], list[Any]]:
    """Its events, its versions, and what the audit says of it."""
    with house.service.database.read() as connection:
        return (
            [(row["type"], row["version"]) for row in events.of_release(connection, release_id)],
            [(row["version"], row["action"], row["state"]) for row in releases.history(connection, release_id)],
            [(row["actor"], row["action"]) for row in audit.of(connection, release_id)],
        )


def in_state(house: House, wanted: ReleaseState) -> str:
    """A release that was brought there by its own actions."""
    if wanted is ReleaseState.SCHEDULED:
        return house.submit(embargo_until=at(house, HOUR).isoformat())
    release_id = house.submit()
    if wanted is ReleaseState.WITHHELD:
        revise(house, release_id, Action.WITHHOLD)
    if wanted is ReleaseState.WITHDRAWN:
        revise(house, release_id, Action.WITHDRAW)
    return release_id


@pytest.mark.parametrize("move", [move for move in RELEASE_MOVES if move.action not in {Action.SUBMIT, Action.LIFT}])
def test_each_action_makes_what_its_row_says(house: House, move: Any) -> None:
    release_id = in_state(house, move.source)
    before = state(house, release_id)
    revise(house, release_id, move.action)
    assert state(house, release_id) == (move.target, before[1] + move.new_version)
    with house.service.database.read() as connection:
        told = [row["type"] for row in events.of_release(connection, release_id)]
        steps = [row["action"] for row in audit.of(connection, release_id)]
    if move.event is None:
        assert told == []
    else:
        assert told[-1] == move.event
    assert steps[-1] == move.action


@pytest.mark.parametrize("source", list(ReleaseState))
def test_what_is_not_in_the_table_is_refused_and_changes_nothing(house: House, source: ReleaseState) -> None:
    release_id = in_state(house, source)
    before = state(house, release_id), trail(house, release_id)
    refused = [action for action in BY_HAND if not moves(action, source)]
    assert refused
    for action in refused:
        with pytest.raises(Conflict, match=f"a release that is {source} cannot be changed by {action}"):
            revise(house, release_id, action)
    assert (state(house, release_id), trail(house, release_id)) == before


def test_an_embargo_lifts_at_its_microsecond_and_not_before(house: House, newsroom: Newsroom) -> None:
    house.endpoint(newsroom)
    until = at(house, HOUR)
    release_id = house.submit(embargo_until=until.isoformat())
    house.clock.us += 3600 * SECOND_US - 1
    house.service.drain()
    assert state(house, release_id)[0] is ReleaseState.SCHEDULED
    assert entries(house) == []
    assert newsroom.told == []
    with pytest.raises(Rejected, match="the new time must be ahead"):
        revise(house, release_id, Action.RESCHEDULE, embargo_until=at(house, timedelta()))
    house.clock.us += 1
    with pytest.raises(Conflict, match="has just lifted"):
        revise(house, release_id, Action.WITHDRAW)
    house.service.drain()
    assert state(house, release_id) == (ReleaseState.PUBLISHED, 1)
    assert [entry["title"] for entry in entries(house)] == [record().headline]
    assert newsroom.told == [("release.published", 1)]
    assert entries(house)[0]["date_published"].startswith("2027-01-23T13:00:00"), "the time it appeared"


@pytest.mark.parametrize("ahead", [-HOUR, timedelta()])
def test_a_release_of_the_past_is_public_at_once(house: House, ahead: timedelta) -> None:
    release_id = house.submit(embargo_until=at(house, ahead).isoformat())
    assert state(house, release_id)[0] is ReleaseState.PUBLISHED


def test_a_rescheduled_release_lifts_at_the_new_time(house: House) -> None:
    release_id = house.submit(embargo_until=at(house, HOUR).isoformat())
    revise(house, release_id, Action.RESCHEDULE, embargo_until=at(house, 3 * HOUR))
    house.clock.us += 2 * 3600 * SECOND_US
    house.service.drain()
    assert state(house, release_id)[0] is ReleaseState.SCHEDULED
    house.clock.us += 3600 * SECOND_US
    house.service.drain()
    assert state(house, release_id)[0] is ReleaseState.PUBLISHED


def test_a_public_release_takes_no_new_embargo(house: House) -> None:
    release_id = house.submit()
    late = record(embargo_until=at(house, HOUR).isoformat())
    with pytest.raises(Rejected, match="an embargo cannot be set after that"):
        revise(house, release_id, Action.UPDATE, record=late)


def test_another_version_than_the_expected_one_is_a_conflict(house: House) -> None:
    release_id = house.submit()
    revise(house, release_id, Action.UPDATE, expected_version=1)
    with pytest.raises(Conflict, match="is at version 2, not 1"):
        revise(house, release_id, Action.UPDATE, expected_version=1)


def test_everything_that_is_missing_is_told_at_once(house: House) -> None:
    release_id = house.submit()
    with pytest.raises(Rejected) as refused:
        house.service.revise(release_id, Revision(action=Action.CORRECT, actor="t"))
    assert {fault.place for fault in refused.value.faults} == {"record", "note"}
    for action in (Action.WITHHOLD, Action.WITHDRAW):
        with pytest.raises(Rejected, match=f"to {action} needs a note"):
            revise(house, release_id, action, note=" ")
    with pytest.raises(NotFound):
        revise(house, "rel_unknown", Action.WITHDRAW)


def test_a_correction_stands_on_top_and_keeps_the_name(house: House) -> None:
    release_id = house.submit()
    house.service.drain()
    [before] = entries(house)
    house.clock.us += SECOND_US
    revise(house, release_id, Action.CORRECT, record=record(headline="Richtig"), note="Der Name war falsch.")
    house.service.drain()
    [after] = entries(house)
    assert (after["id"], after["title"]) == (before["id"], "Richtig")
    assert after["content_html"].startswith("<p><strong>Berichtigung: Der Name war falsch.</strong></p>")
    assert after["date_modified"] > before["date_modified"]
    assert after["date_published"] == before["date_published"]


def test_a_correction_stays_on_top_until_the_next_one(house: House) -> None:
    release_id = house.submit()
    revise(house, release_id, Action.CORRECT, note="Der Name war falsch.")
    revise(house, release_id, Action.UPDATE, note="Absatz 3 ergänzt")
    revise(house, release_id, Action.WITHHOLD, note="Moment.")
    revise(house, release_id, Action.REINSTATE, note="Geprüft.")
    house.service.drain()
    [entry] = entries(house)
    assert entry["content_html"].startswith("<p><strong>Berichtigung: Der Name war falsch.</strong></p>")
    for history_only in ("ergänzt", "Moment", "Geprüft"):
        assert history_only not in json.dumps(entry, ensure_ascii=False)
    with house.service.database.read() as connection:
        told = [row["detail"].get("note") for row in audit.of(connection, release_id)]
    assert told[1:] == ["Der Name war falsch.", "Absatz 3 ergänzt", "Moment.", "Geprüft."]
    revise(house, release_id, Action.CORRECT, note="Auch der Ort.")
    house.service.drain()
    assert entries(house)[0]["content_html"].startswith("<p><strong>Berichtigung: Auch der Ort.</strong></p>")


def test_an_update_is_no_correction(house: House) -> None:
    release_id = house.submit()
    revise(house, release_id, Action.UPDATE, note="Absatz 3 ergänzt")
    house.service.drain()
    assert "Berichtigung" not in json.dumps(entries(house), ensure_ascii=False)


def test_a_burst_of_lifts_never_falls_back_in_time(house: House) -> None:
    until = at(house, HOUR).isoformat()
    for number in range(250):
        house.submit(key=str(number), embargo_until=until)
    house.clock.us += 3601 * SECOND_US  # nothing appears before its embargo, however close together
    for _ in range(2):  # 200 at once
        house.clock.us += 30_000
        house.service.sweep()
    with house.service.database.read() as connection:
        seqs = connection.execute(text("SELECT release_id FROM events ORDER BY seq")).scalars().all()
        times = [releases.version(connection, release_id).release.published_at for release_id in seqs]
    assert len(set(times)) == 250
    assert times == sorted(times)  # type: ignore[type-var]
    assert times[-1] == at(house, HOUR * 0)


def test_a_correction_before_the_lift_is_nobodys_business(house: House) -> None:
    release_id = house.submit(embargo_until=at(house, HOUR).isoformat())
    revise(house, release_id, Action.CORRECT, record=record(headline="Richtig"), note="Der Name war falsch.")
    house.clock.us += 3600 * SECOND_US
    house.service.drain()
    [entry] = entries(house)
    assert entry["title"] == "Richtig"
    assert "Der Name war falsch" not in json.dumps(entry, ensure_ascii=False)


def test_withheld_is_a_stub_and_reinstated_is_the_entry_again(house: House) -> None:
    release_id = house.submit()
    house.service.drain()
    [entry] = entries(house)
    revise(house, release_id, Action.WITHHOLD, note="Eine Zahl wird geprüft.")
    house.service.drain()
    [stub] = entries(house)
    assert stub["id"] == entry["id"]
    assert "Kawasaki" not in json.dumps(stub, ensure_ascii=False)
    assert "Eine Zahl wird geprüft." in stub["content_html"]
    revise(house, release_id, Action.REINSTATE)
    house.service.drain()
    assert entries(house)[0]["title"] == entry["title"]


def test_a_version_once_issued_keeps_its_texts(house: House) -> None:
    release_id = house.submit()
    revise(house, release_id, Action.UPDATE)
    with house.service.database.read() as connection:
        first = releases.version(connection, release_id, 1)
        second = releases.version(connection, release_id, 2)
    assert first.release.record == record()
    assert first.attached.id == second.attached.id == "unn/de/2017+de/2"
    assert len(first.attached.sha256) == 64
    setup = house.service.setup
    network = setup.network("unn")
    later = network.texts[0].model_copy(update={"version": "later", "valid_from": from_us(house.clock.us).date()})
    setup = replace(setup, networks={network.name: network.model_copy(update={"texts": (*network.texts, later)})})
    for number, (action, wording) in enumerate(
        {Action.WITHHOLD: "2017", Action.REINSTATE: "2017", Action.CORRECT: "later"}.items(), start=3
    ):
        new = record() if action is Action.CORRECT else None
        revise_with(setup, release_id, Revision(action=action, actor="t", note="because", record=new))
        with house.service.database.read() as connection:
            assert releases.version(connection, release_id, number).attached.texts.version == wording


def test_a_release_is_withdrawn_though_its_network_is_there_no_more(house: House) -> None:
    release_id = house.submit()
    setup = replace(house.service.setup, networks={})
    for action in (Action.WITHHOLD, Action.REINSTATE, Action.WITHDRAW):
        revise_with(setup, release_id, Revision(action=action, actor="t", note="because"))
    assert state(house, release_id) == (ReleaseState.WITHDRAWN, 4)


def test_history_and_audit_keep_every_step(house: House) -> None:
    release_id = house.submit(embargo_until=at(house, HOUR).isoformat())
    revise(house, release_id, Action.UPDATE)
    revise(house, release_id, Action.RESCHEDULE)
    house.clock.us += 2 * 3600 * SECOND_US
    house.service.drain()
    revise(house, release_id, Action.WITHHOLD)
    revise(house, release_id, Action.REINSTATE)
    revise(house, release_id, Action.WITHDRAW)
    told, versions, acts = trail(house, release_id)
    assert [kind for kind, _ in told] == [
        "release.published",
        "release.withheld",
        "release.reinstated",
        "release.withdrawn",
    ]
    assert versions == [
        (1, "submit", "scheduled"),
        (2, "update", "scheduled"),
        (3, "withhold", "withheld"),
        (4, "reinstate", "published"),
        (5, "withdraw", "withdrawn"),
    ]
    assert [act for _, act in acts] == ["submit", "update", "reschedule", "lift", "withhold", "reinstate", "withdraw"]
    assert [actor for actor, act in acts if act == "lift"] == ["clock"]
    with house.service.database.read() as connection:
        makers = [row["actor"] for row in releases.history(connection, release_id)]
    assert makers == ["operator", "t", "t", "t", "t"]
    assert [actor for actor, act in acts if act != "lift"] == ["operator", *["t"] * 5]


# Who hears of it: one that got it and wants it still, one that got it and whose filter no longer matches,
# one that came later and matches now, one that never wanted it.
TOLD = {
    Action.UPDATE: {"received", "received once", "matches now"},
    Action.CORRECT: {"received", "received once", "matches now"},
    Action.WITHHOLD: {"received", "received once"},
    Action.WITHDRAW: {"received", "received once"},
}
WANTS = {"received": "Kawasaki", "received once": "Kawasaki", "matches now": "Neues", "never": "Anderes"}


@pytest.mark.parametrize("action", TOLD)
def test_those_are_told_that_the_table_names(house: House, action: Action) -> None:
    with ExitStack() as stack:
        desks = {name: stack.enter_context(Newsroom()) for name in WANTS}
        for name, words in WANTS.items():
            house.endpoint(desks[name], subscriptions=[{"filter": {"headline": words}}])
        release_id = house.submit(headline="Kawasaki")
        house.service.drain()
        assert {name for name, desk in desks.items() if desk.told} == {"received", "received once"}
        revise(house, release_id, action, **({"record": record(headline="Neues")} if action in NEEDS_RECORD else {}))
        house.service.drain()
        (move,) = moves(action, ReleaseState.PUBLISHED)
        assert {name for name, desk in desks.items() if (move.event, 2) in desk.told} == TOLD[action]


def test_whoever_asked_for_less_at_once_may_have_it_and_hears_of_the_withdrawal(
    house: House, newsroom: Newsroom
) -> None:
    """429 costs no attempt, but came of one: the release was sent there."""
    house.endpoint(newsroom)
    newsroom.answer = 429
    release_id = house.submit()
    house.service.drain()
    newsroom.answer = 204
    revise(house, release_id, Action.WITHDRAW)
    house.service.drain()
    assert newsroom.told == [("release.published", 1), ("release.withdrawn", 2)]


def test_a_reinstatement_reaches_whoever_got_any_version(house: House, newsroom: Newsroom) -> None:
    house.endpoint(newsroom)
    release_id = house.submit()
    house.service.drain()
    revise(house, release_id, Action.WITHHOLD)
    house.service.drain()
    with Newsroom() as late:
        house.endpoint(late)
        revise(house, release_id, Action.REINSTATE)
        house.service.drain()
        assert late.told == []
    assert newsroom.told == [("release.published", 1), ("release.withheld", 2), ("release.reinstated", 3)]
    assert "text" not in newsroom.envelopes[1]["data"], "a withheld release is told without its text"
    assert newsroom.envelopes[2]["data"]["text"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15)
@given(st.lists(st.sampled_from(BY_HAND), max_size=6))
def test_no_series_of_actions_leaves_the_table(house: House, actions: list[Action]) -> None:
    house.clock.us += SECOND_US
    release_id = house.submit(key=f"{house.clock.us}-{len(actions)}-{'-'.join(actions)}")
    expected, version = ReleaseState.PUBLISHED, 1
    for action in actions:
        allowed = moves(action, expected)
        try:
            revise(house, release_id, action)
        except Conflict:
            assert not allowed
            continue
        expected, version = allowed[0].target, version + allowed[0].new_version
        assert state(house, release_id) == (expected, version)


@pytest.mark.parametrize("action", [Action.UPDATE, Action.CORRECT, Action.WITHHOLD, Action.WITHDRAW])
def test_nothing_but_reschedule_moves_an_embargo(house: House, action: Action) -> None:
    """Set on a public release it would hold back its pushes."""
    release_id = house.submit()
    later = from_us(house.clock.us) + timedelta(hours=1)
    wanted = Revision(action=action, actor="t", record=record(), note="x", embargo_until=later)
    with pytest.raises(Rejected, match="moves no embargo"):
        house.service.revise(release_id, wanted)
