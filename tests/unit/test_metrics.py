"""How long attempts take, by the batch."""

from prometheus_client import CollectorRegistry, generate_latest

from syndicator.metrics import Durations


def test_durations_are_a_histogram() -> None:
    registry, durations = CollectorRegistry(), Durations("waits_seconds", "How long.", (0.1, 1.0))
    registry.register(durations)
    durations.observe([])
    durations.observe([0.1, 0.05, 1.5])
    durations.observe([0.5])
    shown = generate_latest(registry).decode().splitlines()
    assert shown == [
        "# HELP waits_seconds How long.",
        "# TYPE waits_seconds histogram",
        'waits_seconds_bucket{le="0.1"} 2.0',
        'waits_seconds_bucket{le="1.0"} 3.0',
        'waits_seconds_bucket{le="+Inf"} 4.0',
        "waits_seconds_count 4.0",
        "waits_seconds_sum 2.15",
    ]
