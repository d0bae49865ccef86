"""A seed once more, or seeds one after the other for some time: what was done, and the shortest way to a divergence."""

import argparse
import itertools
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.faults.model.run import STEPS, opened, repeat, run
from tests.faults.model.world import DivergedError
from tests.servers.migrated import migrated_database, migrated_file
from tests.servers.postgres import PostgresServer

Databases = dict[str, Callable[[Path], str]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--database", choices=["sqlite", "postgres"], help="Only this one.")
    parser.add_argument("--seconds", type=float, default=0, help="Goes on with the next seeds for so long.")
    chosen = parser.parse_args()
    sys.exit(explore(chosen.seed, chosen.seconds, steps=chosen.steps, only=chosen.database))


def explore(seed: int, seconds: float, *, steps: int = STEPS, only: str | None = None) -> int:
    """1 at the first divergence, which is told with the command that shows it again; 0 if none was found."""
    ends = time.monotonic() + seconds
    with databases(only) as made:
        for number in itertools.count(seed):
            for database in made:
                if not _held(made, database, number, steps, is_told=seconds == 0):
                    return 1
            if time.monotonic() >= ends:
                print(f"model: seeds {seed} to {number} on {' and '.join(made)}: all as expected", flush=True)
                return 0
    return 0


@contextmanager
def databases(only: str | None) -> Iterator[Databases]:
    """What makes an empty database in a folder, by its name."""
    if only == "sqlite":
        yield {"sqlite": _file}
        return
    server = PostgresServer()
    try:
        server.start()
        made: Databases = {"sqlite": _file, "postgres": lambda _folder: migrated_database(server)}
        yield {name: make for name, make in made.items() if only in (None, name)}
    finally:
        server.remove()


def _file(folder: Path) -> str:
    return migrated_file(folder / "house.db")


def _held(made: Databases, database: str, seed: int, steps: int, *, is_told: bool) -> bool:
    found = _divergence(made[database], seed, steps, is_told=is_told)
    if found is None:
        return True
    shortest = steps if is_told else _shortest(made[database], seed, steps)
    print(f"{database}, seed {seed}: {found}\nagain: {repeat(seed, shortest, database)}", flush=True)
    return False


def _shortest(make: Callable[[Path], str], seed: int, steps: int) -> int:
    """A number of steps that is enough, by halves: what is done in each does not depend on how many follow."""
    enough, too_few = steps, 0
    while enough - too_few > 1:
        middle = (enough + too_few) // 2
        if _divergence(make, seed, middle, is_told=False):
            enough = middle
        else:
            too_few = middle
    return enough


def _divergence(make: Callable[[Path], str], seed: int, steps: int, *, is_told: bool) -> DivergedError | None:
    with tempfile.TemporaryDirectory() as folder, opened(make(Path(folder)), Path(folder), seed) as house:
        try:
            run(house, seed, steps, _say if is_told else lambda _line: None)
        except DivergedError as diverged:
            return diverged
    return None


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    main()
