"""``make faults SEED=… SECONDS=…``: a long run of the seeded faults, with what was done and what held."""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.contract.house.newsroom import Newsroom
from tests.e2e.conftest import Machine, environment, free_port
from tests.faults.run import Faults, ready
from tests.servers.postgres import PostgresServer
from tests.servers.redis import RedisServer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=30)
    chosen = parser.parse_args()
    postgres, redis = PostgresServer(), RedisServer()
    try:
        postgres.start()
        redis.start()
        with tempfile.TemporaryDirectory() as folder, Newsroom() as one, Newsroom() as two:
            machine = make_machine(Path(folder), postgres.create_database(), redis.url)
            try:
                sys.exit(report(Faults(machine, postgres, redis, [one, two], chosen.seed), chosen.seconds))
            finally:
                for process in machine.started:
                    if process.popen.poll() is None:
                        process.kill()
    finally:
        redis.remove()
        postgres.remove()


def make_machine(folder: Path, database_url: str, broker_url: str) -> Machine:
    port = free_port()
    settings = {
        "SYNDICATOR_PORT": str(port),
        "SYNDICATOR_PUBLIC_BASE_URL": f"http://127.0.0.1:{port}",
        "SYNDICATOR_DATABASE_URL": database_url,
        "SYNDICATOR_BROKER_URL": broker_url,
        "SYNDICATOR_SEALING_KEYS": "k1:" + "A" * 43 + "=",
        "SYNDICATOR_SIGNING_KEY": "whsk_" + "B" * 43 + "=",
    }
    machine = Machine(environment(folder, **settings), folder)
    machine.call("migrate")
    machine.start("web")
    ready(machine)
    return machine


def report(faults: Faults, seconds: float) -> int:
    print(f"seed {faults.seed}, {seconds:g} s …", flush=True)
    faults.run(seconds)
    left, stale = faults.settle(), faults.stale()
    for step in sorted(set(faults.did)):
        print(f"{faults.did.count(step):6} × {step}")
    pushes = sum(len(newsroom.requests) for newsroom in faults.newsrooms)
    print(f"{len(faults.accepted)} releases accepted, {pushes} pushes received by {len(faults.newsrooms)} newsrooms")
    print("every invariant holds" if not (left or stale) else f"BROKEN: {left} stale: {stale}")
    return 1 if left or stale else 0


if __name__ == "__main__":
    main()
