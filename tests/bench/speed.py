"""Durable deliveries a second, beside a bare curl loop over the same endpoints: pairs that alternate, their median.

The engine is a real worker process. Its rate goes from the first claim to the moment when no delivery is
open any more, by the database's clock, so nothing is counted before it is durable; the worker renders the
feeds of the same release meanwhile, as it does in life. Fan-out comes before the first claim and is shown
in the line of its own, from the submission on.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from statistics import median

from tests.bench import raw
from tests.bench.figures import Figure, absolute, progress
from tests.bench.receiver import Receiver, receiving
from tests.bench.site import BODY_BYTES, Site, embedded, memory_mb, scaled_out

PAIRS = 3
ROUNDS = ("never connected before", "warm connections")
BARS = (0.55, 0.45)
SQLITE_BAR = 5000
MEMORY_BAR_MB = 200


@dataclass(frozen=True, slots=True)
class Run:
    """One worker process that met every endpoint for the first time, and then again."""

    rates: list[float]
    accepted_to_recorded_s: list[float]
    memory_mb: float


def measure(endpoints: int) -> Iterator[Figure]:
    with receiving() as receiver:
        urls = receiver.urls(endpoints)
        yield from _pairs("PostgreSQL", scaled_out, "worker", receiver, urls)
        yield from _pairs("SQLite embedded", embedded, "run", receiver, urls)


def _pairs(
    name: str,
    make_site: Callable[[], AbstractContextManager[Site]],
    kind: str,
    receiver: Receiver,
    urls: Sequence[str],
) -> Iterator[Figure]:
    alone, runs = [], []
    with make_site() as site:
        site.register(urls)
        for pair in range(PAIRS):
            progress(f"{name}, {len(urls):,} endpoints, pair {pair + 1} of {PAIRS}: bare curl, then the engine")
            work = raw.Work(list(urls), BODY_BYTES, site.service.settings.in_flight, len(ROUNDS))
            alone.append(raw.rates(work))
            runs.append(run(site, kind, receiver, len(urls), f"{name} {pair}"))
            progress(f"  {[round(each) for each in alone[-1]]} and {[round(each) for each in runs[-1].rates]} a second")
    for place, warmth in enumerate(ROUNDS):
        ours = [each.rates[place] for each in runs]
        yield Figure(
            f"{name}: durable deliveries to {len(urls):,} endpoints, {warmth}, beside bare curl",
            f"{median(ours):,.0f}/s",
            f"{median(each[place] for each in alone):,.0f}/s",
            median(rate / bare[place] for rate, bare in zip(ours, alone, strict=True)),
            BARS[place] if kind == "worker" else None,
        )
    yield from _of_the_process(name, kind, runs)


def _of_the_process(name: str, kind: str, runs: Sequence[Run]) -> Iterator[Figure]:
    if kind == "run":
        for place, warmth in enumerate(ROUNDS):
            rate = median(each.rates[place] for each in runs)
            yield absolute(f"{name}: durable deliveries, {warmth}", rate, SQLITE_BAR, "/s")
    took = median(each.accepted_to_recorded_s[0] for each in runs)
    yield Figure(f"{name}: submission to the last record, fan-out and feeds included", f"{took:.2f} s", "")
    most = max(each.memory_mb for each in runs)
    what = "worker" if kind == "worker" else "whole"
    yield absolute(f"{name}: memory of the {what} process", most, MEMORY_BAR_MB, "MB", at_least=False)


def run(site: Site, kind: str, receiver: Receiver, count: int, key: str, rounds: int = len(ROUNDS)) -> Run:
    """Releases to all endpoints of the site, one after the other, by a process that starts for it."""
    rates, spans = [], []
    with site.running(kind) as process:
        for number in range(rounds):
            before = receiver.answered()
            submitted = time.monotonic()
            release_id = site.publish(f"{key} {number}")
            receiver.wait_for(before + count)
            took = site.span_s(release_id)
            spans.append(time.monotonic() - submitted)
            rates.append(count / took)
        return Run(rates, spans, memory_mb(process))
