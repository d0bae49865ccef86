"""Numbers in commit order (see ``schema``): those of events without gaps, those of changes never behind the clock.

The numbers of changes are kept outside of the database: by readers of feeds, caches, other processes. A database that
was restored from a backup, or a replica that lagged, must not give a number to a second change.
"""

from sqlalchemy import Connection, text

EVENT = "event"
CHANGE = "change"
FANOUT = "fanout"
MEDIA = "media"
"""Held by whoever hands a file in, refers to one or removes some."""
REWRITE = "rewrite"
"""Moves when stored pushes were rewritten: whoever keeps any in memory reads them anew."""
FILTERS = "filters"
"""Moves when a filter may have come into use: whoever keeps those in use reads them anew."""

_TAKE = text("UPDATE counters SET value = value + :count WHERE name = :name RETURNING value")
_MOVE = text("""
    UPDATE counters SET value = CASE WHEN value < :now THEN :now ELSE value + 1 END WHERE name = :name RETURNING value
""")
_READ = text("SELECT value FROM counters WHERE name = :name")


def take(connection: Connection, name: str, count: int = 1) -> int:
    """The first of ``count`` next numbers. Take them last: whoever wants the next ones waits for this commit."""
    return int(connection.execute(_TAKE, {"name": name, "count": count}).scalar_one()) - count + 1


def move(connection: Connection, name: str, now: int) -> int:
    """The number of a change, greater than all before: now, in microseconds since 1970. Take it last, like others."""
    return int(connection.execute(_MOVE, {"name": name, "now": now}).scalar_one())


def last(connection: Connection, name: str) -> int:
    return int(connection.execute(_READ, {"name": name}).scalar_one())


def hold(connection: Connection, name: str, skip_locked: str) -> bool:
    """Whether this transaction now holds that row; false when another one does."""
    found = connection.execute(text(f"SELECT value FROM counters WHERE name = :name {skip_locked}"), {"name": name})
    return found.first() is not None
