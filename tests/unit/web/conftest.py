import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.web.conversations import Pair
from tests.unit.web.served import Served, serving


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """A service of its own for a test that changes things."""
    with serving(tmp_path) as one:
        yield one


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A service that a module only reads from."""
    with serving(tmp_path_factory.mktemp("shown"), hub_url="https://hub.example/", feed_max_age_s=300) as one:
        one.submit()
        one.render()
        yield one


@pytest.fixture(scope="module", params=["uvloop", "asyncio"])
def pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with serving(tmp_path_factory.mktemp("pair")) as served, pytest.MonkeyPatch.context() as patch:
        if request.param == "asyncio":
            patch.setitem(sys.modules, "uvloop", None)  # as where it is not installed
        one = Pair(served)
        with one.ready_server, one.ordinary_server:
            one.fill()
            yield one
