"""A release that names another: the other's id stands in public from the moment that everybody may know of it."""

import json
from datetime import timedelta
from typing import Any

import pytest
from isal import igzip

from syndicator.clock import from_us
from syndicator.model.lifecycle import Action
from syndicator.services.revise import Revision
from syndicator.services.views import releases as views
from syndicator.store import releases, renditions
from tests.contract.house.conftest import House, record
from tests.contract.house.newsroom import Newsroom

HOUR_US = 3_600_000_000
UNKNOWN = "rel_" + "0" * 26


def held(house: House, key: str = "held", **changes: Any) -> str:
    until = from_us(house.clock.us) + timedelta(hours=1)
    return house.submit(key=key, headline="Original", embargo_until=until.isoformat(), **changes)


def feed(house: House, form: str = "json") -> tuple[str, str]:
    with house.service.database.read() as connection:
        row = renditions.get(connection, "all", 0, form)
    assert row is not None
    return igzip.decompress(bytes(row["gzip"])).decode(), row["etag"]  # type: ignore[no-untyped-call]


def public(house: House, release_id: str) -> dict[str, Any]:
    return views.release(house.service.setup, release_id).record or {}


def passes(house: House) -> None:
    house.service.drain()
    house.clock.us += HOUR_US
    house.service.drain()


@pytest.mark.parametrize("field", ["translation_of", "replaces"])
def test_the_link_appears_with_what_it_leads_to_and_nobody_is_told(
    house: House, newsroom: Newsroom, field: str
) -> None:
    house.endpoint(newsroom)
    target = held(house)
    naming = house.submit(key="naming", language="en", **{field: target})
    house.service.drain()
    before, etag = feed(house)
    assert target not in before
    assert target not in feed(house, "rss")[0] + feed(house, "atom")[0]
    assert field not in public(house, naming)
    assert views.release(house.service.setup, naming, inside=True).record[field] == target  # type: ignore[index]
    house.clock.us += HOUR_US
    house.service.drain()
    after, new_etag = feed(house)
    assert new_etag != etag
    entry = next(each for each in json.loads(after)["items"] if each["id"].endswith(naming))
    old = next(each for each in json.loads(before)["items"] if each["id"].endswith(naming))
    assert target in json.dumps(entry)
    assert entry["date_modified"] == old["date_modified"]
    assert f"/releases/{target}" in feed(house, "atom")[0]
    assert public(house, naming)[field] == target
    assert [each["data"]["id"] for each in newsroom.envelopes] == [naming, target]
    assert target not in json.dumps(newsroom.envelopes[0])


def test_what_lifts_together_names_each_other(house: House, newsroom: Newsroom) -> None:
    house.endpoint(newsroom)
    target = held(house)
    naming = held(house, "naming", translation_of=target)
    passes(house)
    assert public(house, naming)["translation_of"] == target
    assert feed(house)[0].count(f"releases/{target}") > 1
    told = {each["data"]["id"]: each["data"] for each in newsroom.envelopes}
    assert told[naming]["translation_of"] == target


def test_unknown_and_never_public_ids_are_never_shown(house: House) -> None:
    never = held(house)
    house.service.revise(never, Revision(action=Action.WITHDRAW, actor="t", note="Nie"))
    for key, target in (("a", UNKNOWN), ("b", never)):
        naming = house.submit(key=key, headline=key, translation_of=target, replaces=target)
        passes(house)
        assert public(house, naming).keys().isdisjoint({"translation_of", "replaces"})
        assert target not in "".join(feed(house, form)[0] for form in ("rss", "atom", "json"))


@pytest.mark.parametrize("action", [Action.WITHHOLD, Action.WITHDRAW])
def test_what_was_public_stays_named(house: House, action: Action) -> None:
    target = house.submit(key="target")
    house.service.revise(target, Revision(action=action, actor="t", note="Zahl"))
    naming = house.submit(key="naming", headline="Neu", replaces=target)
    house.service.drain()
    assert public(house, naming)["replaces"] == target


def test_a_link_of_an_archived_release_appears_in_place(make_house: Any) -> None:
    house: House = make_house(feed_window=2)
    target = held(house)
    house.submit(key="naming", headline="Alt", translation_of=target)
    for number in range(4):
        house.submit(key=str(number), headline=str(number))
        house.service.drain()
    passes(house)
    with house.service.database.read() as connection:
        row = renditions.get(connection, "all", 1, "atom")
    assert row is not None
    assert f"/releases/{target}" in igzip.decompress(bytes(row["gzip"])).decode()  # type: ignore[no-untyped-call]


def test_a_later_version_names_what_is_public(house: House) -> None:
    target = held(house)
    naming = house.submit(key="naming", headline="Neu")
    changed = record(headline="Neu", translation_of=target)
    house.service.revise(naming, Revision(action=Action.UPDATE, actor="t", record=changed))
    passes(house)
    assert public(house, naming)["translation_of"] == target


def test_nothing_lifts_before_its_embargo_whoever_asks(house: House) -> None:
    release_id = held(house)
    lifts = house.clock.us + HOUR_US
    with house.service.database.write() as connection:
        assert not releases.lift(connection, release_id, at=lifts, now=lifts - 1)
        assert releases.version(connection, release_id).release.published_at is None
        assert releases.lift(connection, release_id, at=lifts - 5, now=lifts)
        assert releases.version(connection, release_id).release.published_at == from_us(lifts)
        assert not releases.lift(connection, release_id, at=lifts, now=lifts)
