"""The service does as the model, on both databases; and whatever is broken on purpose, the same short run tells."""

import itertools
from pathlib import Path
from random import Random

import pytest

from syndicator.clock import SECOND_US
from syndicator.model.lifecycle import Action
from syndicator.services.revise import Revision
from tests.faults.model.known_bad import KNOWN_BAD, SEEDS, STEPS
from tests.faults.model.run import end, opened, repeat, run, settings
from tests.faults.model.steps import People
from tests.faults.model.troubles import Troubles
from tests.faults.model.world import DivergedError, World
from tests.servers.migrated import migrated_file


@pytest.mark.parametrize(("database", "seed"), [("sqlite", seed) for seed in SEEDS] + [("postgres", SEEDS[0])])
def test_the_service_does_as_the_model(
    request: pytest.FixtureRequest, tmp_path: Path, database: str, seed: int
) -> None:
    is_file = database == "sqlite"
    url = migrated_file(tmp_path / "house.db") if is_file else request.getfixturevalue("migrated_postgres_url")
    with opened(url, tmp_path, seed) as house:
        try:
            world = run(house, seed, STEPS)
        except DivergedError as diverged:
            pytest.fail(f"{diverged}\nagain: {repeat(seed, STEPS, database)}")
    assert len(world.releases) >= 5
    assert sum(len(desk.pushes) for desk in world.desks) >= 20


@pytest.mark.parametrize("name", KNOWN_BAD)
def test_what_is_broken_on_purpose_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """By one of the runs: which pushes are under way when another fails is up to threads, so that one seed may miss."""
    broken, best = KNOWN_BAD[name]
    broken(monkeypatch)
    assert any(_is_seen(tmp_path / f"{seed}", seed) for seed in dict.fromkeys([best, *SEEDS]))


def test_attempts_that_the_log_forgot_are_not_missed(tmp_path: Path) -> None:
    seed = next(seed for seed in itertools.count() if settings(seed)["attempt_retention_days"] == 1)
    chance = Random(seed)  # noqa: S311 (repeatable, no secret)
    with opened(migrated_file(tmp_path / "house.db"), tmp_path, seed) as house:
        world = World(house, seed)
        people = People(world)
        with world.closing:
            people.add(chance)
            people.submit(chance)
            world.settle()
            assert world.rows("SELECT id FROM attempts")
            house.service.change_endpoint(world.desks[0].id, "remove", actor="m")  # or it is sent everything once more
            house.clock.us += 2 * 86_400 * SECOND_US
            Troubles(world, people).forget_attempts(chance)
            assert not world.rows("SELECT id FROM attempts")
            end(world)


def test_what_calls_a_release_back_is_not_early(tmp_path: Path) -> None:
    """It went out by a clock that was ahead; whoever is told has it."""
    with opened(migrated_file(tmp_path / "house.db"), tmp_path, seed=1) as house:
        world = World(house, seed=1)
        with world.closing:
            People(world).add(Random(1))  # noqa: S311 (repeatable, no secret)
            release_id = house.submit()
            world.releases.append(release_id)
            world.expected.regions[release_id] = {1: [], 2: []}
            world.work()
            house.clock.us -= 30 * SECOND_US
            house.service.revise(release_id, Revision(action=Action.WITHHOLD, actor="m", note="Note"))
            world.work()
            assert [push.at_us for push in world.desks[0].pushes] == [house.clock.us + 30 * SECOND_US, house.clock.us]


def _is_seen(folder: Path, seed: int) -> bool:
    folder.mkdir()
    with opened(migrated_file(folder / "house.db"), folder, seed) as house:
        try:
            run(house, seed, STEPS)
        except DivergedError:
            return True
    return False
