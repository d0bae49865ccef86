"""What waits for an endpoint may be a million rows: its moves keep nobody waiting, and a crash leaves none undone."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event, text

from syndicator.model.lifecycle import EndpointState
from syndicator.services import subscribe
from syndicator.store import backlogs, deliveries, endpoints
from tests.contract.house.conftest import House
from tests.contract.house.newsroom import Newsroom
from tests.contract.house.test_delivery_plans import is_by_index
from tests.contract.house.test_schema import explained

COUNT = 2 * backlogs.AT_ONCE + 5
_QUEUE = text("""
    WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < :count)
    INSERT INTO deliveries (event_seq, endpoint_no, lane, state, due_at, series_at, follows, attempts, trigger)
    SELECT 1000000 + x, :no, 2, :state, x, x, FALSE, 1, 'event' FROM n
""")
MOVES = pytest.mark.parametrize(
    ("source", "move", "state", "target"),
    [
        ("queued", "pause", "paused", "parked"),
        ("parked", "resume", "active", "queued"),
        ("queued", "disable", "disabled", "dead"),
        ("parked", "remove", "removed", "dead"),
    ],
)


def backlog(house: House, newsroom: Newsroom, source: str) -> tuple[str, int]:
    """An endpoint (id, no) with so many deliveries in that state; paused if they are parked."""
    endpoint_id = house.endpoint(newsroom)
    if source == "parked":
        house.service.change_endpoint(endpoint_id, "pause", actor="t")
    with house.service.database.write() as connection:
        number = endpoints.get(connection, endpoint_id)["no"]
        connection.execute(_QUEUE, {"count": COUNT, "no": number, "state": source})
    return endpoint_id, number


def counted(house: House) -> dict[str, int]:
    with house.service.database.read() as connection:
        found = connection.execute(text("SELECT state, count(*) AS number FROM deliveries GROUP BY state"))
        return {row.state: row.number for row in found}


@MOVES
def test_no_transaction_moves_more_than_some(
    house: House, newsroom: Newsroom, source: str, move: str, state: str, target: str
) -> None:
    endpoint_id, number = backlog(house, newsroom, source)
    open_, moved = [0], list[int]()

    def executed(_connection: object, cursor: Any, statement: str, *_: object) -> None:
        open_[0] += cursor.rowcount if "UPDATE deliveries" in statement else 0

    def committed(_connection: object) -> None:
        moved.append(open_[0])
        open_[0] = 0

    event.listen(house.service.database.engine, "after_cursor_execute", executed)
    event.listen(house.service.database.engine, "commit", committed)
    house.service.change_endpoint(endpoint_id, move, actor="t")
    assert counted(house) == {target: COUNT}
    assert sum(moved) == COUNT
    assert max(moved) == backlogs.AT_ONCE
    with house.service.database.write() as connection:
        assert endpoints.is_in(house.service.database, connection, number, EndpointState(state))


@MOVES
def test_a_sweep_finishes_what_a_crash_left(
    house: House,
    newsroom: Newsroom,
    monkeypatch: pytest.MonkeyPatch,
    source: str,
    move: str,
    state: str,
    target: str,
) -> None:
    endpoint_id, number = backlog(house, newsroom, source)
    monkeypatch.setattr(subscribe, "follow_once_more", crash)
    with pytest.raises(KeyboardInterrupt):
        house.service.change_endpoint(endpoint_id, move, actor="t")
    with house.service.database.write() as connection:
        assert endpoints.is_in(house.service.database, connection, number, EndpointState(state))
    assert counted(house) == {source: COUNT}, "and the move itself was short"
    while (swept := house.service.sweep()).has_more:
        assert counted(house)[source] > 0
    assert not swept.has_more
    after = counted(house)
    assert after.pop(target) + after.pop("waiting", 0) == COUNT, "a resumed one has its places filled"
    assert not after


def crash(*_: object) -> None:
    raise KeyboardInterrupt


def test_what_was_still_to_be_parked_begins_a_new_series_when_it_is_resumed(
    house: House, newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint_id, _ = backlog(house, newsroom, "queued")
    with monkeypatch.context() as patch:
        patch.setattr(subscribe, "follow_once_more", crash)
        with pytest.raises(KeyboardInterrupt):
            house.service.change_endpoint(endpoint_id, "pause", actor="t")
    house.service.change_endpoint(endpoint_id, "resume", actor="t")
    with house.service.database.read() as connection:
        kinds = connection.execute(text("SELECT DISTINCT state, attempts, series_at, trigger FROM deliveries")).all()
    assert [tuple(kind) for kind in kinds] == [("queued", 0, house.clock.us, "resume")]


def test_nothing_of_a_paused_endpoint_is_claimed_before_its_backlog_is_parked(
    house: House, newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint_id, number = backlog(house, newsroom, "queued")
    house.service.sweep()
    assert counted(house)["waiting"] > 0
    monkeypatch.setattr(subscribe, "follow_once_more", crash)
    with pytest.raises(KeyboardInterrupt):
        house.service.change_endpoint(endpoint_id, "pause", actor="t")
    database = house.service.database
    with database.write() as connection:
        assert deliveries.promote(database, connection, [(number, place) for place in range(16)], 16) == 0
    assert "waiting" not in counted(house)


@pytest.mark.parametrize("state", [EndpointState.DISABLED, EndpointState.REMOVED])
def test_what_is_queued_and_parked_ends_together_some_of_both_at_once(
    house: House, newsroom: Newsroom, state: EndpointState
) -> None:
    """Parked before the endpoint was resumed, queued since: neither may be left to a state that nobody looks for."""
    _, number = backlog(house, newsroom, "queued")
    database, now = house.service.database, house.clock.us
    with database.write() as connection:
        connection.execute(text("UPDATE deliveries SET state = 'parked' WHERE id % 2 = 0"))
        endpoints.set_state(connection, number, state, None)
        half = COUNT // 2
        assert backlogs.move_some(database, connection, number, state, now, half + 5) == half + 5
        assert [row.no for row in backlogs.unfinished(connection, 9)] == [number]
        connection.execute(text("UPDATE deliveries SET state = 'queued' WHERE state = 'parked'"))
        assert [row.no for row in backlogs.unfinished(connection, 9)] == [number]


@pytest.mark.parametrize("source", ["queued", "parked"])
def test_moves_find_their_rows_by_an_index(make_house: Callable[..., House], newsroom: Newsroom, source: str) -> None:
    """All that was ever delivered is a thousand times more."""
    house = make_house()
    _, number = backlog(house, newsroom, "delivered")
    database = house.service.database
    with database.write() as connection:
        connection.execute(text("ANALYZE"))
    some = backlogs._SOME.format(state=source, held=database.for_change)
    at_once = [move.format(which=these) for move in backlogs._AT_ONCE.values() for these in backlogs._CLAIMABLE]
    for statement in (some, *at_once):
        assert is_by_index(plan := explained(house, statement, no=number, now=1, limit=5)), plan
    assert is_by_index(explained(house, backlogs._UNFINISHED.text, limit=5))
