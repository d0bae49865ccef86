"""Accepted means durable, once, and all or nothing."""

from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest
from sqlalchemy import Connection, text

from syndicator.errors import Conflict, Rejected
from syndicator.model.lifecycle import Action, EventType, ReleaseState
from syndicator.model.publisher import Profile
from syndicator.services.profiles import set_profile
from syndicator.services.revise import Revision
from syndicator.store import audit, events, numbers, publishers, releases
from tests.contract.house.conftest import House, record
from tests.contract.house.locks import wait_until

PATIENCE_S = 10


def test_release_version_and_event_are_there_together(house: House) -> None:
    release_id = house.submit()
    with house.service.database.read() as connection:
        stored = releases.version(connection, release_id)
        told = events.of_release(connection, release_id)
    assert stored.release.state is ReleaseState.PUBLISHED
    assert stored.release.record == record()
    assert [(event["seq"], event["type"], event["version"]) for event in told] == [(1, "release.published", 1)]


def test_the_same_key_makes_one_release(house: House) -> None:
    first = house.service.submit(record(), owner="operator", key="k")
    again = house.service.submit(record(), owner="operator", key="k")
    assert (first.created, again.created) == (True, False)
    assert again.release.id == first.release.id
    assert count(house, "releases") == count(house, "events") == 1


@pytest.mark.parametrize("second", [{}, {"headline": "Another"}], ids=["the same", "another"])
def test_two_submissions_at_once_with_one_key_make_one_release(house: House, second: dict[str, str]) -> None:
    submitted: list[tuple[str, bool]] = []
    refused: list[Conflict] = []

    def submit(changes: dict[str, str]) -> None:
        try:
            done = house.service.submit(record(**changes), owner="operator", key="k")
            submitted.append((done.release.id, done.created))
        except Conflict as conflict:
            refused.append(conflict)

    sending = [Thread(target=submit, args=(changes,)) for changes in ({}, second)]
    with house.service.database.write() as connection:
        # Whoever gives an event its number waits, and has looked the key up by then.
        numbers.hold(connection, numbers.EVENT, house.service.database.for_update)
        for number, thread in enumerate(sending, start=1):
            thread.start()
            wait_until(house, number)
    for thread in sending:
        thread.join(PATIENCE_S)
    assert count(house, "releases") == count(house, "versions") == count(house, "events") == 1
    assert sum(created for _, created in submitted) == 1
    assert len({release_id for release_id, _ in submitted}) == 1
    assert [str(each) for each in refused] == [
        "the idempotency key k was used for another submission; make a new key for a new release"
    ] * bool(second)


def test_a_key_is_not_for_another_release(house: House) -> None:
    house.submit(key="k")
    with pytest.raises(Conflict, match="was used for another submission"):
        house.submit(key="k", headline="Another")
    assert count(house, "releases") == 1


def test_the_same_content_again_is_said_to_be_a_duplicate(house: House) -> None:
    first = house.submit(key="a")
    assert house.service.submit(record(), owner="operator", key="b").duplicate_of == first


def test_the_newest_text_is_the_one_that_another_is_a_duplicate_of(house: House) -> None:
    first = house.submit(key="a")
    new = record(headline="Another")
    house.service.revise(first, Revision(action=Action.UPDATE, actor="t", record=new))
    assert house.service.submit(record(), owner="operator", key="b").duplicate_of is None
    assert house.service.submit(new, owner="operator", key="c").duplicate_of == first


def test_an_unknown_network_is_refused_and_stores_nothing(house: House) -> None:
    with pytest.raises(Rejected, match="there is no network 'nowhere'"):
        house.submit(network="nowhere")
    assert count(house, "releases") == count(house, "versions") == count(house, "idempotency_keys") == 0


def test_event_numbers_have_no_gaps_even_after_a_rollback(house: House) -> None:
    house.submit(key="a")
    with pytest.raises(RuntimeError), house.service.database.write() as connection:
        _append_and_fail(connection)
    house.submit(key="b")
    with house.service.database.read() as connection:
        assert connection.execute(text("SELECT seq FROM events ORDER BY seq")).scalars().all() == [1, 2]


def test_an_embargo_ahead_schedules_and_makes_no_event(house: House) -> None:
    until = datetime(2027, 1, 23, 12, 0, tzinfo=UTC) + timedelta(hours=1)
    submitted = house.service.submit(record(embargo_until=until.isoformat()), owner="operator", key="k")
    assert submitted.release.state is ReleaseState.SCHEDULED
    assert submitted.release.published_at is None
    assert count(house, "events") == 0


def test_the_database_keeps_what_it_was_told_to_keep(house: House) -> None:
    with house.service.database.write() as connection:
        if house.service.database.dialect == "sqlite":
            assert connection.execute(text("PRAGMA synchronous")).scalar_one() == 2
            assert connection.execute(text("PRAGMA journal_mode")).scalar_one() == "wal"
        else:
            assert connection.execute(text("SHOW fsync")).scalar_one() == "on"
            assert connection.execute(text("SHOW synchronous_commit")).scalar_one() == "on"


def _append_and_fail(connection: Connection) -> None:
    events.append(connection, EventType.PUBLISHED, owner="x", now=1)
    raise RuntimeError


def count(house: House, table: str) -> int:
    with house.service.database.read() as connection:
        return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def test_keys_duplicates_and_profiles_of_others_are_nobodys_business(house: House) -> None:
    service = house.service
    first = service.submit(record(), owner="operator", key="key")
    other = service.submit(record(), owner="another", key="key")
    assert other.created
    assert other.release.id != first.release.id
    assert (first.duplicate_of, other.duplicate_of) == (None, None)
    assert service.submit(record(), owner="another", key="second").duplicate_of == other.release.id
    key = record().publisher_key
    with service.database.read() as connection:
        assert publishers.get(connection, key, "operator") is not None
        assert publishers.get(connection, key, "another") is None


def test_the_profile_of_another_owner_is_not_replaced(house: House) -> None:
    house.submit()
    theirs = Profile(publisher=record().publisher.model_copy(update={"phone": "+49 89 1"}))
    with pytest.raises(Conflict, match="belongs to another owner"):
        set_profile(house.service.setup, record().publisher_key, theirs, owner="another")
    with house.service.database.read() as connection:
        assert publishers.get(connection, record().publisher_key, "operator") == Profile(publisher=record().publisher)
        assert audit.of(connection, record().publisher_key) == []
    set_profile(house.service.setup, record().publisher_key, theirs, owner="operator")
    with house.service.database.read() as connection:
        acts = audit.of(connection, record().publisher_key)
    assert [(row["actor"], row["action"]) for row in acts] == [("operator", "set profile")]
