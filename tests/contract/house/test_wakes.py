"""Who wakes holds no connection to the database: a broker that hangs would keep others from it.

And of a wake that was lost the sweep knows: what is due is woken for again, and nothing else is.
"""

from collections.abc import Sequence

from sqlalchemy import event

from syndicator.clock import SECOND_US, from_us, isoformat
from syndicator.dispatch import Task
from syndicator.services.regenerate import dirty_channels
from tests.contract.house.conftest import House
from tests.contract.house.newsroom import Newsroom
from tests.contract.house.test_stuck_fan_out import Wakes


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


def swept(house: House) -> tuple[list[Task], int | None]:
    """For what a sweep woke, and how long it is until something is due."""
    house.service.dispatcher = wakes = Wakes()
    found = house.service.sweep()
    return wakes.tasks, None if found.next_due_us is None else found.next_due_us - house.clock.us


def test_a_sweep_wakes_for_what_is_due_and_for_nothing_else(house: House, newsroom: Newsroom) -> None:
    house.endpoint(newsroom)
    house.service.drain()
    assert swept(house) == ([], None)
    house.service.dispatcher = Wakes()  # and whoever it woke died
    house.submit("now")
    assert swept(house) == ([Task.FAN_OUT], None)
    house.service.fan_out("t")
    assert swept(house) == ([Task.DELIVER], 0), "whoever fanned out woke for the channels a moment ago"
    assert swept(house) == ([Task.REGENERATE, Task.DELIVER], 0)
    newsroom.answer = 500
    house.service.drain()
    [row] = house.deliveries()
    assert swept(house) == ([], row["due_at"] - house.clock.us)
    house.clock.us = row["due_at"]
    assert swept(house)[0] == [Task.DELIVER]


def test_a_channel_that_was_rendered_and_fell_behind_again_is_not_woken_for(house: House) -> None:
    house.service.drain()
    for key in ("one", "other"):
        house.service.dispatcher = Wakes()
        house.submit(key)
        house.service.fan_out("t")
        assert swept(house)[0] == []
        house.service.regenerate(dirty_channels(house.service.setup), "t")


def test_a_sweep_tells_when_the_next_embargo_ends(house: House) -> None:
    house.service.drain()
    house.submit(embargo_until=isoformat(from_us(house.clock.us + SECOND_US)))
    assert swept(house) == ([], SECOND_US)
