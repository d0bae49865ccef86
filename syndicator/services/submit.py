"""A publisher hands in a release: accepted means durable."""

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from syndicator.clock import from_us, to_us
from syndicator.errors import Conflict, Rejected
from syndicator.ids import new_id
from syndicator.intake.findings.lint import content_hash
from syndicator.intake.lines.embargoes import lapsed
from syndicator.model.lifecycle import Action, EventType, ReleaseState
from syndicator.model.network import Attached, Network
from syndicator.model.publisher import Profile
from syndicator.model.release import Record, Release
from syndicator.services.setup import Setup
from syndicator.services.trial import tried
from syndicator.store import audit, events, publishers, releases
from syndicator.store.database import Connection


@dataclass(frozen=True, slots=True)
class Submitted:
    """The release as stored, and whether this call made it (false: the key had been used before)."""

    release: Release
    created: bool
    duplicate_of: str | None = None


def submit(setup: Setup, record: Record, *, owner: str, key: str) -> Submitted:
    """Stores the release, its first version and, if it is public at once, its event: in one transaction.

    The same key with the same record returns the release of the first call; with another record it is
    a Conflict. Rejected when the record names an unknown network, or files that the owner never handed in, or when
    an embargo stands in its text only or ended more than a day ago.
    """
    record = tried(setup, record, owner=owner)
    # Of the record as it is stored: an erasure, which knows no other, gives the key the digest of what it leaves.
    digest = hashlib.sha256(record.model_dump_json(exclude_none=True).encode()).hexdigest()
    network = setup.network(record.network)
    words = content_hash(record)  # seconds for two megabytes of ligatures: not while others wait for the transaction
    with suppress(_KeyTaken):
        return _submit(setup, record, network, digest, words, owner=owner, key=key)
    return _submit(
        setup, record, network, digest, words, owner=owner, key=key
    )  # the second try finds what the other transaction stored


class _KeyTaken(Exception):
    """Rolls back what was stored under a key that another transaction committed after it had been looked up."""


def _submit(
    setup: Setup, record: Record, network: Network, digest: str, words: str, *, owner: str, key: str
) -> Submitted:
    with setup.database.write() as connection:
        now = setup.database.now_us(connection)
        known = _submitted_before(connection, owner, key, digest)
        if known:
            return known
        made_at = from_us(now)
        if fault := lapsed(record.embargo_until, made_at):
            raise Rejected([fault])
        release = _first_version(setup, record, made_at)
        attached = network.attach(record.language, made_at.date())
        _store(connection, release, attached, words, owner=owner, now=now)
        if not releases.insert_idempotency_key(connection, owner, key, digest, release.id, now):
            raise _KeyTaken
        duplicate = releases.other_with_content(connection, words, owner, release.id)
        if release.state is ReleaseState.PUBLISHED:
            events.append(
                connection, EventType.PUBLISHED, owner=owner, now=now, release_id=release.id, version=release.version
            )
    return Submitted(release, created=True, duplicate_of=duplicate)


def _submitted_before(connection: Connection, owner: str, key: str, digest: str) -> Submitted | None:
    known = releases.idempotency_key(connection, owner, key)
    if known is None:
        return None
    if known[0] != digest:
        message = f"the idempotency key {key} was used for another submission; make a new key for a new release"
        raise Conflict(message)
    return Submitted(releases.version(connection, known[1]).release, created=False)


def _first_version(setup: Setup, record: Record, made_at: datetime) -> Release:
    held = record.embargo_until is not None and record.embargo_until > made_at
    release_id = new_id("rel", to_us(made_at))
    return Release(
        id=release_id,
        guid=setup.addresses.guid(release_id, made_at),
        version=1,
        state=ReleaseState.SCHEDULED if held else ReleaseState.PUBLISHED,
        record=record,
        published_at=None if held else made_at,
        updated_at=made_at,
        texts="",
    )


def _store(connection: Connection, release: Release, attached: Attached, words: str, *, owner: str, now: int) -> None:
    releases.insert(connection, release, owner=owner, content_hash=words, now=now)
    releases.insert_version(connection, release, attached, action=Action.SUBMIT, actor=owner, now=now)
    profile = Profile(publisher=release.record.publisher)
    publishers.keep(connection, release.record.publisher_key, owner, profile, now)
    audit.write(connection, actor=owner, action=Action.SUBMIT, subject=release.id, now=now, state=release.state)
