"""Lifting embargoes: by the database's clock, by any number of sweepers at once, never early."""

from syndicator.model.lifecycle import Action, EventType
from syndicator.services.setup import Setup
from syndicator.store import audit, events, releases

_BATCH = 200
_APART_US = 1000


def lift_due(setup: Setup) -> int:
    """Makes every release public whose embargo has lifted; the number of them (at most 200 a call)."""
    with setup.database.write() as connection:
        now = setup.database.now_us(connection)
        due = releases.due(connection, now, _BATCH, setup.database.skip_locked)
        # What lifts together appears a millisecond apart, the last now: readers that order or tell
        # entries by their times can (the W3C validator's DuplicateUpdated). Closer where more of them follow others
        # of this moment: what comes later in a feed was never published earlier.
        apart = max(0, min(_APART_US, (now - releases.last_published(connection)) // max(1, len(due))))
        lifted = [
            stored
            for place, release_id in enumerate(due, start=1)
            if releases.lift(connection, release_id, at=now - (len(due) - place) * apart, now=now)
            for stored in (releases.version(connection, release_id),)
        ]
        for stored in lifted:
            audit.write(connection, actor="clock", action=Action.LIFT, subject=stored.release.id, now=now)
        for stored in lifted:
            events.append(
                connection,
                EventType.PUBLISHED,
                owner=stored.owner,
                now=now,
                release_id=stored.release.id,
                version=stored.release.version,
            )
    return len(lifted)
