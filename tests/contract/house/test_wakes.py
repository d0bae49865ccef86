"""Who wakes holds no connection to the database: a broker that hangs would keep others from it."""

from collections.abc import Sequence

from sqlalchemy import event

from syndicator.clock import SECOND_US, from_us, isoformat
from syndicator.dispatch import Task
from tests.contract.house.conftest import House
from tests.contract.house.newsroom import Newsroom


class Holding:
    """A dispatcher that keeps, for each task, how many connections are in use as it is woken."""

    def __init__(self, house: House) -> None:
        database = house.service.database
        self.found: dict[Task, set[int]] = {task: set() for task in Task}
        self._held = 0
        for pool in {database._writer.pool, database._reader.pool}:
            event.listen(pool, "checkout", self._taken)
            event.listen(pool, "checkin", self._given)

    def wake(self, task: Task, _numbers: Sequence[int] = ()) -> None:
        self.found[task].add(self._held)

    def _taken(self, *_: object) -> None:
        self._held += 1

    def _given(self, *_: object) -> None:
        self._held -= 1


def test_nobody_is_woken_while_a_connection_is_held(house: House, newsroom: Newsroom) -> None:
    house.service.dispatcher = holding = Holding(house)
    house.endpoint(newsroom)
    house.submit("now")
    house.submit("later", embargo_until=isoformat(from_us(house.clock.us + SECOND_US)))
    house.service.fan_out("t")
    house.clock.us += SECOND_US
    for _ in range(2):  # a channel is woken for by the second one that finds it behind
        house.service.sweep()
    assert holding.found == {task: {0} for task in Task}
