"""The net under every wake: re-reads from the database what is due, and says when to look again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from syndicator.dispatch import Dispatcher, Task
from syndicator.model.lifecycle import EndpointState
from syndicator.services.embargo import lift_due
from syndicator.services.endpoint_moves import finish_moves, follow, follow_once_more
from syndicator.services.lapses import give_back
from syndicator.services.overlaps import shorten
from syndicator.services.setup import Setup
from syndicator.store import attempts, audit, channels, deliveries, endpoints, events, far_ahead, releases
from syndicator.store.database import Connection

_FORGET_BATCH = 5000
_PROMOTED_AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep found; ``next_due_us``: when the next embargo, retry or lease is due, if any.

    ``behind``: the channels whose documents are out of date, with the generation that they show. ``has_more``:
    something is left for the next sweep, which is to follow soon.
    """

    lifted: int
    now_us: int
    next_due_us: int | None
    behind: Mapping[int, int] = field(default_factory=dict)
    has_more: bool = False


def sweep(setup: Setup, dispatcher: Dispatcher, before: Swept | None = None) -> Swept:
    """Lifts embargoes, frees expired leases, fills free places, and wakes workers for all that is due.

    Any number of sweepers may run at once: everything here is a conditional update. A channel is woken for when it
    stands where it stood in the sweep ``before``: one that only just fell behind has a wake of its own, and
    somebody renders it now. Without one, or with one from a time to come, secrets are looked at, too.
    """
    lifted = lift_due(setup)
    give_back(setup, "sweep")
    are_more_queued = _tend_deliveries(setup)
    has_more = finish_moves(setup) or are_more_queued
    with setup.database.read() as connection:
        now = setup.database.now_us(connection)
        is_told = not events.open_events(connection, 1)
        behind = channels.dirty(connection, 1000)
        due = deliveries.next_due(connection)
        times = (releases.next_due(connection), due, endpoints.next_backoff(connection))
    if before is None or before.now_us > now:  # the clock may have been set right, in this process's time or before
        shorten(setup)
    # No connection is held while the broker is spoken to: it may be slow to say no.
    if not is_told:
        dispatcher.wake(Task.FAN_OUT)
    if before and (stuck := [number for number, shown in behind.items() if before.behind.get(number) == shown]):
        dispatcher.wake(Task.REGENERATE, stuck)
    if due is not None and due <= now:
        dispatcher.wake(Task.DELIVER)
    return Swept(lifted, now, min((time for time in times if time is not None), default=None), behind, has_more)


def _tend_deliveries(setup: Setup) -> bool:
    """Whether more could be promoted than was."""
    with setup.database.write() as connection:
        now = setup.database.now_us(connection)
        far_ahead.bring_back(setup.database, connection, now)
        endpoints.backoff_over(setup.database, connection, now)
        has_more = _promote(setup, connection)
        paused = _pause_failing(setup, connection, now)
    for number in paused:
        follow_once_more(setup, number, EndpointState.PAUSED)
    return has_more


def _promote(setup: Setup, connection: Connection) -> bool:
    """Fills free places; an endpoint that failed last gets one delivery to try it with. Whether some are left.

    At most two thousand at once, the endpoints with the fewest taken places first: after an outage thousands of
    endpoints have free places, and the next embargo would have to wait until a hundred thousand were filled.
    """
    rows = deliveries.queued_endpoints(connection, setup.per_endpoint)
    free = [(row["no"], row["open"], setup.per_endpoint if row["failures"] == 0 else 1) for row in rows]
    by_turn = (
        (no, turn - taken) for turn in range(setup.per_endpoint) for no, taken, most in free if taken <= turn < most
    )
    some = list(islice(by_turn, _PROMOTED_AT_ONCE))
    promoted = deliveries.promote(setup.database, connection, some, setup.per_endpoint) if some else 0
    return promoted > 0 and next(by_turn, None) is not None


def _pause_failing(setup: Setup, connection: Connection, now: int) -> Sequence[int]:
    """The endpoints that are paused from now on."""
    notice = "paused: nothing but failures for days; mend the receiver, then resume the endpoint"
    failing = endpoints.failing(setup.database, connection, now - setup.pause_after_us, now)
    for row in failing:
        endpoints.set_state(connection, row["no"], EndpointState.PAUSED, notice)
        follow(connection, row["no"], EndpointState.PAUSED, now)
        audit.write(connection, actor="clock", action="pause", subject=row["id"], now=now, notice=notice)
    return [row["no"] for row in failing]


def forget_old_attempts(setup: Setup) -> int:
    """Deletes attempts past their retention, a batch a call; the number of them."""
    with setup.database.write() as connection:
        now = setup.database.now_us(connection)
        return attempts.forget(setup.database, connection, now - setup.attempt_retention_us, _FORGET_BATCH)
