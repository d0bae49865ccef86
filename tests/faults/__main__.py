"""``make faults SEED=… SECONDS=…``: a long run of the seeded faults, with what was done and what held."""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from syndicator import log
from tests.contract.house.conftest import Clock, open_house
from tests.e2e.conftest import Machine, environment
from tests.faults.clock_jumps import SETTINGS as CLOCK_SETTINGS
from tests.faults.clock_jumps import ClockJumps
from tests.faults.embedded import Embedded
from tests.faults.model.__main__ import explore
from tests.faults.newsrooms import Newsroom
from tests.faults.scaled_out import SETTINGS, ScaledOut
from tests.faults.sequence import Faults
from tests.servers.places import free_port
from tests.servers.postgres import PostgresServer
from tests.servers.redis import RedisServer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--size", choices=sorted(SIZES), help="Only this one.")
    chosen = parser.parse_args()
    log.configure(
        "ERROR"
    )  # of what runs in this process: each attempt is a line, and what is told here is lost in them
    sizes = [chosen.size] if chosen.size else list(SIZES)
    sys.exit(max(SIZES[size](chosen.seed, chosen.seconds / len(sizes)) for size in sizes))


def scaled_out(seed: int, seconds: float) -> int:
    postgres, redis = PostgresServer(), RedisServer()
    try:
        postgres.start()
        redis.start()
        settings = {"SYNDICATOR_DATABASE_URL": postgres.create_database(), "SYNDICATOR_BROKER_URL": redis.url}
        with machine(**SETTINGS, **settings) as made, Newsroom() as one, Newsroom() as two, Newsroom() as three:
            made.call("migrate")
            return report(ScaledOut(made, [one, two, three], postgres=postgres, redis=redis), seed, seconds)
    finally:
        redis.remove()
        postgres.remove()


def embedded(seed: int, seconds: float) -> int:
    with machine() as made, Newsroom() as one, Newsroom() as two, Newsroom() as three:
        return report(Embedded(made, [one, two, three]), seed, seconds)


def clock_jumps(seed: int, seconds: float) -> int:
    with tempfile.TemporaryDirectory() as folder, Newsroom() as newsroom:
        house = open_house(Path(folder), f"sqlite:///{folder}/house.db", Clock(), **CLOCK_SETTINGS)
        try:
            jumps = ClockJumps(house, newsroom)
            ran(Faults(seed, jumps.steps, say=say, longest_pause_s=0), seconds, "ClockJumps")
            return judged(jumps.settle())
        finally:
            house.service.close()


@contextmanager
def machine(**settings: str) -> Iterator[Machine]:
    port = free_port()
    address = {"SYNDICATOR_PORT": str(port), "SYNDICATOR_PUBLIC_BASE_URL": f"http://127.0.0.1:{port}"}
    with tempfile.TemporaryDirectory() as folder:
        made = Machine(environment(Path(folder), **address, **settings), Path(folder))
        try:
            yield made
        finally:
            for process in made.started:
                if process.popen.poll() is None:
                    process.kill()


def report(site: ScaledOut | Embedded, seed: int, seconds: float) -> int:
    site.open()
    ran(Faults(seed, site.steps, say=say), seconds, type(site).__name__)
    found = site.verdict()
    pushes = sum(len(newsroom.sent) for newsroom in site.newsrooms)
    accepted, refused = len(site.publisher.accepted), site.publisher.refused
    say(f"{accepted} releases accepted, {refused} calls refused, {pushes} pushes to {len(site.newsrooms)} newsrooms")
    if found:
        say(site.machine.logs()[-6000:])
    return judged(found)


def ran(faults: Faults, seconds: float, name: str) -> None:
    say(f"{name}, seed {faults.seed}, {seconds:g} s …")
    faults.run(seconds=seconds)
    for step in sorted(set(faults.did)):
        say(f"{faults.did.count(step):6} × {step}")


def judged(found: Mapping[str, object]) -> int:
    say(f"BROKEN: {dict(found)}" if found else "every invariant holds")
    return 1 if found else 0


def say(line: str) -> None:
    print(line, flush=True)


SIZES: dict[str, Callable[[int, float], int]] = {
    "embedded": embedded,
    "scaled-out": scaled_out,
    "clock-jumps": clock_jumps,
    "model": explore,
}

if __name__ == "__main__":
    main()
