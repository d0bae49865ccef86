"""The embargo's proof: every public surface is walked at T−1 µs, T and T+1 µs, byte for byte.

Until T each surface reads exactly as it did before the held release was handed in. A lift that comes one
microsecond early is seen on every one of them, which proves that the walk bites.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
import requests
import structlog

from syndicator.clock import SECOND_US, from_us
from syndicator.dispatch import Task
from syndicator.model.lifecycle import Action
from syndicator.services.revise import Revision
from syndicator.store import deliveries, releases
from syndicator.web.app import make_app
from syndicator.web.serve import Server
from tests.contract.house.conftest import House, record
from tests.contract.house.newsroom import Newsroom

SECRET_WORD = "Zwetschgendatschi"
HELD = {
    "headline": f"{SECRET_WORD} hebt ab",
    "publisher": {"name": f"{SECRET_WORD} AG", "key": "heldpublisher"},
    "subjects": [{"code": "20000049", "label": "Gehaltenes"}],
    "regions": ["DE-BY"],
    "industries": ["heldindustry"],
}
# What differs between two answers to the same question.
PASSING_HEADERS = {"date", "age"}
SURFACES = {
    "rss": "/feeds/all.rss",
    "atom": "/feeds/all.atom",
    "json": "/feeds/all.json",
    "publisher's feed": "/feeds/publisher-heldpublisher.atom",
    "region's feed": "/feeds/region-de-by.json",
    "archive": "/feeds/all/1.atom",
    "opml": "/opml",
    "start": "/",
    "directory": "/channels",
    "channel": "/channels/all",
    "publisher's channel": "/channels/publisher-heldpublisher",
    "api channels": "/api/v1/channels",
    "page": "/releases/{held}",
    "api release": "/api/v1/releases/{held}",
}
UNCHANGED_BY_A_LIFT = {"archive"}


@dataclass
class Overheard:
    """A dispatcher that keeps what it was asked to say; the test drains by itself."""

    messages: list[tuple[Task, tuple[int, ...]]] = field(default_factory=list)

    def wake(self, task: Task, numbers: Sequence[int] = ()) -> None:
        self.messages.append((task, tuple(numbers)))


def walk(house: House, held: str) -> dict[str, tuple[int, dict[str, str], bytes]]:
    """Status, headers and body of every surface, from a server that has kept nothing."""
    with Server(make_app(house.service), "127.0.0.1", 0) as server, requests.Session() as session:
        session.trust_env = False
        return {name: seen(session, server.url + path.format(held=held), held) for name, path in SURFACES.items()}


def seen(session: requests.Session, url: str, held: str) -> tuple[int, dict[str, str], bytes]:
    answer = session.get(url, headers={"Accept-Encoding": "identity"}, timeout=10)
    headers = {name.lower(): value for name, value in answer.headers.items() if name.lower() not in PASSING_HEADERS}
    # An unknown id is told as it was asked for; apart from that both answers must be the same.
    return answer.status_code, headers, answer.content.replace(held.encode(), b"rel_asked")


def leaks(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    return {name for name in SURFACES if before[name] != after[name]}


@pytest.fixture
def overheard(house: House) -> Overheard:
    dispatcher = Overheard()
    house.service.dispatcher = dispatcher
    return dispatcher


def prepare(house: House, newsroom: Newsroom) -> dict[str, Any]:
    """A service with a public release and a newsroom that wants everything; and what it shows."""
    house.endpoint(newsroom)
    house.submit(key="public")
    house.service.drain()
    newsroom.requests.clear()
    return walk(house, "rel_00000000000000000000000000")


def hold(house: House, **changes: Any) -> str:
    until = from_us(house.clock.us) + timedelta(hours=1)
    return house.submit(key="held", **{**HELD, **changes}, embargo_until=until.isoformat())


def test_no_surface_changes_before_the_embargo_and_all_do_at_it(
    house: House, newsroom: Newsroom, overheard: Overheard
) -> None:
    before = prepare(house, newsroom)
    with structlog.testing.capture_logs() as lines:
        held = hold(house)
        overheard.messages.clear()
        house.clock.us = until_us(house, held) - 1
        house.service.drain()
        after = walk(house, held)
        assert leaks(before, after) == set()
        assert newsroom.requests == []
        assert SECRET_WORD not in str(lines)
        assert all(number < 1_000_000 for _, numbers in overheard.messages for number in numbers), "numbers only"
        house.clock.us += 1
        house.service.drain()
        lifted = walk(house, held)
        assert leaks(before, lifted) == set(SURFACES) - UNCHANGED_BY_A_LIFT
        assert [each["data"]["id"] for each in newsroom.envelopes] == [held]
        assert SECRET_WORD not in str(lines), "logs name ids, never texts"
        house.clock.us += 1
        house.service.drain()
        assert leaks(lifted, walk(house, held)) == set()


def until_us(house: House, release_id: str) -> int:
    with house.service.database.read() as connection:
        until = releases.version(connection, release_id).embargo_until
    assert until is not None
    return until


def test_no_revision_of_a_held_release_shows_before_its_time(house: House, newsroom: Newsroom) -> None:
    before = prepare(house, newsroom)
    held = hold(house)
    for action, note in ((Action.UPDATE, None), (Action.CORRECT, "Ein Fehler")):
        changed = record(**{**HELD, "headline": f"{SECRET_WORD} {action}"})
        house.service.revise(held, Revision(action=action, actor="t", record=changed, note=note))
    house.clock.us = until_us(house, held) - 1
    house.service.drain()
    assert leaks(before, walk(house, held)) == set()
    later = from_us(house.clock.us) + timedelta(hours=2)
    house.service.revise(held, Revision(action=Action.RESCHEDULE, actor="t", embargo_until=later))
    house.clock.us += 2
    house.service.drain()
    assert leaks(before, walk(house, held)) == set(), "the old time counts no more"
    house.service.revise(held, Revision(action=Action.WITHDRAW, actor="t", note="Nie"))
    house.clock.us += 3 * 3600 * SECOND_US
    house.service.drain()
    assert leaks(before, walk(house, held)) == set(), "withdrawn before anybody saw it"
    assert newsroom.requests == []


def test_a_lift_one_microsecond_early_is_seen_on_every_surface(
    house: House, newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = prepare(house, newsroom)
    held = hold(house)
    house.clock.us = until_us(house, held) - 1
    exact = releases.due
    monkeypatch.setattr(releases, "due", lambda connection, now, *rest: exact(connection, now + 1, *rest))
    house.service.drain()
    assert leaks(before, walk(house, held)) == set(SURFACES) - UNCHANGED_BY_A_LIFT
    assert newsroom.requests == [], "the claim asks the embargo itself, right before sending"
    house.clock.us += 1
    house.service.drain()
    assert [each["data"]["id"] for each in newsroom.envelopes] == [held]


def test_without_the_claims_own_check_an_early_lift_would_be_pushed(
    house: House, newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(house, newsroom)
    held = hold(house)
    house.clock.us = until_us(house, held) - 1
    exact = releases.due
    monkeypatch.setattr(releases, "due", lambda connection, now, *rest: exact(connection, now + 1, *rest))
    unchecked = deliveries._CLAIM.replace("COALESCE(r.embargo_until, :now) <= :now", "TRUE")
    assert unchecked != deliveries._CLAIM
    monkeypatch.setattr(deliveries, "_CLAIM", unchecked)
    house.service.drain()
    assert len(newsroom.requests) == 1
