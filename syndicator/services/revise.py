"""What happens to a release after its submission: update, correct, withhold, reinstate, reschedule, withdraw."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from syndicator.clock import from_us, isoformat, to_us
from syndicator.errors import Conflict, Fault, Rejected
from syndicator.intake.findings.lint import content_hash
from syndicator.intake.records.faults import faults_of
from syndicator.model.lifecycle import Action, Move, ReleaseState, moves
from syndicator.model.release import Record, Release
from syndicator.model.timing import instant
from syndicator.services.setup import Setup
from syndicator.services.trial import tried
from syndicator.store import audit, events, releases
from syndicator.store.database import Connection
from syndicator.store.releases import StoredVersion

_NEEDS_RECORD = {Action.UPDATE, Action.CORRECT}
_NEEDS_NOTE = {Action.CORRECT, Action.WITHHOLD, Action.WITHDRAW}


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """What somebody wants to happen. ``expected_version``: refuse unless this is the newest one.

    ``embargo_until``: an instant, or a local time of the release's ``embargo_zone``. ``note``: why. Readers see that of
    a withholding, a withdrawal and a correction, which stands on top until the next one; others are for the history.
    """

    action: Action
    actor: str
    expected_version: int | None = None
    record: Record | None = None
    note: str | None = None
    embargo_until: datetime | None = None


def revise(setup: Setup, release_id: str, revision: Revision) -> Release:
    """The release after the revision: new version and event in one transaction.

    Conflict when the state does not allow the action or the version is not the expected one; Rejected
    when record, note or time is missing or wrong; NotFound for an unknown release.
    """
    faults = unfit(revision.action, _given(revision))
    if revision.record is not None and revision.action in _NEEDS_RECORD:
        try:
            revision = replace(revision, record=_tried(setup, release_id, revision.record))
        except Rejected as rejected:
            faults += rejected.faults
    if faults:
        raise Rejected(faults)
    # Seconds for two megabytes of ligatures: not while others wait for the transaction.
    words = content_hash(revision.record) if revision.record is not None else None
    with setup.database.write() as connection:
        releases.lock(connection, release_id, setup.database.for_update)
        now = setup.database.now_us(connection)
        stored = releases.version(connection, release_id)
        move = _allowed(stored, revision, now)
        note = revision.note if revision.action in _NEEDS_NOTE else releases.last_correction(connection, release_id)
        release = _next(stored, revision, move, note, now)
        _store(setup, connection, stored, release, revision, words, now)
        if move.event is not None:
            events.append(
                connection, move.event, owner=stored.owner, now=now, release_id=release.id, version=release.version
            )
    return release


def _tried(setup: Setup, release_id: str, record: Record) -> Record:
    """The new record, complete. Its files are those of the release's owner, whoever revises it."""
    with setup.database.read() as connection:
        owner = releases.version(connection, release_id).owner
    return tried(setup, record, owner=owner)


def unfit(action: Action, given: Collection[str]) -> list[Fault]:
    """What this action lacks, and what was given that it does not take; ``given``: the fields that hold something."""
    faults = []
    if action in _NEEDS_RECORD and "record" not in given:
        faults.append(Fault("record", f"to {action} needs the new record", "hand in the whole release"))
    if action not in _NEEDS_RECORD and "record" in given:
        fix = "leave it out, or update or correct the release first"
        faults.append(Fault("record", f"to {action} takes no new text", fix))
    if action in _NEEDS_NOTE and "note" not in given:
        faults.append(Fault("note", f"to {action} needs a note that says why", "add one sentence"))
    if action is Action.RESCHEDULE and "embargo_until" not in given:
        faults.append(Fault("embargo_until", "to reschedule needs the new time", "give an instant with an offset"))
    if action is not Action.RESCHEDULE and "embargo_until" in given:
        faults.append(Fault("embargo_until", f"to {action} moves no embargo", "leave it out, or reschedule"))
    return faults


def _given(revision: Revision) -> set[str]:
    fields = {
        "record": revision.record is not None,
        "note": bool((revision.note or "").strip()),
        "embargo_until": revision.embargo_until is not None,
    }
    return {name for name, holds in fields.items() if holds}


def _allowed(stored: StoredVersion, revision: Revision, now: int) -> Move:
    release = stored.release
    if revision.expected_version not in {None, stored.current_version}:
        message = (
            f"{release.id} is at version {stored.current_version}, not {revision.expected_version}: "
            "read it again and decide anew"
        )
        raise Conflict(message)
    if release.state is ReleaseState.SCHEDULED and stored.embargo_until is not None and stored.embargo_until <= now:
        message = f"the embargo of {release.id} has just lifted: try again in a second"
        raise Conflict(message)
    possible = moves(revision.action, release.state)
    if not possible:
        message = (
            f"a release that is {release.state} cannot be changed by {revision.action}: {_possible(release.state)}"
        )
        raise Conflict(message)
    return possible[0]


def _possible(state: ReleaseState) -> str:
    """The actions that are possible in this state; a lift is left out, since only the clock does it."""
    actions = [action for action in Action if action is not Action.LIFT and moves(action, state)]
    return f"possible now: {', '.join(actions)}" if actions else "that is for ever, hand in a new one"


def _next(stored: StoredVersion, revision: Revision, move: Move, note: str | None, now: int) -> Release:
    release, record = stored.release, revision.record or stored.release.record
    kept = None if stored.embargo_until is None else from_us(stored.embargo_until)
    if revision.record is not None:
        _refuse_new_embargo(release, kept, revision.record)
    embargo_until = _moved_embargo(release.record, revision) or kept
    if move.target is ReleaseState.SCHEDULED and (embargo_until is None or to_us(embargo_until) <= now):
        raise Rejected(
            [Fault("embargo_until", "the new time must be ahead", "to publish now, reschedule to a moment from now")]
        )
    changes = {
        "version": release.version + move.new_version,
        "state": move.target,
        "record": record.model_copy(update={"embargo_until": embargo_until}),
        "updated_at": from_us(now),
        "note": note,
    }
    try:  # checked as it will be when it is read: a note that no reading lets pass must not be stored
        return Release.model_validate({**dict(release), **changes})
    except ValidationError as error:
        raise Rejected(faults_of(error)) from None


def _moved_embargo(record: Record, revision: Revision) -> datetime | None:
    """The new instant. Rejected for a local time that its zone's clocks skip or show twice, or that has no zone."""
    stated = revision.embargo_until
    if stated is None:
        return None
    if stated.tzinfo is None and record.embargo_zone is None:
        fix = "add the offset (2027-01-23T19:00:00+01:00)"
        raise Rejected([Fault("embargo_until", "this time has no offset, and the release has no embargo_zone", fix)])
    try:
        return instant(stated, record.embargo_zone)
    except PydanticCustomError as error:
        problem, _, fix = error.message().partition("; ")
        raise Rejected([Fault("embargo_until", problem, fix)]) from None


def _refuse_new_embargo(release: Release, kept: datetime | None, new: Record) -> None:
    """An embargo moves by an action of its own, which the history shows: an old file would bring its old time back."""
    if new.embargo_until in {None, kept, release.record.embargo_until if release.published_at else kept}:
        return
    if release.state is ReleaseState.SCHEDULED and kept is not None:
        problem = f"the embargo of this release is {isoformat(kept)}, and a new text moves none"
        raise Rejected([Fault("embargo_until", problem, "leave it out or write that time; to move it, reschedule")])
    raise Rejected(
        [Fault("embargo_until", "the release is public; an embargo cannot be set after that", "leave it out")]
    )


def _store(
    setup: Setup,
    connection: Connection,
    stored: StoredVersion,
    release: Release,
    revision: Revision,
    words: str | None,
    now: int,
) -> None:
    embargo_until = release.record.embargo_until
    releases.update(
        connection,
        release,
        content_hash=words or stored.content_hash,
        embargo_until=None if embargo_until is None else to_us(embargo_until),
        now=now,
    )
    if release.version > stored.release.version:
        attached = stored.attached
        if revision.action in _NEEDS_RECORD:
            attached = setup.network(release.record.network).attach(release.record.language, from_us(now).date())
        releases.insert_version(connection, release, attached, action=revision.action, actor=revision.actor, now=now)
    audit.write(
        connection,
        actor=revision.actor,
        action=revision.action,
        subject=release.id,
        now=now,
        version=release.version,
        note=revision.note,
        embargo_until=embargo_until.isoformat() if embargo_until and revision.action is Action.RESCHEDULE else None,
    )
