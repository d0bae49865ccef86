"""What a move of an endpoint does to its deliveries."""

from syndicator.model.lifecycle import EndpointState
from syndicator.services.setup import Setup
from syndicator.store import deliveries, endpoints, numbers
from syndicator.store.database import Connection


def follow(connection: Connection, number: int, state: EndpointState, now: int) -> None:
    """Parks, resumes or ends what is open for an endpoint that came into this state."""
    if state is EndpointState.PAUSED:
        deliveries.park(connection, number)
    elif state is EndpointState.ACTIVE:
        deliveries.resume(connection, number, now)
    else:
        deliveries.drop(connection, number, now)
        if state is EndpointState.REMOVED:
            endpoints.delete_subscriptions(connection, number)


def follow_once_more(setup: Setup, number: int, state: EndpointState) -> None:
    """After the move: sees to what a fan-out made that began before it and took the endpoint to be as it was."""
    with setup.database.write() as connection:
        numbers.hold(connection, numbers.FANOUT, setup.database.for_update)
        if endpoints.is_in(setup.database, connection, number, state):
            follow(connection, number, state, setup.database.now_us(connection))
