"""Publishers' profiles: kept from the first release on, changed by hand only."""

from syndicator.errors import Conflict
from syndicator.model.publisher import Profile
from syndicator.services.setup import Setup
from syndicator.store import audit, publishers


def set_profile(setup: Setup, key: str, profile: Profile, *, owner: str) -> None:
    """The profile is this from now on. No issued release changes. Conflict for a key of another owner."""
    with setup.database.write() as connection:
        now = setup.database.now_us(connection)
        if not publishers.put(connection, key, owner, profile, now):
            message = f"the publisher {key} belongs to another owner; choose another key"
            raise Conflict(message)
        audit.write(connection, actor=owner, action="set profile", subject=key, now=now)
