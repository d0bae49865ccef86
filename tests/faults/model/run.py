"""One run: a world, its steps by a seed, and what has to be true when all is over."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from random import Random

import pytest

from syndicator.delivery.retry import Outcome
from syndicator.services import outcomes
from tests.contract.house.conftest import Clock, House, open_house
from tests.faults.invariants import broken
from tests.faults.model.steps import People
from tests.faults.model.troubles import Troubles
from tests.faults.model.world import DivergedError, World
from tests.faults.sequence import Faults

STEPS = 150
_NEVER_ENDED = """
    SELECT d.id FROM deliveries d JOIN endpoints e ON e.no = d.endpoint_no
     WHERE e.state = 'active' AND d.state = 'dead' AND d.release_id IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM events v WHERE v.release_id = d.release_id AND v.seq > d.event_seq)
"""
# Newsrooms here have filters; and a clock that is set back has its own suite (see ``clock_jumps``).
_NOT_HERE = {
    "every published event has a delivery for each endpoint",
    "every later event has a delivery for each endpoint that it is for",
    "feeds are up to date",
    "nothing is sent to who is gone",
    "the newest version of each release arrived",
}


def settings(seed: int) -> dict[str, float]:
    """Of the service in this run: few places or many, long memory or short."""
    chance = Random(f"settings/{seed}")  # noqa: S311 (repeatable, no secret)
    return {
        "per_endpoint": chance.choice([1, 2, 16]),
        "pause_after_days": chance.choice([0.5, 2]),
        "attempt_retention_days": chance.choice([1, 30]),
    }


def run(house: House, seed: int, steps: int, say: Callable[[str], None] = lambda _line: None) -> World:
    """The world after so many steps and all that followed. Raises DivergedError where it did other than the model."""
    world = World(house, seed)
    people = People(world)
    steps_of_all = [*people.steps, *Troubles(world, people).steps]
    with world.closing, _repeatable_jitter(seed):
        people.add(Random(seed))  # noqa: S311 (repeatable, no secret)
        Faults(seed, steps_of_all, say=say, longest_pause_s=0).run(count=steps)
        end(world)
    return world


@contextmanager
def _repeatable_jitter(seed: int) -> Iterator[None]:
    """Each attempt's own, as in every run of this seed: whatever order the answers come in."""
    outcome = outcomes._outcome

    def repeatable(sent: outcomes.Sent, *times: datetime) -> Outcome:
        random.seed(f"{seed}/{sent.row.id}/{sent.row.attempts}/{times}")
        return outcome(sent, *times)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(outcomes, "_outcome", repeatable)
        yield


def end(world: World) -> None:
    """It settles; then everybody recovers, and settles again."""
    world.settle()
    _arrived(world, "in the end")
    for desk in world.desks_that_are("active"):
        world.recover(desk)
    world.settle()
    _arrived(world, "after a recovery")
    world.differs_if(world.rows(_NEVER_ENDED), "dead after a recovery, of well receivers")
    with world.house.service.database.read() as connection:
        found = broken(connection, world.house.clock.us, world.log_kept_since_us)
    world.differs_if({name: rows for name, rows in found.items() if name not in _NOT_HERE}, "invariants are broken")


def _arrived(world: World, when: str) -> None:
    dead = {
        (row["id"], row["event_seq"])
        for row in world.rows("""
            SELECT e.id, d.event_seq FROM deliveries d JOIN endpoints e ON e.no = d.endpoint_no WHERE d.state = 'dead'
        """)
    }
    seqs = {event.id: event.seq for event in world.events()}
    for desk in world.desks_that_are("active"):
        last = {push.release_id: seqs[push.event_id] for push in desk.pushes if push.release_id}
        for (endpoint_id, release_id), seq in world.expected.last.items():
            if endpoint_id == desk.id and last.get(release_id) != seq and (desk.id, seq) not in dead:
                message = f"{when} {desk.id} has event {last.get(release_id)} of {release_id}, not {seq}"
                raise DivergedError(message)


def repeat(seed: int, steps: int, database: str) -> str:
    """The command that does the same once more."""
    return f"python -m tests.faults.model --seed {seed} --steps {steps} --database {database}"


@contextmanager
def opened(url: str, folder: Path, seed: int) -> Iterator[House]:
    """A service for one run, on an empty database."""
    house = open_house(folder, url, Clock(), **settings(seed))
    try:
        yield house
    finally:
        house.service.close()
