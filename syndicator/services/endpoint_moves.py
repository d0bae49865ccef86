"""What an endpoint's change of state does to its deliveries: some at once, the rest bit by bit (``store.backlogs``)."""

import math
import time
from typing import Final

from syndicator.model.lifecycle import EndpointState
from syndicator.services.setup import Setup
from syndicator.store import backlogs, endpoints, numbers
from syndicator.store.database import Connection

_ENDPOINTS: Final = 100


def follow(connection: Connection, number: int, state: EndpointState, now: int) -> None:
    """To be called in the transaction that gives an endpoint this state: what is to stay is not claimed after it.

    ``follow_up``, or the sweep, sees to the rest of its deliveries.
    """
    backlogs.move_claimable(connection, number, state, now)
    if state is EndpointState.REMOVED:
        endpoints.delete_subscriptions(connection, number)


def follow_once_more(setup: Setup, number: int, state: EndpointState) -> None:
    """After the move: sees to what a fan-out made that had begun before and still saw the old state.

    And to some of the rest.
    """
    with setup.database.write() as connection:
        numbers.hold(connection, numbers.FANOUT, setup.database.for_update)
        if endpoints.is_in(setup.database, connection, number, state):
            now = setup.database.now_us(connection)
            follow(connection, number, state, now)
            backlogs.move_some(setup.database, connection, number, state, now)


def follow_up(setup: Setup, number: int, state: EndpointState, longest_s: float = math.inf) -> None:
    """Parks, resumes or ends what else there is for it, to the last one, or until it is in another state.

    It begins no more of it after ``longest_s`` seconds.

    Between two transactions it rests for as long as the last one took: others ask for SQLite's lock only now and then,
    and would never get it if it were taken again at once.
    """
    ends = time.monotonic() + longest_s
    while (began := time.monotonic()) < ends:
        if _move_some(setup, number, state, backlogs.AT_ONCE) < backlogs.AT_ONCE:
            return
        time.sleep(time.monotonic() - began)


def finish_moves(setup: Setup) -> bool:
    """Goes on, for a limited number of rows, with moves that nobody finished; whether there is more to do."""
    with setup.database.read() as connection:
        left = backlogs.unfinished(connection, _ENDPOINTS)
    room = backlogs.AT_ONCE
    for row in left:
        if room > 0:
            room -= _move_some(setup, row["no"], EndpointState(row["state"]), room)
    return room <= 0 or len(left) == _ENDPOINTS


def _move_some(setup: Setup, number: int, state: EndpointState, limit: int) -> int:
    with setup.database.write() as connection:
        if not endpoints.is_in(setup.database, connection, number, state):
            return 0
        return backlogs.move_some(setup.database, connection, number, state, setup.database.now_us(connection), limit)
