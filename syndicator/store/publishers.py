"""Publishers' stored profiles: what a text is completed by, and what a release's publisher block is compared with."""

from collections.abc import Sequence

from sqlalchemy import Connection, RowMapping, text

from syndicator.model.publisher import Profile

_GET = text("SELECT profile FROM publishers WHERE key = :key AND owner = :owner")
_LIST = text("""
    SELECT key, profile, updated_at FROM publishers WHERE owner = :owner AND key > :after ORDER BY key LIMIT :limit
""")
_KEEP = text("""
    INSERT INTO publishers (key, owner, profile, created_at, updated_at) VALUES (:key, :owner, :profile, :now, :now)
    ON CONFLICT (key) DO NOTHING
""")
_PUT = text("""
    INSERT INTO publishers (key, owner, profile, created_at, updated_at) VALUES (:key, :owner, :profile, :now, :now)
    ON CONFLICT (key) DO UPDATE SET profile = excluded.profile, updated_at = excluded.updated_at
     WHERE publishers.owner = excluded.owner
""")


def get(connection: Connection, key: str, owner: str) -> Profile | None:
    """The profile that this owner knows the publisher by."""
    profile = connection.execute(_GET, {"key": key, "owner": owner}).scalar()
    return Profile.model_validate_json(profile) if profile else None


def listed(connection: Connection, owner: str, *, after: str, limit: int) -> Sequence[RowMapping]:
    """The owner's publishers by key, those that follow the key ``after``; nothing comes before an empty one."""
    return connection.execute(_LIST, {"owner": owner, "after": after, "limit": limit}).mappings().all()


def keep(connection: Connection, key: str, owner: str, profile: Profile, now: int) -> None:
    """Stores the block of the publisher's first release as its profile; later releases do not change it."""
    connection.execute(_KEEP, _values(key, owner, profile, now))


def put(connection: Connection, key: str, owner: str, profile: Profile, now: int) -> bool:
    """Whether it is the profile now; false when the key is another owner's."""
    return connection.execute(_PUT, _values(key, owner, profile, now)).rowcount == 1


def _values(key: str, owner: str, profile: Profile, now: int) -> dict[str, object]:
    return {"key": key, "owner": owner, "profile": profile.model_dump_json(exclude_none=True), "now": now}
