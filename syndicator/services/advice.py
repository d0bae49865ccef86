"""What an editor would want to hear about a release that may go out as it is: warnings, never refusals."""

from collections.abc import Iterator
from datetime import date

from pydantic import BaseModel, ConfigDict

from syndicator.clock import from_us
from syndicator.errors import NotFound
from syndicator.intake.findings.diagnostics import Diagnostic
from syndicator.intake.findings.lint import (
    Difference,
    borrowed_wording,
    content_hash,
    differences,
    differs,
    duplicate_of,
    unknown_release,
)
from syndicator.model.release import Record
from syndicator.services.setup import Setup
from syndicator.store import publishers, releases
from syndicator.store.database import Connection


class Advice(BaseModel):
    """A warning or note with its code (see docs/diagnostics.md). ``stored``: what stands in the publisher's profile."""

    model_config = ConfigDict(frozen=True)
    code: str
    message: str
    fix: str
    field: str | None = None
    given: str | list[str] | None = None
    stored: str | list[str] | None = None


def advice_on(setup: Setup, record: Record, *, owner: str) -> tuple[Advice, ...]:
    """Advice on a record that is not handed in yet. Rejected for an unknown network."""
    setup.network(record.network)
    with setup.database.read() as connection:
        return _advice(setup, connection, record, owner, "")


def advice_on_release(setup: Setup, release_id: str) -> tuple[Advice, ...]:
    """The same about the newest version of a stored release."""
    with setup.database.read() as connection:
        stored = releases.version(connection, release_id)
        return _advice(setup, connection, stored.release.record, stored.owner, release_id)


def _advice(setup: Setup, connection: Connection, record: Record, owner: str, release_id: str) -> tuple[Advice, ...]:
    duplicate = releases.other_with_content(connection, content_hash(record), owner, release_id)
    profile = publishers.get(connection, record.publisher_key, owner)
    differing = differences(record.publisher, profile.publisher) if profile else ()
    return (
        *([_said(duplicate_of(duplicate))] if duplicate else []),
        *(_said(differs(one), one) for one in differing),
        *_unknown(connection, record),
        *_borrowed(setup, record, from_us(setup.database.now_us(connection)).date()),
    )


def _unknown(connection: Connection, record: Record) -> Iterator[Advice]:
    """A warning for each release that this one names and that is not here: one held or withdrawn is."""
    for field, named in (("translation_of", record.translation_of), ("replaces", record.replaces)):
        try:
            if named:
                releases.version(connection, named)
        except NotFound:
            yield _said(unknown_release(field, str(named)))


def _borrowed(setup: Setup, record: Record, on: date) -> Iterator[Advice]:
    """A note that the network's wording goes out in another language, if it has none in the release's own."""
    network = setup.network(record.network)
    spoken = network.attach(record.language, on).texts.language
    if spoken.partition("-")[0] != record.language.partition("-")[0]:
        yield _said(borrowed_wording(network.name, record.language, spoken))


def _said(one: Diagnostic, difference: Difference | None = None) -> Advice:
    return Advice(
        code=one.code,
        message=one.message,
        fix=one.fix,
        field=one.place or None,
        given=difference.given if difference else None,
        stored=difference.stored if difference else None,
    )
