"""Whatever is asked about deliveries while work goes on is found by an index, however many are stored."""

import re
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from syndicator.model.lifecycle import DeliveryState
from syndicator.services.views.newsrooms import delivery_page
from syndicator.store import (
    attempts,
    backlogs,
    deliveries,
    delivery_lists,
    erasure,
    events,
    far_ahead,
    holds,
    leases,
    replays,
)
from syndicator.store.database import as_rows
from tests.contract.house.conftest import House
from tests.contract.house.newsroom import Newsroom
from tests.contract.house.test_schema import explained

_NUMBERS = "(WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 40000) SELECT x FROM n) numbers"
# 4,000 releases with one event each, to ten endpoints.
_RELEASES = f"""
    INSERT INTO releases (id, owner, guid, state, version, publisher_key, content_hash, published_at, updated_at, created_at)
    SELECT 'x' || x, owner, 'x' || x, 'published', 1, publisher_key, 'x' || x, x, x, x
      FROM releases, {_NUMBERS} WHERE id = :first AND x <= 4000
"""
_EVENTS = f"""
    INSERT INTO events (seq, id, type, owner, release_id, version, created_at, fanned_out_at)
    SELECT 1000000 + x, 'evt' || x, 'release.published', 'desk', 'x' || x, 1, x, x FROM {_NUMBERS} WHERE x <= 4000
"""
_DELIVERIES = f"""
    INSERT INTO deliveries (event_seq, endpoint_no, release_id, lane, state, due_at, series_at, follows)
    SELECT 1000001 + (x - 1) / 10, x % 10, 'x' || (1 + (x - 1) / 10), 2,
           CASE WHEN x % 20 = 0 THEN 'waiting' ELSE 'delivered' END, x, 0, FALSE
      FROM {_NUMBERS}
"""
_ENDPOINTS = f"""
    INSERT INTO endpoints (no, id, owner, url, state, secrets, created_at)
    SELECT x, 'e' || x, 'desk', 'https://example.com/', 'active', '', 0 FROM {_NUMBERS} WHERE x <= 2000
"""


_ATTEMPTS = f"""
    INSERT INTO attempts (delivery_id, endpoint_no, number, started_at, duration_us, outcome, answer, bytes_sent, trigger, by)
    SELECT x, x % 10, 1, x, 1, 'retry', :answer, 0, 'event', 't' FROM {_NUMBERS}
"""


@pytest.fixture
def full(house: House) -> House:
    first = house.submit()
    with house.service.database.write() as connection:
        for statement in (_RELEASES, _EVENTS, _DELIVERIES):
            connection.execute(text(statement), {"first": first} if ":first" in statement else {})
        if house.service.database.dialect == "postgresql":  # which does so by itself; SQLite never does
            connection.execute(text("ANALYZE"))
    return house


def test_a_releases_deliveries_are_found_by_its_events(full: House) -> None:
    of_this = holds.of_this(full.service.database)
    these: tuple[tuple[str, dict[str, object]], ...] = (
        *_of_release(full),
        (deliveries._SUPERSEDE.format(of_this=of_this), {"release_id": "x5", "seq": 10**9, "now": 1}),
        (deliveries._FOLLOWS.text, {"release_id": "x5"}),
        (events._NEWEST.text, {"id": "x5"}),
        (holds._OPEN.format(of_this=of_this, held=full.service.database.for_reference), {"release_id": "x5"}),
    )
    for statement, values in these:
        plan = explained(full, statement, **values)
        assert "_events_release_id" in plan, plan
        assert is_by_index(plan), plan


def test_a_releases_deliveries_are_found_where_nothing_was_ever_counted(full: House) -> None:
    """As after an upgrade of PostgreSQL, or a restore: an event may then have any share of the deliveries."""
    database = full.service.database
    with database.write() as connection:
        connection.execute(text(_ATTEMPTS), {"answer": b"x"})
    if database.dialect == "postgresql":
        with database.write() as connection:
            connection.execute(text("SET LOCAL allow_system_table_mods = on"))
            connection.execute(text("DELETE FROM pg_statistic"))
    of_this, this = holds.of_this(database), dict[str, object](release_id="x5")
    for statement, values in (
        *_of_release(full),
        (deliveries._FOLLOWS.text, this),
        (holds._OPEN.format(of_this=of_this, held=database.for_reference), this),
        (deliveries._SUPERSEDE.format(of_this=of_this), this | {"seq": 10**9, "now": 1}),
    ):
        plan = explained(full, statement, **values)
        assert is_by_index(plan), plan
        assert "Seq Scan on attempts" not in plan, plan
        assert "SCAN a" not in plan, plan


def _of_release(house: House) -> Iterator[tuple[str, dict[str, object]]]:
    """Statements about the deliveries of one release, with their values."""
    database = house.service.database
    of_this, this = holds.of_this(database), dict[str, object](release_id="x5")
    filters = {"filters": as_rows([{"sha256": "a"}]), "event_bit": 1}
    matching = deliveries._MATCHING.format(of_this=of_this, filters=database.rows("filters", {"sha256": "text"}))
    yield deliveries._RECEIVED.format(of_this=of_this), this
    yield matching, this | filters
    yield delivery_lists._COUNT_OF_RELEASE.format(of_this=of_this), this
    yield replays._HAS_RECEIVED.format(of_this=of_this), this | {"endpoint_no": 1}
    yield erasure._UNDER_WAY.format(of_this=of_this), this
    yield f"{erasure._OPEN.format(of_this=of_this)} {database.skip_locked}", this
    yield erasure._RECEIVED_BY.format(of_this=of_this), this
    yield erasure._FORGET_ANSWERS.format(by_each=database.by_each(erasure._OF_THIS.format(of_this=of_this))), this
    for asked in (dict[str, object](release="x5"), dict[str, object](release="x5", state="dead")):
        yield delivery_lists._listing(database, asked), {**asked, "limit": 51}


def test_old_attempts_are_forgotten_without_a_look_at_others(full: House) -> None:
    assert is_by_index(explained(full, attempts._OLD.text, before=10**15, limit=5))
    ids = full.service.database.rows("rows", {"id": "bigint"})
    for statement in (attempts._FORGET, attempts._COUNT):
        plan = explained(full, statement.format(rows=ids, held=""), rows=as_rows([{"id": 5}, {"id": 6}]))
        assert is_by_index(plan), plan


def test_a_claim_and_a_retry_look_at_no_more_than_their_rows(full: House) -> None:
    database = full.service.database
    claim = deliveries._claim(database, excepts=False)
    plan = explained(full, claim, token="t", until=1, lane=2, now=10**15, limit=5)
    assert "ix_deliveries_waiting" in plan, plan
    # Whether a version before is under way is looked for among its own deliveries, not among all that are claimed.
    assert "ix_deliveries_leases" not in plan, plan
    assert is_by_index(plan), plan
    claim = deliveries._claim(database, excepts=True)
    plan = explained(full, claim, token="t", until=1, lane=2, now=10**15, limit=5, but_not=as_rows([{"no": 5}]))
    assert "ix_deliveries_waiting" in plan, plan
    assert is_by_index(plan), plan
    for statement, index, values in (
        (deliveries._FIRST_DUE, "waiting", {}),
        (deliveries._FIRST_QUEUED, "queued", {}),
        (deliveries._NEXT_LEASE, "leases", {}),
        (leases._LAPSED, "leases", {"now": 10**15, "limit": 1000}),
        (deliveries._QUEUED_ENDPOINTS, "open", {"cap": 16}),
    ):
        plan = explained(full, statement.text, **values)
        assert f"ix_deliveries_{index}" in plan, plan
        assert is_by_index(plan), plan
    _holds_back_by_endpoint(full)
    following = deliveries._NEXT_QUEUED.format(places=database.rows("places", {"no": "bigint"}))
    plan = explained(full, following, places=as_rows([{"no": 5}]), place=0, cap=16)
    assert {"ix_deliveries_open", "ix_deliveries_queued"} <= set(plan.replace("(", " ").split()), plan
    assert is_by_index(plan), plan
    retried = deliveries._RETRIED.format(
        rows=database.rows("rows", deliveries._RETRIES), outdated=deliveries._IS_OUTDATED, back=deliveries._BACK
    )
    rows = as_rows([{"id": 5, "state": "waiting", "counts": 1, "due_at": 1, "lane": 3}])
    plan = explained(full, retried, rows=rows, token="t", now=1)
    assert is_by_index(plan), plan
    held = holds._CLAIMED.format(rows=database.rows("rows", holds._TOKENS), held=database.for_update)
    plan = explained(full, held, rows=as_rows([{"id": 5, "token": "t"}]))
    assert is_by_index(plan), plan


def test_the_deliveries_of_an_endpoint_are_listed_without_those_of_others(full: House, newsroom: Newsroom) -> None:
    """Of one that got little, too, and what came to an end long ago."""
    endpoint = full.endpoint(newsroom)
    asked = {"state": "dead", "endpoint": endpoint, "before": 10**9}
    plan = explained(full, delivery_lists._listing(full.service.database, asked), limit=51, **asked)
    assert "uq_deliveries" in plan or "sqlite_autoindex_deliveries" in plan, plan
    assert is_by_index(plan), plan


def test_those_of_a_release_in_a_state_are_listed_without_those_of_others(full: House) -> None:
    asked = {"state": DeliveryState.DEAD, "release": "x5"}
    plan = explained(full, delivery_lists._listing(full.service.database, asked), limit=51, **asked)
    assert "_events_release_id" in plan, plan
    assert "ix_deliveries_failed" not in plan, plan
    assert is_by_index(plan), plan


def test_what_a_release_sent_an_endpoint_is_found_by_its_events(full: House, newsroom: Newsroom) -> None:
    asked = {"release": "x5", "endpoint": full.endpoint(newsroom)}
    plan = explained(full, delivery_lists._listing(full.service.database, asked), limit=51, **asked)
    assert "_events_release_id" in plan, plan
    assert "Backward using pk_events" not in plan, plan
    assert "SCAN v" not in plan, plan
    assert is_by_index(plan), plan


def test_an_erasure_asks_for_no_other_releases_claims(moved: House) -> None:
    with moved.service.database.write() as connection:
        connection.execute(text("UPDATE deliveries SET state = 'claimed', claim_token = 't', lease_until = 1"))
    under_way = erasure._UNDER_WAY.format(of_this=holds.of_this(moved.service.database))
    plan = explained(moved, under_way, release_id="x5")
    assert "_events_release_id" in plan, plan
    assert "ix_deliveries_leases" not in plan, plan


@pytest.mark.parametrize("before", [{}, {"before": 10**9}], ids=["first", "further"])
def test_what_was_delivered_since_the_database_counted_is_listed_a_page_at_a_time(
    moved: House, before: dict[str, int]
) -> None:
    with moved.service.database.write() as connection:
        connection.execute(text("UPDATE deliveries SET state = 'delivered'"))
    asked = {"state": DeliveryState.DELIVERED, **before}
    plan = explained(moved, delivery_lists._listing(moved.service.database, asked), limit=51, **asked)
    assert "Seq Scan on deliveries" not in plan, plan
    assert "pk_deliveries" in plan or "SCAN d" in plan or "INTEGER PRIMARY KEY" in plan, plan


@pytest.mark.parametrize("state", [DeliveryState.DEAD, DeliveryState.SUPERSEDED])
@pytest.mark.parametrize("before", [{}, {"before": 10**9}], ids=["first", "further"])
def test_the_few_in_a_state_are_listed_without_the_many_that_were_delivered(
    full: House, state: DeliveryState, before: dict[str, int]
) -> None:
    asked = {"state": state, **before}
    plan = explained(full, delivery_lists._listing(full.service.database, asked), limit=51, **asked)
    assert "ix_deliveries_failed" in plan, plan
    assert "Sort" not in plan, plan
    assert is_by_index(plan), plan


def test_a_state_that_nobody_knows_is_no_part_of_a_statement(house: House) -> None:
    with pytest.raises(ValueError, match="is not a valid DeliveryState"):
        delivery_lists._listing(house.service.database, {"state": "dead' OR TRUE --"})


def test_pages_of_an_endpoints_deliveries_follow_each_other(house: House, newsroom: Newsroom) -> None:
    endpoint = house.endpoint(newsroom)
    house.endpoint(newsroom)
    for number in range(3):
        house.submit(f"{number}")
    house.service.fan_out("t")
    all_of_it = delivery_page(house.service.setup, endpoint=endpoint)
    ids = [each.id for each in all_of_it.deliveries]
    assert (ids, all_of_it.next) == ([row["id"] for row in reversed(house.deliveries(endpoint=endpoint))], None)
    paged, before = [], None
    while True:
        page = delivery_page(house.service.setup, endpoint=endpoint, before=before, limit=1)
        paged += [each.id for each in page.deliveries]
        if (before := page.next) is None:
            break
    assert paged == ids == sorted(ids, reverse=True)
    assert len(ids) == 3


@pytest.fixture
def moved(full: House) -> House:
    """All deliveries are in another state than when the database last looked at what they hold."""
    with full.service.database.write() as connection:
        connection.execute(text("UPDATE deliveries SET state = 'parked'"))
        connection.execute(text("ANALYZE"))
    return full


def test_a_queue_that_the_database_has_not_counted_is_not_read_whole(moved: House) -> None:
    database = moved.service.database
    with database.write() as connection:
        connection.execute(text("UPDATE deliveries SET state = 'queued'"))
    promote = deliveries._PROMOTE.format(
        ids=database.rows("ids", deliveries._IDS),
        skip_locked=database.skip_locked.replace("UPDATE", "UPDATE OF d"),
    )
    plan = explained(moved, promote, ids=as_rows([{"id": 5}]))
    assert "ix_deliveries" not in plan, plan
    assert is_by_index(plan), plan


def test_what_waits_and_was_not_counted_is_found_by_its_endpoint(moved: House) -> None:
    database = moved.service.database
    with database.write() as connection:
        connection.execute(text("UPDATE deliveries SET state = 'waiting'"))
    for statement in (backlogs._PARK, backlogs._DROP):
        for these, index in zip(backlogs._CLAIMABLE, ("open", "retried"), strict=True):
            plan = explained(moved, statement.format(which=these), no=5, now=1)
            assert f"ix_deliveries_{index}" in plan, plan
            assert is_by_index(plan), plan
    _holds_back_by_endpoint(moved)
    with database.write() as connection:
        connection.execute(text("ANALYZE"))
    claim = deliveries._claim(database, excepts=False)
    plan = explained(moved, claim, token="t", until=1, lane=2, now=10**15, limit=1000)
    assert "hashed" not in plan, plan
    assert is_by_index(plan), plan
    late = database.by_each(far_ahead._DUE.format(free=database.skip_locked))
    plan = explained(moved, far_ahead._DUE_NOW.format(by_each=late), furthest=10**15, limit=5000, now=1)
    assert "Seq Scan on deliveries" not in plan, plan
    _holds_back_by_endpoint(moved)  # of an outage: all of it waits, and the database has counted it


def _holds_back_by_endpoint(house: House) -> None:
    """Each endpoint's deliveries are looked up by its number: none of another one's is read, nor the claim's index."""
    for which, index in zip(backlogs._WAITING_OF, ("open", "retried"), strict=True):
        held_back = backlogs._held_back(house.service.database, which)
        plan = explained(house, held_back, numbers=as_rows([{"no": 5}, {"no": 6}]))
        by_number = rf"ix_deliveries_{index} .*?(endpoint_no=\?|Index Cond: \(endpoint_no = )"
        assert re.search(by_number, plan, re.DOTALL), plan
        assert "ix_deliveries_waiting" not in plan, plan
        assert is_by_index(plan), plan


def test_a_fan_out_to_many_asks_for_the_queue_of_each(moved: House) -> None:
    with moved.service.database.write() as connection:
        for statement in (_ENDPOINTS, "ANALYZE", "UPDATE deliveries SET state = 'queued'"):
            connection.execute(text(statement))
    fan_out = deliveries._FAN_OUT.format(receivers="SELECT no FROM endpoints")
    plan = explained(moved, fan_out, seq=1, release_id="x5", lane=2, cap=16, now=1, follows=False)
    assert {"ix_deliveries_open", "ix_deliveries_queued"} <= set(plan.replace("(", " ").split()), plan
    by_endpoint = plan.count("(endpoint_no = ") + plan.count("(endpoint_no=?")
    assert by_endpoint == 2, plan  # what is open, and what is queued: read once for all, that is every queue there is
    assert is_by_index(plan), plan


def is_by_index(plan: str) -> bool:
    """Whether no delivery is looked at that is not asked for, in the words of either database."""
    return not any(
        whole in plan for whole in ("Seq Scan on deliveries", "SCAN deliveries", "SCAN o", "SCAN d", "SCAN n")
    )
