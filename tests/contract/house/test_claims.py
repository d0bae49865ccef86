"""What may be claimed, and in which order: nothing before its time, nothing in the way of others."""

from collections.abc import Callable

from sqlalchemy import RowMapping, text

from syndicator.clock import SECOND_US
from syndicator.model.lifecycle import Action
from syndicator.services.revise import Revision
from syndicator.store import deliveries, delivery_lists
from tests.contract.house.conftest import House, record
from tests.contract.house.newsroom import Newsroom

MINUTE_US = 60 * SECOND_US
WITHDRAWAL = Revision(action=Action.WITHDRAW, actor="t", note="n")
CORRECTION = Revision(action=Action.CORRECT, actor="t", record=record(headline="B"), note="n")


def claimed(house: House, limit: int, urgent: int | None = None) -> list[int]:
    database, now = house.service.database, house.clock.us
    until = now + MINUTE_US
    with database.write() as connection:
        rows = deliveries.claim(database, connection, token="t", lease_until=until, limit=limit, now=now, urgent=urgent)
    return [row.id for row in rows]


def stored(house: House, number: int) -> RowMapping:
    with house.service.database.read() as connection:
        row = delivery_lists.get(connection, number)
    assert row is not None
    return row


def test_what_is_due_is_claimed_alone_and_what_was_due_first_first(house: House, newsroom: Newsroom) -> None:
    house.endpoint(newsroom)
    for number in range(3):
        house.submit(key=f"{number}")
    house.service.fan_out("t")
    last, later, first = (row["id"] for row in house.deliveries())
    due = ((last, 0), (later, SECOND_US), (first, -SECOND_US))
    with house.service.database.write() as connection:
        for number, after in due:
            at = house.clock.us + after
            connection.execute(text(f"UPDATE deliveries SET due_at = {at} WHERE id = {number}"))
    assert [claimed(house, 1), claimed(house, 9), claimed(house, 9)] == [[first], [last], []]
    house.clock.us += SECOND_US
    assert claimed(house, 9) == [later]


def test_withdrawals_are_handed_over_before_what_was_claimed_with_them(house: House, newsroom: Newsroom) -> None:
    house.endpoint(newsroom)
    release_id = house.submit(key="first")
    house.service.drain()
    house.submit(key="second")
    house.service.revise(release_id, WITHDRAWAL)
    house.service.fan_out("t")
    _, published, withdrawn = (row["id"] for row in house.deliveries())
    assert claimed(house, 9) == [withdrawn, published]


def test_withdrawals_have_the_places_kept_for_them_and_those_that_nothing_else_takes(
    house: House, newsroom: Newsroom
) -> None:
    house.endpoint(newsroom)
    releases = [house.submit(key=f"{number}") for number in range(4)]
    house.service.drain()
    for release_id in releases:
        house.service.revise(release_id, WITHDRAWAL)
    house.submit(key="new")
    house.service.fan_out("t")
    *withdrawn, published = (row["id"] for row in house.deliveries()[4:])
    assert claimed(house, 2, urgent=1) == [withdrawn[0], published]
    assert claimed(house, 2, urgent=0) == withdrawn[1:3]
    assert claimed(house, 2, urgent=0) == withdrawn[3:]


def test_an_endpoint_that_hangs_keeps_a_newer_version_from_no_other(house: House, newsroom: Newsroom) -> None:
    """Of each endpoint the older version is waited for, and of no more."""
    hangs = house.endpoint(newsroom)
    release_id = house.submit()
    house.service.fan_out("t")
    assert len(claimed(house, 9)) == 1
    with Newsroom() as another:
        house.endpoint(another)
        house.service.revise(release_id, CORRECTION)
        house.service.drain()
        assert another.told == [("release.corrected", 2)]
    assert [row["state"] for row in house.deliveries(endpoint=hangs)] == ["claimed", "waiting"]
    assert newsroom.told == []


def test_an_endpoint_that_asked_for_a_rest_has_it_from_what_comes_then(house: House, newsroom: Newsroom) -> None:
    """Though nothing of it is held back yet: a withdrawal, which asked, is not."""
    house.endpoint(newsroom)
    release_id = house.submit()
    house.service.drain()
    newsroom.answer, newsroom.headers = 503, {"retry-after": "3600"}
    house.service.revise(release_id, WITHDRAWAL)
    house.service.drain()
    newsroom.answer, newsroom.headers = 204, {}
    fresh = house.submit(key="fresh")
    house.clock.us += 59 * MINUTE_US
    house.service.drain()
    assert [row["state"] for row in house.deliveries(release=fresh)] == ["queued"]
    house.clock.us += MINUTE_US
    house.service.drain()
    assert [row["state"] for row in house.deliveries(release=fresh)] == ["delivered"]


def test_what_comes_while_others_queue_stands_behind_them(house: House, newsroom: Newsroom) -> None:
    endpoint_id = house.endpoint(newsroom)
    house.service.change_endpoint(endpoint_id, "pause", actor="t")
    house.submit(key="first")
    house.service.fan_out("t")
    house.service.change_endpoint(endpoint_id, "resume", actor="t")
    house.submit(key="second")
    house.service.fan_out("t")
    assert [row["state"] for row in house.deliveries()] == ["queued", "queued"]


def test_of_a_queue_those_go_on_first_that_stand_first_corrections_before_all(house: House, newsroom: Newsroom) -> None:
    endpoint_id = house.endpoint(newsroom)
    corrected = house.submit(key="corrected")
    house.service.drain()
    house.service.change_endpoint(endpoint_id, "pause", actor="t")
    for number in range(3):
        house.submit(key=f"{number}")
    house.service.revise(corrected, CORRECTION)
    house.service.fan_out("t")
    house.service.change_endpoint(endpoint_id, "resume", actor="t")
    _, first, *_, correction = house.deliveries()
    places = [(stored(house, first["id"])["endpoint_no"], place) for place in range(2)]
    with house.service.database.write() as connection:
        assert deliveries.promote(house.service.database, connection, places, 16) == 2
    assert [row["id"] for row in house.deliveries(state="waiting")] == [first["id"], correction["id"]]


def test_one_that_waits_for_its_next_attempt_keeps_none_in_the_queue_of_an_endpoint_that_works(
    house: House, newsroom: Newsroom
) -> None:
    house.endpoint(newsroom)
    newsroom.answer = 500
    house.submit(key="fails")
    house.service.drain()
    newsroom.answer = 204
    house.submit(key="works")
    house.service.drain()
    house.submit(key="queued")
    house.service.fan_out("t")
    with house.service.database.write() as connection:
        connection.execute(text("UPDATE deliveries SET state = 'queued' WHERE attempts = 0"))
    house.service.sweep()
    assert [row["state"] for row in house.deliveries()] == ["waiting", "delivered", "waiting"]


def test_what_is_under_way_or_comes_back_untried_keeps_its_place(
    make_house: Callable[..., House], newsroom: Newsroom
) -> None:
    """Were it free, each of a backlog for a busy host would come to where the retries of others wait."""
    house = make_house(per_endpoint=1)
    house.endpoint(newsroom)
    house.submit(key="first")
    house.service.fan_out("t")
    [number] = claimed(house, 9)
    house.submit(key="second")
    house.service.fan_out("t")
    house.service.sweep()
    assert [row["state"] for row in house.deliveries()] == ["claimed", "queued"]
    back = {"id": number, "state": "waiting", "counts": 0, "due_at": house.clock.us + MINUTE_US, "lane": 3}
    with house.service.database.write() as connection:
        deliveries.retried(house.service.database, connection, [back], "t", house.clock.us)
    house.service.sweep()
    assert [row["state"] for row in house.deliveries()] == ["waiting", "queued"]
