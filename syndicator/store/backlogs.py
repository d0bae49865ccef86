"""What waits for an endpoint that rests, or that was paused, resumed, disabled or removed, moved out of the way or on.

It may be a million rows, and on SQLite one writer keeps all others waiting. So only the few rows that a claim could
take change in the endpoint's own transaction; the rest, which no claim reads, follows two thousand rows at a time.
Which rows have to change follows from the endpoint's state alone, so any process can go on with it at any time.

Each statement names one state: a list of them is in the words of no index, and every delivery there ever was is read.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from sqlalchemy import Connection, RowMapping, text

from syndicator.model.lifecycle import EndpointState
from syndicator.store.database import Database, as_rows
from syndicator.store.deliveries import IS_FIRST, IS_RETRY, RECEIVED

AT_ONCE: Final = 2000

# Two statements: in one, PostgreSQL, which cannot know how much there is of a state this moment, read all of the
# backlog for each of its batches (300,000 took 13 minutes). Held, so that the second need not ask for the state again.
_SOME = """
    SELECT d.id FROM deliveries d WHERE d.endpoint_no = :no AND d.state = '{state}' LIMIT :limit {held}
"""
_THESE = "id IN (SELECT id FROM {ids} i)"
# What waits, in the words of the two indexes by endpoint: the claim's index holds what waits for anybody.
_CLAIMABLE = tuple(f"d.endpoint_no = :no AND {these} AND d.claim_token IS NULL" for these in (IS_FIRST, IS_RETRY))
# Each endpoint's by its own look at the two indexes, however many endpoints: PostgreSQL cannot know how much waits this
# moment, and may otherwise compare all that waits for anybody with each of them.
_HOLD_BACK = "UPDATE deliveries SET state = 'queued' WHERE id {by_each}"
_WAITING_OF = tuple(
    f"d.endpoint_no = r.no AND {these} AND d.claim_token IS NULL AND d.lane > 0" for these in (IS_FIRST, IS_RETRY)
)
_PARK = "UPDATE deliveries AS d SET state = 'parked' WHERE lane > 0 AND {which}"
_DROP = "UPDATE deliveries AS d SET state = 'dead', finished_at = :now WHERE {which}"
# A new series: its window may have passed meanwhile, and of a receiver that was mended one failure more is no reason to
# wait for ten hours. What was sent before is marked as that; what was asked to wait until later still does.
_RESUME = f"""
    UPDATE deliveries AS o
       SET state = 'queued', series_at = :now, due_at = CASE WHEN due_at > :now THEN due_at ELSE :now END, attempts = 0,
           trigger = CASE WHEN o.trigger <> 'replay' AND {RECEIVED} THEN 'resume' ELSE o.trigger END
     WHERE {{which}}
"""
_AT_ONCE = {
    EndpointState.PAUSED: _PARK,
    EndpointState.DISABLED: _DROP,
    EndpointState.REMOVED: _DROP,
}
_LATER: Mapping[EndpointState, tuple[str, Sequence[str]]] = {
    EndpointState.PAUSED: (_PARK, ("queued",)),
    EndpointState.ACTIVE: (_RESUME, ("parked",)),
    EndpointState.DISABLED: (_DROP, ("queued", "parked")),
    EndpointState.REMOVED: (_DROP, ("queued", "parked")),
}
_NEXT = "SELECT min(d.endpoint_no) FROM deliveries d WHERE d.state = '{state}' AND d.endpoint_no > {after}"
# From endpoint to endpoint by the index, however much waits for each.
_ENDPOINTS_OF = f"""
    {{state}}(no) AS (SELECT ({_NEXT.format(state="{state}", after="0")})
                 UNION ALL
                 SELECT ({_NEXT.format(state="{state}", after="s.no")}) FROM {{state}} s WHERE s.no IS NOT NULL)
"""
_UNFINISHED = text(f"""
    WITH RECURSIVE {_ENDPOINTS_OF.format(state="queued")}, {_ENDPOINTS_OF.format(state="parked")}
    SELECT e.no, e.state FROM queued q JOIN endpoints e ON e.no = q.no
     WHERE e.state IN ('paused', 'disabled', 'removed')
    UNION
    SELECT e.no, e.state FROM parked p JOIN endpoints e ON e.no = p.no
     WHERE e.state IN ('active', 'disabled', 'removed')
     LIMIT :limit
""")


def hold_back(database: Database, connection: Connection, endpoints: Iterable[int]) -> int:
    """Takes the waiting deliveries of endpoints in back-off out of the claim's way; withdrawals stay."""
    numbers = as_rows({"no": no} for no in endpoints)
    return sum(
        connection.execute(text(_held_back(database, which)), {"numbers": numbers}).rowcount for which in _WAITING_OF
    )


def _held_back(database: Database, which: str) -> str:
    of_each = database.free_of_each(database.rows("numbers", {"no": "bigint"}), "deliveries", which)
    return _HOLD_BACK.format(by_each=database.by_each(f"SELECT d.id FROM {of_each}"))


def move_claimable(connection: Connection, endpoint_no: int, state: EndpointState, now: int) -> None:
    """In the transaction in which the endpoint comes into that state: nothing of it that waits is claimed after it."""
    if statement := _AT_ONCE.get(state):
        for these in _CLAIMABLE:
            connection.execute(text(statement.format(which=these)), {"no": endpoint_no, "now": now})


def move_some(
    database: Database, connection: Connection, endpoint_no: int, state: EndpointState, now: int, limit: int = AT_ONCE
) -> int:
    """Parks, resumes or ends up to ``limit`` of what else there is for an endpoint in that state; how many."""
    statement, sources = _LATER.get(state, ("", ()))
    moved = 0
    for source in sources:
        some = text(_SOME.format(state=source, held=database.for_change))
        ids = connection.execute(some, {"no": endpoint_no, "limit": limit - moved}).scalars().all()
        if ids:
            these = _THESE.format(ids=database.rows("ids", {"id": "bigint"}))
            values = {"ids": as_rows({"id": number} for number in ids), "now": now}
            moved += connection.execute(text(statement.format(which=these)), values).rowcount
    return moved


def unfinished(connection: Connection, limit: int) -> Sequence[RowMapping]:
    """Endpoints (no, state) that have something left to be moved."""
    return connection.execute(_UNFINISHED, {"limit": limit}).mappings().all()
