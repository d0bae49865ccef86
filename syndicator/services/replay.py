"""Sending again: one delivery, or all of an endpoint since a time. Same webhook-id, same bytes, new series.

Of a release only its newest public event goes out, whatever the endpoint had of it: what was withdrawn or corrected
since must not come back as it was.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from syndicator.clock import SECOND_US, from_us, isoformat
from syndicator.errors import Conflict, Fault, NotFound, Rejected
from syndicator.model.filter import Facts
from syndicator.model.lifecycle import AUDIENCES, LANES, Audience, EndpointState, EventType
from syndicator.services.fanout import matching_filters
from syndicator.services.setup import Setup
from syndicator.store import audit, delivery_lists, endpoints, events, numbers, releases, replays
from syndicator.store.database import Connection, RowMapping
from syndicator.store.events import PublicEvent

_PER_TRANSACTION = 100
_ENDED = {"delivered", "dead", "superseded"}
_REVOKE = {EventType.WITHHELD, EventType.WITHDRAWN}
_MATCHED = {kind for kind, told in AUDIENCES.items() if told in {Audience.MATCHING, Audience.RECEIVED_OR_MATCHING}}
# An event has the time of its transaction's beginning and the number of its end: the orders may differ by this much.
_DISORDER_US = 60 * SECOND_US


@dataclass(frozen=True, slots=True)
class _Endpoint:
    no: int
    created_at: int
    wants: tuple[tuple[int, str], ...]
    """Event types as a mask, and the filter's tree, of each subscription."""


def replay_delivery(setup: Setup, delivery_id: int, *, actor: str, reason: str) -> None:
    """Lets the delivery be sent again. Who and why is recorded.

    Conflict when it is still under way, its endpoint is not active, or the release has a newer version or was
    withdrawn since: an older one is never sent after it, and the message names what to do.
    """
    with setup.database.write() as connection:
        now = setup.database.now_us(connection)
        _hold(setup, connection, _delivery(connection, delivery_id)["endpoint_id"])
        # Read again now that the endpoint is held: another call may have replayed the delivery meanwhile.
        row = _delivery(connection, delivery_id)
        _refuse(connection, row)
        replays.replay(connection, delivery_id, LANES[EventType(row["event_type"])].order, now)
        audit.write(
            connection, actor=actor, action="replay", subject=row["endpoint_id"], now=now, id=delivery_id, reason=reason
        )


def recover_since(setup: Setup, endpoint_id: str, since_us: int, *, actor: str, reason: str) -> int:
    """Sends again what an endpoint was sent since then, and what it missed while disabled; how many deliveries.

    Of each release the newest event, if the endpoint received some version, or was to be told of one and has a
    subscription whose filter still matches; nothing older than the endpoint, and no pings. In transactions of a
    limited number, so that nobody waits long for the database.
    Conflict when the endpoint is not active, or no longer: what was replayed by then stays so. Rejected for a time
    that is still to come.
    """
    with setup.database.write() as connection:
        now = setup.database.now_us(connection)
        if since_us > now:
            problem = f"this time is still to come: here it is {isoformat(from_us(now))}"
            raise Rejected([Fault("since", problem, "give the time from which on pushes were lost")])
        endpoint = _hold(setup, connection, endpoint_id)
        audit.write(
            connection, actor=actor, action="recover", subject=endpoint_id, now=now, since=since_us, reason=reason
        )
    count, seen = 0, set[str]()
    for some in _releases_since(setup, endpoint_id, since_us, endpoint.created_at):
        fresh = [release_id for release_id in dict.fromkeys(some) if release_id not in seen]
        seen.update(fresh)
        if fresh:
            with setup.database.write() as connection:
                endpoint = _hold(setup, connection, endpoint_id)
                count += sum(_send_newest(setup, connection, endpoint, release_id, now) for release_id in fresh)
    return count


def _releases_since(setup: Setup, endpoint_id: str, since: int, created_at: int) -> Iterator[Sequence[str]]:
    """Releases with deliveries to the endpoint since then, or with events since it was added, newest first.

    No delivery is older than its endpoint, even if it looks so because the clock was set right since.
    """
    before: int | None = None
    while True:
        with setup.database.read() as connection:
            rows = delivery_lists.listed(
                setup.database, connection, _PER_TRANSACTION, endpoint=endpoint_id, since=since, before=before
            )
        yield [row["release_id"] for row in rows if row["release_id"]]
        if len(rows) < _PER_TRANSACTION:
            break
        before = rows[-1]["id"]
    before, since = None, max(since, created_at)
    while True:
        with setup.database.read() as connection:
            told = events.before(connection, before, _PER_TRANSACTION)
        yield [event.release_id for event in told if event.release_id and event.created_at >= since]
        if len(told) < _PER_TRANSACTION or told[-1].created_at < since - _DISORDER_US:
            return
        before = told[-1].seq


def _send_newest(setup: Setup, connection: Connection, endpoint: _Endpoint, release_id: str, now: int) -> bool:
    newest = events.newest(connection, release_id)
    if newest is None or newest.fanned_out_at is None:
        return False  # whoever is to be told will be, by its fan-out
    lane = LANES[newest.type].order
    delivery = replays.of_event(connection, newest.seq, endpoint.no)
    if delivery is not None:
        return replays.replay(connection, delivery, lane, now)
    has_received = replays.has_received(setup.database, connection, release_id, endpoint.no)
    is_told = has_received or _wants(connection, endpoint, newest)
    if is_told:
        replays.add(connection, newest.seq, endpoint.no, lane, now)
    return is_told


def _wants(connection: Connection, endpoint: _Endpoint, newest: PublicEvent) -> bool:
    """Whether it was to be told of some version since it was added, and its filter lets the newest one through.

    A withdrawal is nothing to ask for; a correction or reinstatement is new to an endpoint that missed the release.
    """
    if newest.type in _REVOKE or not _asked(connection, endpoint, newest.release_id, newest.version):
        return False
    return any(
        _asked(connection, endpoint, newest.release_id, event["version"], EventType(event["type"]).bit)
        for event in reversed(events.of_release(connection, newest.release_id))
        if event["type"] in _MATCHED and event["created_at"] >= endpoint.created_at
    )


def _asked(connection: Connection, endpoint: _Endpoint, release_id: str, version: int, kinds: int = ~0) -> bool:
    """Whether a subscription to one of these event types wants this version."""
    trees = [(tree, tree) for mask, tree in endpoint.wants if mask & kinds]
    if not trees:
        return False
    return bool(matching_filters(trees, Facts(releases.version(connection, release_id, version).release.record)))


def _delivery(connection: Connection, delivery_id: int) -> RowMapping:
    row = delivery_lists.get(connection, delivery_id)
    if row is None:
        message = f"there is no delivery {delivery_id}"
        raise NotFound(message)
    return row


def _refuse(connection: Connection, row: RowMapping) -> None:
    if row["state"] not in _ENDED:
        message = f"delivery {row['id']} is {row['state']}: it is still under way and needs no replay"
        raise Conflict(message)
    newest = events.newest(connection, row["release_id"]) if row["release_id"] else None
    if newest is None or newest.seq == row["event_seq"]:
        return
    newer = replays.of_event(connection, newest.seq, row["endpoint_no"])
    if newer is not None:
        message = f"delivery {newer} carries a newer version of the release: replay that one"
    else:
        message = f"{newest.type} came after it for {row['release_id']}: recover the endpoint to have the newest sent"
    raise Conflict(message)


def _hold(setup: Setup, connection: Connection, endpoint_id: str) -> _Endpoint:
    """Until this transaction ends nothing newer is fanned out and the endpoint stays active. Conflict if it is not."""
    numbers.hold(connection, numbers.FANOUT, setup.database.for_update)
    row = endpoints.held(setup.database, connection, endpoint_id)
    if row["state"] != EndpointState.ACTIVE:
        message = f"endpoint {endpoint_id} is {row['state']}: resume it first"
        raise Conflict(message)
    wants = endpoints.subscriptions(connection, row["no"])
    return _Endpoint(row["no"], row["created_at"], tuple((each["event_mask"], each["tree"]) for each in wants))
