"""A release as the public, and as the operator, may see it."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from feeds.model import FORMATS, Format
from syndicator.clock import from_us, to_us
from syndicator.errors import NotFound
from syndicator.model.addresses import Addresses
from syndicator.model.lifecycle import ReleaseState
from syndicator.model.publisher import Visibility
from syndicator.model.release import Record, Release
from syndicator.services.attach import addresses
from syndicator.services.relations import shown
from syndicator.services.setup import Setup
from syndicator.store import audit, channels, delivery_lists, events, releases, renditions
from syndicator.store.database import Connection
from syndicator.store.releases import StoredVersion

_FROZEN = ConfigDict(frozen=True)


class ChannelFeeds(BaseModel):
    """A channel by name, and the addresses of its feeds."""

    model_config = _FROZEN
    channel: str
    title: str
    feeds: dict[Format, str]
    rendered_by: str | None = None
    up_to_date: bool | None = None


class Event(BaseModel):
    model_config = _FROZEN
    id: str
    type: str
    version: int
    created_at: datetime
    fanned_out_at: datetime | None = None
    fanned_out_by: str | None = None


class Inside(BaseModel):
    """What only the operator may know of a release."""

    model_config = _FROZEN
    owner: str
    created_at: datetime
    embargo_until: datetime | None = None
    action: str
    actor: str
    texts: str
    texts_sha256: str
    content_hash: str
    events: tuple[Event, ...]
    deliveries: dict[str, int]


class ReleaseView(BaseModel):
    """A release in its newest version. A withheld or withdrawn one has no record for the public."""

    model_config = _FROZEN
    id: str
    guid: str
    version: int
    state: ReleaseState
    pub_status: Literal["usable", "withheld", "canceled"]
    url: str
    published_at: datetime | None = None
    updated_at: datetime
    note: str | None = None
    record: dict[str, Any] | None = None
    channels: tuple[ChannelFeeds, ...]
    inside: Inside | None = None


class Step(BaseModel):
    """One thing that happened to a release: who did what, when, and with what result."""

    model_config = _FROZEN
    at: datetime
    actor: str
    action: str
    detail: dict[str, Any]


class VersionLine(BaseModel):
    model_config = _FROZEN
    version: int
    action: str
    state: ReleaseState
    actor: str
    note: str | None = None
    created_at: datetime


class History(BaseModel):
    """All versions of a release, and its whole audit trail."""

    model_config = _FROZEN
    id: str
    versions: tuple[VersionLine, ...]
    audit: tuple[Step, ...]


def release(setup: Setup, release_id: str, *, inside: bool = False) -> ReleaseView:
    """The release. NotFound, in the same words as for an unknown one, while it is not public.

    ``inside`` is for the operator: held releases too, editorial contacts, events and deliveries.
    """
    with setup.database.read() as connection:
        stored = releases.version(connection, release_id) if inside else public_version(setup, connection, release_id)
        return _view(
            setup,
            stored.release,
            record=_dumped(stored.release.record) if inside else _public(setup, connection, stored),
            channels=_channels(setup, connection, release_id, inside=inside),
            inside=_inside(setup, connection, stored) if inside else None,
        )


def history(setup: Setup, release_id: str) -> History:
    """For the operator: every version and every act, held releases included."""
    with setup.database.read() as connection:
        releases.version(connection, release_id)
        return History(
            id=release_id,
            versions=tuple(
                VersionLine(**{**row, "created_at": from_us(row["created_at"])})
                for row in releases.history(connection, release_id)
            ),
            audit=tuple(
                Step(at=from_us(row["at"]), actor=row["actor"], action=row["action"], detail=row["detail"])
                for row in audit.of(connection, release_id)
            ),
        )


def public_version(setup: Setup, connection: Connection, release_id: str) -> StoredVersion:
    """The newest version of a public release. NotFound in the words for an unknown one if it is not public."""
    stored = releases.version(connection, release_id)
    published_at = stored.release.published_at
    if published_at is None or to_us(published_at) > setup.database.now_us(connection):
        message = f"there is no release {release_id}"
        raise NotFound(message)
    return stored


def _public(setup: Setup, connection: Connection, stored: StoredVersion) -> dict[str, Any] | None:
    """As everybody may see it: each stored file with the address that it is served at."""
    record = public_record(shown(setup, connection, stored))
    urls = addresses(setup, connection, stored.release.record, stored.owner) if record else {}
    for each in record["media"] if record else ():
        if each.get("sha256") in urls:
            each["href"] = urls[each["sha256"]]
    return record


def public_record(release: Release) -> dict[str, Any] | None:
    """The record without its editorial contacts; nothing of a release that is not to be read any more."""
    if release.state is not ReleaseState.PUBLISHED:
        return None
    contacts = tuple(each for each in release.record.contacts if each.visibility is Visibility.PUBLIC)
    return _dumped(release.record.model_copy(update={"contacts": contacts}))


def _dumped(record: Record) -> dict[str, Any]:
    return record.model_dump(mode="json", exclude_none=True)


def feeds_of(addresses: Addresses, channel: str) -> dict[Format, str]:
    """The addresses of the channel's feeds by format."""
    return {form: addresses.feed(channel, form) for form in FORMATS}


def _view(
    setup: Setup,
    release: Release,
    *,
    record: dict[str, Any] | None,
    channels: tuple[ChannelFeeds, ...],
    inside: Inside | None,
) -> ReleaseView:
    return ReleaseView(
        id=release.id,
        guid=release.guid,
        version=release.version,
        state=release.state,
        pub_status=release.state.pub_status,
        url=setup.addresses.release(release.id),
        published_at=release.published_at,
        updated_at=release.updated_at,
        note=release.note,
        record=record,
        channels=channels,
        inside=inside,
    )


def _channels(setup: Setup, connection: Connection, release_id: str, *, inside: bool) -> tuple[ChannelFeeds, ...]:
    rendered = {row["name"]: row["rendered_by"] for row in renditions.of_release(connection, release_id)}
    return tuple(
        ChannelFeeds(
            channel=row["name"],
            title=row["title"],
            feeds=feeds_of(setup.addresses, row["name"]),
            rendered_by=rendered.get(row["name"]) if inside else None,
            up_to_date=not row["dirty"] if inside else None,
        )
        for row in channels.of_release(connection, release_id)
    )


def _inside(setup: Setup, connection: Connection, stored: StoredVersion) -> Inside:
    return Inside(
        owner=stored.owner,
        created_at=from_us(stored.created_at),
        embargo_until=None if stored.embargo_until is None else from_us(stored.embargo_until),
        action=stored.action,
        actor=stored.actor,
        texts=stored.attached.id,
        texts_sha256=stored.attached.sha256,
        content_hash=stored.content_hash,
        events=tuple(
            Event(
                id=row["id"],
                type=row["type"],
                version=row["version"],
                created_at=from_us(row["created_at"]),
                fanned_out_at=None if row["fanned_out_at"] is None else from_us(row["fanned_out_at"]),
                fanned_out_by=row["fanned_out_by"],
            )
            for row in events.of_release(connection, stored.release.id)
        ),
        deliveries=delivery_lists.counts(setup.database, connection, stored.release.id),
    )
