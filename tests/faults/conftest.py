"""What most of these tests begin with: houses on both databases, whole processes, and a newsroom with moods."""

from collections.abc import Iterator

import pytest

from tests.contract.house.conftest import make_house
from tests.e2e.conftest import make_machine
from tests.faults.newsrooms import Newsroom

__all__ = ["make_house", "make_machine", "newsroom"]


@pytest.fixture
def newsroom() -> Iterator[Newsroom]:
    with Newsroom() as desk:
        yield desk
