"""Counters and durations that an operator watches; served at /metrics. Labels never hold ids, names or texts."""

import threading
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from prometheus_client import REGISTRY, Counter, Gauge
from prometheus_client.core import HistogramMetricFamily

submissions = Counter("syndicator_submissions_total", "Releases handed in, by what became of them.", ["result"])
wakes_failed = Counter(
    "syndicator_wakes_failed_total", "Hints that the broker did not take; the sweep makes up for it."
)
attempts = Counter(
    "syndicator_attempts_total",
    "Attempts to push, by outcome; dead: given up; busy, sealed: none was made; lost: may be a double.",
    ["outcome"],
)
in_flight = Gauge("syndicator_attempts_in_flight", "Attempts under way in this process.")
endpoints_unopened = Gauge(
    "syndicator_endpoints_unopened",
    "Endpoints that this process pushes nothing to, since its sealing keys do not open their secrets.",
)
documents_rendered = Counter("syndicator_documents_rendered_total", "Feed documents whose bytes changed.")


class Durations:
    """A histogram that takes a whole batch under one lock: the library's takes two locks for each value."""

    def __init__(self, name: str, documentation: str, bounds_s: Sequence[float]) -> None:
        self._name, self._documentation = name, documentation
        self._bounds_s = bounds_s
        self._counts = [0] * (len(bounds_s) + 1)
        self._sum_s = 0.0
        self._lock = threading.Lock()

    def observe(self, seconds: Iterable[float]) -> None:
        with self._lock:
            for each in seconds:
                self._counts[bisect_left(self._bounds_s, each)] += 1
                self._sum_s += each

    def collect(self) -> Iterator[HistogramMetricFamily]:
        """As the registry asks for it."""
        with self._lock:
            counts, sum_s = list(accumulate(self._counts)), self._sum_s
        bounds = [*map(str, self._bounds_s), "+Inf"]
        family = HistogramMetricFamily(self._name, self._documentation)
        family.add_metric([], list(zip(bounds, counts, strict=True)), sum_s)
        yield family


attempt_seconds = Durations(
    "syndicator_attempt_seconds",
    "Duration of attempts that ended by themselves.",
    (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0),
)
REGISTRY.register(attempt_seconds)
