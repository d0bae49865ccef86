"""POST, read and change releases."""

import json
from datetime import datetime
from typing import Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict

from syndicator.errors import Fault, Rejected
from syndicator.intake.records.strict import read_json
from syndicator.model.channel import automatic_channels
from syndicator.model.lifecycle import Action, ReleaseState
from syndicator.model.release import Record, Release
from syndicator.model.text import Text
from syndicator.model.timing import StatedTime
from syndicator.services.advice import Advice, advice_on, advice_on_release
from syndicator.services.revise import Revision, unfit
from syndicator.services.submit import Submitted
from syndicator.services.views import releases as views
from syndicator.web.requests import TOKEN_OPTIONAL, Inside, JsonBody, Key, Service, Token, body_of, read, with_key

router = APIRouter(prefix="/api/v1/releases", tags=["releases"])

Change = Literal["update", "correct", "withhold", "reinstate", "reschedule", "withdraw"]


class Accepted(BaseModel):
    """What is stored for good. ``feeds``: where it stands, or will stand once its embargo has lifted.

    ``embargo_until``, ``embargo_zone``: as they were understood.
    """

    model_config = ConfigDict(frozen=True)
    id: str
    guid: str
    version: int
    state: ReleaseState
    url: str
    embargo_until: datetime | None = None
    embargo_zone: str | None = None
    feeds: list[views.ChannelFeeds]
    duplicate_of: str | None = None
    warnings: list[Advice] = []


class Revised(views.ReleaseView):
    """The release after a change, and what an editor would want to hear about its new text."""

    warnings: tuple[Advice, ...] = ()


class Checked(BaseModel):
    """What the service would say to a record if it were handed in. Nothing is stored."""

    model_config = ConfigDict(frozen=True)
    warnings: list[Advice]


class RevisionBody(BaseModel):
    """What to change. ``expected_version``: refuse unless this is the newest one.

    ``note``: why. Readers see that of a correction, a withholding and a withdrawal; others stand in the history.

    ``embargo_until``: with its offset, or local time in the release's ``embargo_zone``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    record: Record | None = None
    note: Text | None = None
    embargo_until: StatedTime | None = None
    expected_version: int | None = None


@router.post(
    "",
    status_code=201,
    response_model_exclude_none=True,
    responses={200: {"model": Accepted, "description": "The key had been used for the same release before."}},
    openapi_extra=with_key(body_of(Record)),
)
def submit(service: Service, owner: Token, key: Key, body: JsonBody, response: Response) -> Accepted:
    """Hands in a release. 201: stored for good. 200: the key had been used for the same release before."""
    record = read_json(body, max_bytes=service.settings.max_body_bytes)
    submitted = service.submit(record, owner=owner, key=key)
    response.status_code = 201 if submitted.created else 200
    response.headers["Location"] = service.setup.addresses.release(submitted.release.id)
    return _accepted(service, submitted)


@router.post("/check", response_model_exclude_none=True, openapi_extra=body_of(Record))
def check(service: Service, owner: Token, body: JsonBody) -> Checked:
    """Tries a record out: refused as a submission would be, warned of duplicates and of an odd publisher block."""
    record = read_json(body, max_bytes=service.settings.max_body_bytes)
    return Checked(warnings=list(advice_on(service.setup, record, owner=owner)))


@router.get("/{release_id}", response_model_exclude_none=True, openapi_extra=TOKEN_OPTIONAL)
def show(service: Service, release_id: str, inside: Inside) -> views.ReleaseView:
    """A public release. With the operator's token: held ones too, events and deliveries."""
    return views.release(service.setup, release_id, inside=inside)


@router.get("/{release_id}/history", response_model_exclude_none=True)
def history(service: Service, _operator: Token, release_id: str) -> views.History:
    return views.history(service.setup, release_id)


@router.post("/{release_id}/{action}", response_model_exclude_none=True, openapi_extra=body_of(RevisionBody))
def revise(service: Service, actor: Token, release_id: str, action: Change, body: JsonBody) -> Revised:
    """Changes a release; the answer is the release after the change."""
    wanted = _read_revision(service, Action(action), body)
    revision = Revision(
        action=Action(action),
        actor=actor,
        expected_version=wanted.expected_version,
        record=wanted.record,
        note=wanted.note,
        embargo_until=wanted.embargo_until,
    )
    service.revise(release_id, revision)
    view = views.release(service.setup, release_id, inside=True)
    return Revised(**dict(view), warnings=advice_on_release(service.setup, release_id) if wanted.record else ())


def _read_revision(service: Service, action: Action, body: bytes) -> RevisionBody:
    """The revision in the body. Rejected with what the action lacks, too, which its model does not know."""
    try:
        return read(RevisionBody, body, service)
    except Rejected as refused:
        known = {fault.place.partition(".")[0] for fault in refused.faults}
        lacking = (fault for fault in _unfit(action, body) if fault.place not in known)
        raise Rejected([*refused.faults, *lacking]) from None


def _unfit(action: Action, body: bytes) -> list[Fault]:
    """Nothing for a body in which no fields can be told."""
    try:
        stated = json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return []
    return unfit(action, [name for name in stated if stated[name] is not None]) if isinstance(stated, dict) else []


def _accepted(service: Service, submitted: Submitted) -> Accepted:
    release: Release = submitted.release
    addresses = service.setup.addresses
    return Accepted(
        id=release.id,
        guid=release.guid,
        version=release.version,
        state=release.state,
        url=addresses.release(release.id),
        embargo_until=release.record.embargo_until,
        embargo_zone=release.record.embargo_zone,
        feeds=[
            views.ChannelFeeds(channel=channel.name, title=channel.title, feeds=views.feeds_of(addresses, channel.name))
            for channel in automatic_channels(release.record)
        ],
        duplicate_of=submitted.duplicate_of,
        warnings=list(advice_on_release(service.setup, release.id)),
    )
