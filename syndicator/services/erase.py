"""The one exception to versions that never change: the lawful erasure of a contact."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from syndicator.article.compose import Audience, compose
from syndicator.clock import from_us
from syndicator.delivery.payload import Occasion, release_payload
from syndicator.errors import Conflict, Fault, NotFound, Rejected
from syndicator.model.erasure import Erasure, Traces, profile_without, remains, without
from syndicator.model.lifecycle import EventType
from syndicator.model.publisher import Contact, Profile
from syndicator.model.release import Record
from syndicator.services.attach import addresses
from syndicator.services.relations import shown
from syndicator.services.setup import Setup
from syndicator.store import audit, channels, erasure, numbers, releases
from syndicator.store.database import Connection, RowMapping

_TRIES = 3
_ACTION = "erase contact"


class ErasedRelease(BaseModel):
    """A release in which the contact stands. ``remains``: places of its text that still name it, by version.

    ``received_by``: endpoints that were sent it, whose owners may have to be told (Article 19 GDPR).
    """

    model_config = ConfigDict(frozen=True)
    id: str
    versions: tuple[int, ...]
    pushes: int
    remains: tuple[str, ...]
    received_by: tuple[str, ...]


class Report(BaseModel):
    """What was rewritten, or would be. It names places and never what stood there.

    ``purged``: whether the database was freed at once of what rewritten rows leave behind.
    """

    model_config = ConfigDict(frozen=True)
    releases: tuple[ErasedRelease, ...] = ()
    profiles: tuple[str, ...] = ()
    answers: int = 0
    purged: bool = False


@dataclass(frozen=True, slots=True)
class _Rewriting:
    """A release as it will read. Empty ``records``: only its text names the contact.

    ``pushes``: events whose pushes were composed before those in ``bodies`` were read.
    """

    id: str
    edition: int
    newest: int
    records: Mapping[int, Record]
    remains: tuple[str, ...]
    pushes: frozenset[int] = frozenset()
    bodies: tuple[dict[str, Any], ...] = ()
    received_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Plan:
    releases: tuple[_Rewriting, ...]
    profiles: tuple[tuple[str, str, str], ...]
    """Key, what stands there, what will."""

    def report(self, answers: int = 0) -> Report:
        return Report(
            releases=tuple(
                ErasedRelease(
                    id=each.id,
                    versions=tuple(each.records),
                    pushes=len(each.bodies),
                    remains=each.remains,
                    received_by=each.received_by,
                )
                for each in self.releases
            ),
            profiles=tuple(key for key, _, _ in self.profiles),
            answers=answers,
        )


class _Moved(Exception):
    """Something changed since the plan was made: rolls the transaction back. Never leaves this module."""


def look_for(setup: Setup, wanted: Erasure) -> Report:
    """What the erasure would rewrite, and which texts would go on naming the contact. Changes nothing."""
    return _plan(setup, wanted).report()


def erase(setup: Setup, wanted: Erasure, *, actor: str) -> tuple[Report, tuple[int, ...]]:
    """Rewrites every stored version and push, and drops whatever else is made of them, in one transaction.

    Gives the channels to be made anew, too. Conflict while pushes of a release are under way, whose answers would
    be stored afterwards; Rejected where nobody would be left to answer; NotFound for an unknown release.
    """
    for _ in range(_TRIES):
        # Composed before the transaction, and taken only if nothing moved since.
        plan = _plan(setup, wanted)
        with suppress(_Moved), setup.database.write() as connection:
            return _applied(setup, connection, plan, actor)
    message = "the releases keep changing: try again"
    raise Conflict(message)


def _plan(setup: Setup, wanted: Erasure) -> _Plan:
    scope, value = _scope(wanted)
    with setup.database.read() as connection:
        if wanted.release:
            releases.version(connection, wanted.release)
        profiles = [
            (row["key"], row["profile"], Profile.model_validate_json(row["profile"]))
            for row in erasure.profiles(connection, scope, value)
        ]
        if wanted.publisher and not profiles:
            message = f"there is no publisher {wanted.publisher}"
            raise NotFound(message)
        traces = Traces.of(_meant(connection, wanted, (profile for _, _, profile in profiles)), wanted.contact)
        found = [
            one
            for rows in erasure.versions(connection, scope, value)
            if (one := _rewriting(setup, connection, rows, wanted, traces)) is not None
        ]
    altered = (
        (key, old, profile_without(profile, wanted, traces).model_dump_json(exclude_none=True))
        for key, old, profile in profiles
    )
    return _Plan(tuple(found), tuple((key, old, new) for key, old, new in altered if old != new))


def _scope(wanted: Erasure) -> tuple[str, str]:
    scopes = {"release": wanted.release, "publisher": wanted.publisher, "owner": wanted.owner}
    return next((name, value) for name, value in scopes.items() if value is not None)


def _meant(connection: Connection, wanted: Erasure, profiles: Iterable[Profile]) -> list[Contact]:
    """Every contact that is to be erased, as any version or profile has it."""
    stated = [each for profile in profiles for each in profile.contacts]
    for rows in erasure.versions(connection, *_scope(wanted)):
        stated += [Contact.model_validate(each) for row in rows for each in json.loads(row["record"])["contacts"]]
    return [each for each in dict.fromkeys(stated) if wanted.means(each)]


def _rewriting(
    setup: Setup, connection: Connection, rows: Sequence[RowMapping], wanted: Erasure, traces: Traces
) -> _Rewriting | None:
    """Nothing for a release that does not name the contact anywhere."""
    records: dict[int, Record] = {}
    places: list[str] = []
    for row in rows:
        if not traces.stand_in_json(f"{row['record']} {json.dumps(row['note'], ensure_ascii=False)}"):
            continue
        record = Record.model_validate_json(row["record"])
        rewritten = _without(row, record, wanted, traces)
        if rewritten != record:
            records[row["version"]] = rewritten
        told = {**rewritten.model_dump(mode="json", exclude_none=True), "note": row["note"]}
        places += [f"version {row['version']}: {place}" for place in remains(told, traces)]
    if not records and not places:
        return None
    release_id = rows[0]["release_id"]
    return _Rewriting(
        id=release_id,
        edition=rows[0]["edition"],
        newest=rows[0]["newest"],
        records=records,
        remains=tuple(places),
        pushes=erasure.pushes(connection, release_id) if records else frozenset(),
        bodies=tuple(_bodies(setup, connection, release_id, records)) if records else (),
        received_by=erasure.received_by(setup.database, connection, release_id) if records else (),
    )


def _without(row: RowMapping, record: Record, wanted: Erasure, traces: Traces) -> Record:
    try:
        return without(record, wanted, traces)
    except ValidationError:
        problem = f"nobody would be left to answer for {row['release_id']}: its publisher has no phone and no e-mail"
        raise Rejected([Fault("replacement", problem, "name the desk that answers from now on")]) from None


def _bodies(
    setup: Setup, connection: Connection, release_id: str, records: Mapping[int, Record]
) -> Iterable[dict[str, Any]]:
    """The pushes whose bytes change, made of the rewritten versions."""
    for row in erasure.payloads(connection, release_id):
        if row["version"] not in records:
            continue
        stored = releases.version(connection, release_id, row["version"])
        stored.release = stored.release.model_copy(update={"record": records[row["version"]]})
        release = shown(setup, connection, stored)
        urls = addresses(setup, connection, release.record, stored.owner)
        occasion = Occasion(id=row["id"], type=EventType(row["type"]), at=from_us(row["created_at"]))
        article = compose(release, stored.attached, Audience.NEWSROOMS, urls)
        body = release_payload(occasion, release, article, stored.attached, setup.addresses)
        if body != bytes(row["body"]):
            yield {"seq": row["seq"], "format": row["format"], "body": body}


def _applied(setup: Setup, connection: Connection, plan: _Plan, actor: str) -> tuple[Report, tuple[int, ...]]:
    # No event is fanned out meanwhile: a push composed of the old version would be stored after the erasure.
    numbers.hold(connection, numbers.FANOUT, setup.database.for_update)
    now = setup.database.now_us(connection)
    answers, rewritten = 0, [one for one in plan.releases if one.records]
    for each in rewritten:
        if not erasure.new_edition(connection, each.id, each.edition, each.newest):
            raise _Moved
        if erasure.pushes(connection, each.id) != each.pushes:
            raise _Moved
        if not erasure.hold_pushes(setup.database, connection, each.id):
            raise _Moved
        if under_way := erasure.under_way(setup.database, connection, each.id):
            pushes = f"{under_way} pushes of {each.id} are under way"
            message = f"{pushes}: it can be done once they have ended, in a minute at most"
            raise Conflict(message)
        records = {number: record.model_dump_json(exclude_none=True) for number, record in each.records.items()}
        first = records.get(1)
        digest = hashlib.sha256(first.encode()).hexdigest() if first else None
        dropped = erasure.rewrite(setup.database, connection, each.id, records, each.bodies, digest)
        counts = {"versions": len(records), "pushes": len(each.bodies), "answers": dropped}
        audit.write(connection, actor=actor, action=_ACTION, subject=each.id, now=now, **counts)
        answers += dropped
    dirty = channels.mark_dirty(setup.database, connection, [each.id for each in rewritten])
    for key, old, new in plan.profiles:
        if not erasure.set_profile(connection, key, old, new, now):
            raise _Moved
        audit.write(connection, actor=actor, action=_ACTION, subject=key, now=now)
    numbers.move(connection, numbers.REWRITE, now)
    # Asked again: one may have been sent it since the plan was made.
    told = (
        replace(each, received_by=erasure.received_by(setup.database, connection, each.id)) if each.records else each
        for each in plan.releases
    )
    return replace(plan, releases=tuple(told)).report(answers), tuple(sorted(dirty))
