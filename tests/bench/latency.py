"""From the answer that accepts a release to the first byte at a newsroom, at a system that has nothing else to do.

Releases come one at a time over the HTTP API; the next one waits until the one before has been answered by the
receiver and a little longer. Both moments are read from the machine's one monotonic clock, in two processes. A push
that is there before the answer was read counts as nought.
"""

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack

from tests.bench.figures import Figure, absolute, progress
from tests.bench.receiver import Receiver, receiving
from tests.bench.site import Site, embedded, fields, scaled_out
from tests.e2e.conftest import client

SUBMISSIONS = 200
BAR_MS = 100
# Longer than the courier's 250 ms between two records, so that nothing of the release before is under way.
REST_S = 0.3


def measure(endpoints: int) -> Iterator[Figure]:
    for name, make_site, kinds in (
        ("web + worker, Redis, PostgreSQL", scaled_out, ("web", "worker")),
        ("run, SQLite", embedded, ("run",)),
    ):
        progress(f"latency of {name}: {SUBMISSIONS} submissions one at a time")
        with receiving() as receiver, make_site() as site, ExitStack() as processes:
            site.register(receiver.urls(1))
            for kind in kinds:
                processes.enter_context(site.running(kind))
            yield from _figures(name, sorted(latencies_ms(site, receiver)))


def _figures(name: str, sorted_ms: list[float]) -> Iterator[Figure]:
    p50, p99 = (sorted_ms[int(len(sorted_ms) * part)] for part in (0.5, 0.99))
    yield Figure(f"{name}: accepted to first byte, idle, median of {SUBMISSIONS}", f"{p50:.1f} ms", "")
    yield absolute(f"{name}: accepted to first byte, idle, p99 of {SUBMISSIONS}", p99, BAR_MS, "ms", at_least=False)


def latencies_ms(site: Site, receiver: Receiver) -> Iterator[float]:
    with client(site.machine) as api:
        for number in range(SUBMISSIONS):
            record = json.dumps(fields(f"latency {number}")).encode()
            before = receiver.answered()
            api.submit(record, f"latency-{number}")
            accepted = time.monotonic()
            receiver.wait_for(before + 1)
            yield max(0.0, receiver.arrivals()[-1] - accepted) * 1000
            time.sleep(REST_S)
