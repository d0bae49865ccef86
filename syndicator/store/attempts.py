"""The log of attempts: what was tried, when, and what came of it, until its retention ends."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, text

from syndicator.store.database import Database, as_rows

_ADD = text("""
    INSERT INTO attempts (delivery_id, endpoint_no, number, started_at, duration_us, outcome, status, reason, answer,
                          address, bytes_sent, trigger, by)
    VALUES (:delivery_id, :endpoint_no, :number, :started_at, :duration_us, :outcome, :status, :reason, :answer,
            :address, :bytes_sent, :cause, :doer)
""")
# Most answers are empty; those attempts go in by one statement for the whole batch.
_WITHOUT_ANSWER = """
    INSERT INTO attempts (delivery_id, endpoint_no, number, started_at, duration_us, outcome, status, reason,
                          address, bytes_sent, trigger, by)
    SELECT delivery_id, endpoint_no, number, started_at, duration_us, outcome, status, reason, address, bytes_sent,
           cause, doer FROM {rows} r
"""
_COLUMNS = {
    "delivery_id": "bigint",
    "endpoint_no": "bigint",
    "number": "bigint",
    "started_at": "bigint",
    "duration_us": "bigint",
    "outcome": "text",
    "status": "bigint",
    "reason": "text",
    "address": "text",
    "bytes_sent": "bigint",
    "cause": "text",
    "doer": "text",
}
_OF_DELIVERY = text("SELECT * FROM attempts WHERE delivery_id = :id ORDER BY id")
_LAST = text("SELECT * FROM attempts WHERE endpoint_no = :no ORDER BY id DESC LIMIT :limit")
_OLD = text("""
    SELECT a.id, a.delivery_id, (SELECT d.attempts FROM deliveries d WHERE d.id = a.delivery_id) AS counted
      FROM attempts a WHERE a.started_at < :before ORDER BY a.started_at LIMIT :limit
""")
_FORGET = "DELETE FROM attempts WHERE id IN (SELECT id FROM {rows} r)"
# Such as one that was answered 429 and then parked: that it was sent stands in its attempts alone.
_COUNT = """
    UPDATE deliveries SET attempts = 1
     WHERE id IN (SELECT d.id FROM deliveries d
                   WHERE d.id IN (SELECT id FROM {rows} r) AND d.attempts = 0 ORDER BY d.id {held})
"""


def log(database: Database, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Adds attempts to the log.

    The rows have the columns of ``attempts``, but ``cause`` and ``doer`` for ``trigger`` and ``by``, which would be
    words of the language in a list of columns.
    """
    answered = [row for row in rows if row["answer"]]
    if answered:
        connection.execute(_ADD, answered)
    empty = [row for row in rows if not row["answer"]]
    if empty:
        statement = _WITHOUT_ANSWER.format(rows=database.rows("rows", _COLUMNS))
        connection.execute(text(statement), {"rows": as_rows(empty)})


def of_delivery(connection: Connection, delivery_id: int) -> Sequence[RowMapping]:
    return connection.execute(_OF_DELIVERY, {"id": delivery_id}).mappings().all()


def last(connection: Connection, endpoint_no: int, limit: int) -> Sequence[RowMapping]:
    return connection.execute(_LAST, {"no": endpoint_no, "limit": limit}).mappings().all()


def forget(database: Database, connection: Connection, before: int, limit: int) -> int:
    """Deletes the oldest attempts that started before then; how many.

    A delivery none of whose attempts counted has one counted now: whoever was sent it is told what becomes of it.
    """
    old = connection.execute(_OLD, {"before": before, "limit": limit}).all()
    rows = database.rows("rows", {"id": "bigint"})
    if uncounted := {row.delivery_id for row in old if row.counted == 0}:
        counted = text(_COUNT.format(rows=rows, held=database.for_change))
        connection.execute(counted, {"rows": as_rows({"id": number} for number in sorted(uncounted))})
    if old:
        connection.execute(text(_FORGET.format(rows=rows)), {"rows": as_rows({"id": row.id} for row in old)})
    return len(old)
