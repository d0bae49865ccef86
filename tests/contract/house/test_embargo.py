"""The embargo's proof: every surface is walked at T−1 µs, T and T+1 µs and compared with a twin, byte for byte.

That the walk bites is shown in ``test_embargo_leaks``.
"""

import re
from collections.abc import Callable, Iterator

import pytest
import requests
from starlette.routing import Route

from syndicator.web.app import make_app
from syndicator.web.media import MediaFiles
from syndicator.web.pages import Pages
from syndicator.web.serve import Server
from syndicator.web.signs import Signs
from tests.contract.house.conftest import House
from tests.contract.house.stage import LIFTS, WORD, Stage, staged, walk_of_the_twin
from tests.contract.house.surfaces import SHOWN_BY_A_LIFT, SURFACES


@pytest.fixture
def opened(make_house: Callable[..., House]) -> Callable[..., House]:
    return lambda clock: make_house(clock=clock, apart=True, feed_window=2)


@pytest.fixture
def held(opened: Callable[..., House]) -> Iterator[Stage]:
    with staged(opened) as stage:
        yield stage


def test_nobody_can_tell_before_the_embargo_and_everybody_can_at_it(held: Stage, opened: Callable[..., House]) -> None:
    held.live(holding=True)
    before, twin = held.walk(), walk_of_the_twin(opened, held.names)
    assert before.leaks(twin, WORD, held.lines) == set()
    assert {before.status(f"closed archive {form}") for form in ("rss", "atom", "json")} == {200}
    held.until(LIFTS)
    lifted = held.walk()
    assert {name for name in lifted.answers if lifted.answers[name] != before.answers[name]} == SHOWN_BY_A_LIFT
    told = [each["data"]["id"] for each in held.newsroom.envelopes[-4:]]
    assert set(told) == {held.names[name] for name in ("held", "translation", "revised", "postponed")}
    assert WORD not in repr(held.lines), "logs name ids, never texts"
    never = {name for name, surface in SURFACES.items() if "{withdrawn}" in surface.path}
    assert all(lifted.answers[name] == twin.answers[name] for name in never), "withdrawn before anybody saw it"
    assert held.names["withdrawn"] not in repr([lifted.answers[name] for name in lifted.answers if name not in never])
    held.until(LIFTS + 1)
    assert held.walk().answers == lifted.answers


@pytest.mark.parametrize("make_house", ["sqlite"], indirect=True)
def test_the_table_has_every_route_of_the_site_and_the_api(house: House) -> None:
    walked = {re.sub(r"{\w+}|\?.*", "x", surface.path) for surface in SURFACES.values()}
    service = house.service
    site: list[Route] = [*Pages(service).routes, *MediaFiles(service).routes, *Signs(service).routes]
    assert [route.path for route in site if not any(map(route.path_regex.match, walked))] == []
    with Server(make_app(service), "127.0.0.1", 0) as server:
        described = requests.get(f"{server.url}/openapi.json", timeout=10).json()["paths"]
    read = {
        path: re.compile(re.sub(r"{\w+}", "[^/]+", path)) for path, methods in described.items() if "get" in methods
    }
    missing = {path for path, pattern in read.items() if not any(map(pattern.fullmatch, walked))}
    assert missing == {"/api/v1/deliveries/{delivery_id}", "/api/v1/endpoints/{endpoint_id}"}, "the operator's"
