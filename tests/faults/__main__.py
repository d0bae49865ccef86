"""``make faults SEED=… SECONDS=…``: a long run of the seeded faults, with what was done and what held."""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.e2e.conftest import Machine, environment, free_port
from tests.faults.embedded import Embedded
from tests.faults.newsrooms import Newsroom
from tests.faults.scaled_out import SETTINGS, ScaledOut
from tests.faults.sequence import Faults
from tests.servers.postgres import PostgresServer
from tests.servers.redis import RedisServer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--size", choices=sorted(SIZES), help="Only this size of the service.")
    chosen = parser.parse_args()
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
    print(f"{type(site).__name__}, seed {seed}, {seconds:g} s …", flush=True)
    site.open()
    faults = Faults(seed, site.steps, say=lambda line: print(line, flush=True))
    faults.run(seconds=seconds)
    found = site.verdict()
    for step in sorted(set(faults.did)):
        print(f"{faults.did.count(step):6} × {step}")
    pushes = sum(len(newsroom.sent) for newsroom in site.newsrooms)
    accepted, refused = len(site.publisher.accepted), site.publisher.refused
    print(f"{accepted} releases accepted, {refused} calls refused, {pushes} pushes to {len(site.newsrooms)} newsrooms")
    print("every invariant holds" if not found else f"BROKEN: {found}\n{site.machine.logs()[-6000:]}", flush=True)
    return 1 if found else 0


SIZES: dict[str, Callable[[int, float], int]] = {"embedded": embedded, "scaled-out": scaled_out}

if __name__ == "__main__":
    main()
