"""Publishers as their owner sees them."""

from datetime import datetime

from syndicator.clock import from_us
from syndicator.errors import NotFound
from syndicator.model.publisher import Profile
from syndicator.services.setup import Setup
from syndicator.store import publishers


class PublisherView(Profile):
    """A publisher's profile under its key, the name of its channel."""

    key: str
    updated_at: datetime | None = None


def profile(setup: Setup, key: str, *, owner: str) -> PublisherView:
    """NotFound for a publisher that this owner does not have."""
    with setup.database.read() as connection:
        found = publishers.get(connection, key, owner)
    if found is None:
        message = f"there is no publisher {key}"
        raise NotFound(message)
    return PublisherView(key=key, **dict(found))


def profile_list(setup: Setup, *, owner: str, after: str = "", limit: int = 1000) -> tuple[PublisherView, ...]:
    """The owner's publishers by key; ``after`` the last key of the page before. Fewer than ``limit``: the last page."""
    with setup.database.read() as connection:
        rows = publishers.listed(connection, owner, after=after, limit=limit)
    return tuple(
        PublisherView(
            key=row["key"],
            updated_at=from_us(row["updated_at"]),
            **dict(Profile.model_validate_json(row["profile"])),
        )
        for row in rows
    )
