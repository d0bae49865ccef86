"""Releases that name others: a translation its original, a new text the one it replaces."""

from collections.abc import Sequence

from syndicator.model.release import Release
from syndicator.services.setup import Setup
from syndicator.store import channels, releases
from syndicator.store.database import Connection
from syndicator.store.releases import StoredVersion


def shown(setup: Setup, connection: Connection, stored: StoredVersion) -> Release:
    """The release as everybody may see it: without the id of one that is not public yet, or never was.

    Once public, the other one stays named when it is withheld or withdrawn: its page says what became of it.
    """
    release = stored.release
    named = release.record.related
    if not named:
        return release
    now = setup.database.now_us(connection)
    hidden = named - releases.public_among(setup.database, connection, named, now)
    kept = {
        field: None if getattr(release.record, field) in hidden else getattr(release.record, field)
        for field in ("translation_of", "replaces")
    }
    return release.model_copy(update={"record": release.record.model_copy(update=kept)})


def renew_naming(connection: Connection, release_id: str) -> Sequence[int]:
    """Channels that show a release which names this one, now that everybody may know of it. Nobody is told."""
    return [
        number
        for naming in releases.new_edition_of_naming(connection, release_id)
        for number in channels.mark_dirty(connection, naming)
    ]
