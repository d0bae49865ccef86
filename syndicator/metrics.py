"""Counters and spans that an operator watches; served at /metrics. Labels never hold ids, names or texts."""

from prometheus_client import Counter, Gauge, Histogram

submissions = Counter("syndicator_submissions_total", "Releases handed in, by what became of them.", ["result"])
wakes_failed = Counter(
    "syndicator_wakes_failed_total", "Hints that the broker did not take; the sweep makes up for it."
)
attempts = Counter(
    "syndicator_attempts_total", "Attempts to push, by outcome; busy: none was made, put off.", ["outcome"]
)
attempt_seconds = Histogram(
    "syndicator_attempt_seconds", "Duration of attempts.", buckets=(0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30)
)
in_flight = Gauge("syndicator_attempts_in_flight", "Attempts under way in this process.")
documents_rendered = Counter("syndicator_documents_rendered_total", "Feed documents whose bytes changed.")
