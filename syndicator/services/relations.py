"""Releases that name others: a translation its original, a new text the one it replaces."""

from dataclasses import dataclass

from syndicator.model.release import Release
from syndicator.services.setup import Setup
from syndicator.store import releases
from syndicator.store.database import Connection
from syndicator.store.releases import StoredVersion

_MOST_NAMING = 20


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


@dataclass(frozen=True, slots=True)
class Naming:
    """The public releases that name another one, the newest first: those that take its place, and its translations."""

    replacements: tuple[Release, ...] = ()
    translations: tuple[Release, ...] = ()


def naming(setup: Setup, connection: Connection, release_id: str) -> Naming:
    now = setup.database.now_us(connection)
    ids = releases.named_by(connection, release_id, now, _MOST_NAMING)
    found = [releases.version(connection, each).release for each in ids]
    return Naming(
        replacements=tuple(each for each in found if each.record.replaces == release_id),
        translations=tuple(each for each in found if each.record.translation_of == release_id),
    )
