"""What one receiver in twenty that never answers costs the others: the time until the healthy ones are recorded."""

import time
from collections.abc import Iterator
from statistics import median

from sqlalchemy import text

from syndicator.clock import SECOND_US
from tests.bench.figures import BenchFailed, Figure, absolute, progress
from tests.bench.receiver import DEADLINE_S, Receiver, receiving
from tests.bench.site import Site, scaled_out

PAIRS = 3
BAR = 1.3
IN_FLIGHT_BAR = 1024
ONE_IN = 20
_POLL_S = 0.02
_TURN = {
    True: text(f"UPDATE endpoints SET url = replace(url, '/push', '/hang') WHERE no % {ONE_IN} = 0"),
    False: text("UPDATE endpoints SET url = replace(url, '/hang', '/push')"),
}
_HEALTHY = text(f"""
    SELECT count(*) FILTER (WHERE state = 'delivered') AS done, max(finished_at) AS ended
      FROM deliveries WHERE release_id = :id AND endpoint_no % {ONE_IN} <> 0
""")
_STARTED = text("""
    SELECT min(a.started_at) FROM attempts a JOIN deliveries d ON d.id = a.delivery_id WHERE d.release_id = :id
""")
_END = text(
    "UPDATE deliveries SET state = 'dead', claim_token = NULL, lease_until = NULL"
    " WHERE state IN ('waiting', 'queued', 'claimed')"
)


def measure(endpoints: int) -> Iterator[Figure]:
    took: dict[bool, list[float]] = {False: [], True: []}
    with receiving() as receiver, scaled_out() as site:
        site.register(receiver.urls(endpoints))
        in_flight = site.service.settings.in_flight
        for pair in range(PAIRS):
            for hang in (False, True):
                took[hang].append(_healthy_s(site, receiver, endpoints, hang=hang))
            progress(
                f"hanging, pair {pair + 1} of {PAIRS}: {took[False][-1]:.2f} s without, {took[True][-1]:.2f} s with"
            )
    healthy = endpoints - endpoints // ONE_IN
    yield Figure(
        f"{healthy:,} healthy endpoints recorded while {endpoints // ONE_IN:,} hang, beside the same with none hanging",
        f"{median(took[True]):.2f} s",
        f"{median(took[False]):.2f} s",
        median(with_them / without for with_them, without in zip(took[True], took[False], strict=True)),
        BAR,
        at_least=False,
    )
    yield absolute("attempts in flight at most in one worker", in_flight, IN_FLIGHT_BAR, "attempts")


def _healthy_s(site: Site, receiver: Receiver, endpoints: int, *, hang: bool) -> float:
    """Seconds from the first claim to the last record of a healthy endpoint, by the database's clock."""
    healthy = endpoints - endpoints // ONE_IN
    with site.service.database.write() as connection:
        connection.execute(_TURN[hang])
    with site.running("worker") as worker:
        before = receiver.answered()
        release_id = site.publish(f"hanging {hang} {before}")
        receiver.wait_for(before + (healthy if hang else endpoints))
        took = _recorded_s(site, release_id, healthy)
        worker.kill()  # nobody waits for those that hang
    with site.service.database.write() as connection:
        connection.execute(_END)
    return took


def _recorded_s(site: Site, release_id: str, healthy: int) -> float:
    ends = time.monotonic() + DEADLINE_S
    while time.monotonic() < ends:
        with site.service.database.read() as connection:
            row = connection.execute(_HEALTHY, {"id": release_id}).one()
            if row.done == healthy:
                started = connection.execute(_STARTED, {"id": release_id}).scalar_one()
                return float(row.ended - started) / SECOND_US
        time.sleep(_POLL_S)
    raise BenchFailed(f"not all of {healthy} healthy endpoints were recorded")
