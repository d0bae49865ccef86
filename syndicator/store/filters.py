"""Filters by the hash of their tree: evaluated once per release, however many subscribers share one."""

from collections.abc import Sequence

from sqlalchemy import Connection, text

from syndicator.model.filter import Filter

_INSERT = text("INSERT INTO filters (sha256, tree) VALUES (:sha256, :tree) ON CONFLICT (sha256) DO NOTHING")
_IN_USE = text("""
    SELECT sha256, tree FROM filters f
     WHERE EXISTS (SELECT 1 FROM subscriptions s WHERE s.filter_sha256 = f.sha256)
        OR EXISTS (SELECT 1 FROM channels c WHERE c.filter_sha256 = f.sha256 AND c.deleted_at IS NULL)
""")
_TREE = text("SELECT tree FROM filters WHERE sha256 = :sha256")


def insert(connection: Connection, wanted: Filter) -> str:
    """The filter's key; the same tree is stored once."""
    sha256 = wanted.sha256
    connection.execute(_INSERT, {"sha256": sha256, "tree": wanted.tree()})
    return sha256


def in_use(connection: Connection) -> Sequence[tuple[str, str]]:
    """The key and the tree of each."""
    return [(sha256, tree) for sha256, tree in connection.execute(_IN_USE).all()]


def tree(connection: Connection, sha256: str) -> str:
    return str(connection.execute(_TREE, {"sha256": sha256}).scalar_one())
