"""Publishers' stored profiles: what a release's publisher block is compared with."""

from sqlalchemy import Connection, text

from syndicator.model.publisher import Publisher

_GET = text("SELECT profile FROM publishers WHERE key = :key")
_KEEP = text("""
    INSERT INTO publishers (key, owner, profile, created_at, updated_at) VALUES (:key, :owner, :profile, :now, :now)
    ON CONFLICT (key) DO NOTHING
""")


def get(connection: Connection, key: str) -> Publisher | None:
    profile = connection.execute(_GET, {"key": key}).scalar()
    return Publisher.model_validate_json(profile) if profile else None


def keep(connection: Connection, key: str, owner: str, publisher: Publisher, now: int) -> None:
    """The first release's block becomes the profile; a later one never changes it by itself."""
    values = {"key": key, "owner": owner, "profile": publisher.model_dump_json(exclude_none=True), "now": now}
    connection.execute(_KEEP, values)
