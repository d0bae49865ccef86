"""Deliveries that are held until the transaction ends, so that versions of a release do not miss each other.

A fan-out of a newer version must see every claim of an older one, and a worker that gives a claim back must see the
newer version; on PostgreSQL neither sees what the other has not committed yet. So a fan-out holds its release's open
deliveries by reference: claims, promotions and holding back pass over them, and what comes back waits, while all that
only writes (delivered, extended) goes on. Always in the order of their ids, so that nobody waits in a circle, and in
statements of their own: one that had to wait would read everything else as it was before.
"""

from collections.abc import Iterable

from sqlalchemy import Connection, text

from syndicator.store.database import Database, as_rows

# A release's deliveries are found by its events, of which it has a few: an index of their own would be written three
# times for each of them.
OF_RELEASE = "event_seq IN (SELECT seq FROM events WHERE release_id = {release_id})"
_OPEN = """
    SELECT count(*) FROM (
        SELECT id FROM deliveries
         WHERE {of_this} AND state IN ('waiting', 'queued', 'parked', 'claimed')
         ORDER BY id {held}) h
"""
_CLAIMED = """
    SELECT id FROM deliveries
     WHERE id IN (SELECT d.id FROM {rows} r JOIN deliveries d ON d.id = r.id AND d.claim_token = r.token)
     ORDER BY id {held}
"""
_TOKENS = {"id": "bigint", "token": "text"}


def of_this(database: Database, release_id: str = ":release_id") -> str:
    """The same for one release, whose id is bound: each event's are looked up, counted or not.

    After an upgrade of PostgreSQL or a restore nothing is counted, and a join would read all deliveries there are.
    """
    return f"event_seq {database.by_each(f'SELECT seq FROM events WHERE release_id = {release_id}')}"


def hold_open(database: Database, connection: Connection, release_id: str) -> None:
    """Waits for claims of this release that are being made; until the transaction ends no others are."""
    connection.execute(
        text(_OPEN.format(of_this=of_this(database), held=database.for_reference)), {"release_id": release_id}
    )


def hold_claimed(database: Database, connection: Connection, claims: Iterable[tuple[int, str]]) -> None:
    """Before these claims (delivery, token) are given back: waits for a fan-out that is to supersede them."""
    rows = as_rows({"id": number, "token": token} for number, token in claims)
    statement = _CLAIMED.format(rows=database.rows("rows", _TOKENS), held=database.for_update)
    connection.execute(text(statement), {"rows": rows})
