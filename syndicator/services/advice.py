"""What an editor would want to hear about a release that may go out as it is: warnings, never refusals."""

from pydantic import BaseModel, ConfigDict

from syndicator.intake.diagnostics import Diagnostic
from syndicator.intake.lint import Difference, content_hash, differences, differs, duplicate_of
from syndicator.model.release import Record
from syndicator.services.setup import Setup
from syndicator.store import publishers, releases
from syndicator.store.database import Connection


class Advice(BaseModel):
    """A warning with its code (see docs/diagnostics.md). ``stored``: what stands in the publisher's profile."""

    model_config = ConfigDict(frozen=True)
    code: str
    message: str
    fix: str
    field: str | None = None
    given: str | list[str] | None = None
    stored: str | list[str] | None = None


def advice_on(setup: Setup, record: Record, *, owner: str) -> tuple[Advice, ...]:
    """What the service knows against a record that is not handed in yet. Rejected for an unknown network."""
    setup.network(record.network)
    with setup.database.read() as connection:
        return _advice(connection, record, owner, "")


def advice_on_release(setup: Setup, release_id: str) -> tuple[Advice, ...]:
    """The same about the newest version of a stored release."""
    with setup.database.read() as connection:
        stored = releases.version(connection, release_id)
        return _advice(connection, stored.release.record, stored.owner, release_id)


def _advice(connection: Connection, record: Record, owner: str, release_id: str) -> tuple[Advice, ...]:
    duplicate = releases.other_with_content(connection, content_hash(record), owner, release_id)
    profile = publishers.get(connection, record.publisher_key, owner)
    differing = differences(record.publisher, profile.publisher) if profile else ()
    return (
        *([_said(duplicate_of(duplicate))] if duplicate else []),
        *(_said(differs(one), one) for one in differing),
    )


def _said(one: Diagnostic, difference: Difference | None = None) -> Advice:
    return Advice(
        code=one.code,
        message=one.message,
        fix=one.fix,
        field=one.place or None,
        given=difference.given if difference else None,
        stored=difference.stored if difference else None,
    )
