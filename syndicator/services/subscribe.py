"""A newsroom's endpoints and subscriptions: add, change the state, remove, test."""

from dataclasses import dataclass
from typing import Final

from syndicator.clock import SECOND_US, from_us
from syndicator.delivery import secrets
from syndicator.delivery.guard import Guard
from syndicator.delivery.payload import WEBHOOK, Occasion, ping_payload
from syndicator.delivery.sealing import Sealer
from syndicator.errors import Conflict, NotFound
from syndicator.ids import new_id
from syndicator.model.endpoint import NewEndpoint, NewSubscription
from syndicator.model.lifecycle import ENDPOINT_MOVES, EndpointState, EventType
from syndicator.services.endpoint_moves import follow, follow_once_more, follow_up
from syndicator.services.setup import Setup
from syndicator.store import audit, deliveries, endpoints, events, filters, numbers
from syndicator.store.database import Connection

OVERLAP_S: Final = 24 * 3600
LONGEST_OVERLAP_S: Final = 30 * OVERLAP_S
_LONGEST_MOVE_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class AddedEndpoint:
    """The new endpoint's id and state, and its secret: shown once, stored sealed."""

    id: str
    secret: str
    state: EndpointState


def add_endpoint(
    setup: Setup, new: NewEndpoint, *, owner: str, sealer: Sealer, guard: Guard, must_verify: bool = False
) -> AddedEndpoint:
    """Registers an endpoint with its subscriptions. Rejected when its URL is not one that may be pushed to.

    With ``must_verify``, or when ``new`` asks for it, the endpoint is unverified: no event is fanned out to it before
    ``verify_endpoint``. The address behind a host name is judged at every attempt, not here: it may change.
    """
    guard.accept(new.url)
    secret = secrets.new_secret()
    state = EndpointState.UNVERIFIED if must_verify or new.verify else EndpointState.ACTIVE
    with setup.database.write() as connection:
        now = setup.database.now_us(connection)
        endpoint_id = new_id("end", now)
        number = endpoints.insert(
            connection,
            {
                "id": endpoint_id,
                "owner": owner,
                "url": new.url,
                "description": new.description or "",
                "state": state,
                "secrets": secrets.first(sealer, endpoint_id, secret),
                "now": now,
            },
        )
        for subscription in new.subscriptions:
            _subscribe(connection, number, owner, subscription, now)
        audit.write(connection, actor=owner, action="add", subject=endpoint_id, now=now, url=new.url)
        numbers.move(connection, numbers.FILTERS, now)
    return AddedEndpoint(endpoint_id, secret, state)


def add_subscription(setup: Setup, endpoint_id: str, subscription: NewSubscription, *, actor: str) -> str:
    """The new subscription's id."""
    with setup.database.write() as connection:
        now = setup.database.now_us(connection)
        row = endpoints.held(setup.database, connection, endpoint_id)
        subscription_id = _subscribe(connection, row["no"], row["owner"], subscription, now)
        audit.write(connection, actor=actor, action="subscribe", subject=endpoint_id, now=now, id=subscription_id)
        numbers.move(connection, numbers.FILTERS, now)
    return subscription_id


def _subscribe(connection: Connection, number: int, owner: str, subscription: NewSubscription, now: int) -> str:
    subscription_id = new_id("sub", now)
    endpoints.insert_subscription(
        connection,
        {
            "id": subscription_id,
            "endpoint_no": number,
            "owner": owner,
            "event_mask": subscription.mask,
            "filter_sha256": filters.insert(connection, subscription.filter),
            "now": now,
        },
    )
    return subscription_id


def remove_subscription(setup: Setup, endpoint_id: str, subscription_id: str, *, actor: str) -> None:
    """Ends a subscription; what is under way to the endpoint still arrives."""
    with setup.database.write() as connection:
        now = setup.database.now_us(connection)
        row = endpoints.held(setup.database, connection, endpoint_id)
        if not endpoints.delete_subscription(connection, row["no"], subscription_id):
            message = f"endpoint {endpoint_id} has no subscription {subscription_id}"
            raise NotFound(message)
        audit.write(connection, actor=actor, action="unsubscribe", subject=endpoint_id, now=now, id=subscription_id)


def change_endpoint(setup: Setup, endpoint_id: str, move: str, *, actor: str, notice: str | None = None) -> None:
    """Pauses (deliveries are parked), resumes, disables or removes (open deliveries are dead) an endpoint.

    From its commit on nothing is claimed that is to stay. A long backlog follows bit by bit, and the sweep finishes
    what is left of it after some seconds. Conflict when its state does not allow the move.
    """
    sources, target = ENDPOINT_MOVES[move]
    if target is EndpointState.ACTIVE:
        _finish_last_move(setup, endpoint_id)
    with setup.database.write() as connection:
        now = setup.database.now_us(connection)
        row = endpoints.held(setup.database, connection, endpoint_id)
        if row["state"] not in sources:
            message = f"endpoint {endpoint_id} is {row['state']}: {move} needs it to be {' or '.join(sources)}"
            raise Conflict(message)
        endpoints.set_state(connection, row["no"], target, notice)
        follow(connection, row["no"], target, now)
        audit.write(connection, actor=actor, action=move, subject=endpoint_id, now=now, notice=notice)
    follow_once_more(setup, row["no"], target)
    follow_up(setup, row["no"], target, _LONGEST_MOVE_S)


def _finish_last_move(setup: Setup, endpoint_id: str) -> None:
    """Finishes the move before: what it parks starts a new series once resumed, and what it drops stays dropped."""
    with setup.database.read() as connection:
        row = endpoints.get(connection, endpoint_id)
    follow_up(setup, row["no"], EndpointState(row["state"]))


def rotate_secret(setup: Setup, endpoint_id: str, *, actor: str, sealer: Sealer, overlap_s: int = OVERLAP_S) -> str:
    """The new secret, shown once. The old ones sign as well until the overlap ends; with none they end now.

    Raises:
        Conflict: if too many old ones would sign; without an overlap none does.
    """
    secret = secrets.new_secret()
    with setup.database.write() as connection:
        now = setup.database.now_us(connection)
        row = endpoints.held(setup.database, connection, endpoint_id)
        stored = secrets.rotated(
            sealer, endpoint_id, row["secrets"], secret, old_until_us=now + overlap_s * SECOND_US, now_us=now
        )
        endpoints.set_secrets(connection, row["no"], stored)
        audit.write(connection, actor=actor, action="rotate", subject=endpoint_id, now=now, overlap_s=overlap_s)
    return secret


def test_endpoint(setup: Setup, endpoint_id: str, *, actor: str) -> int:
    """The delivery of a signed ``endpoint.ping``, which goes the way of every other delivery."""
    with setup.database.write() as connection:
        now = setup.database.now_us(connection)
        row = endpoints.held(setup.database, connection, endpoint_id)
        audit.write(connection, actor=actor, action="test", subject=endpoint_id, now=now)
        seq, event_id = events.append(
            connection, EventType.PING, owner=row["owner"], now=now, endpoint_no=row["no"], fanned_out_by=actor
        )
        occasion = Occasion(id=event_id, type=EventType.PING, at=from_us(now))
        events.insert_payload(connection, seq, WEBHOOK, ping_payload(occasion, endpoint_id))
        return deliveries.insert_ping(connection, seq, row["no"], cap=setup.per_endpoint, now=now)
