"""Newsrooms' endpoints and their subscriptions. All of it is the operator's."""

import json
from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from syndicator.clock import to_us
from syndicator.errors import Fault, Rejected
from syndicator.model.endpoint import NewEndpoint, NewSubscription
from syndicator.model.lifecycle import EndpointState
from syndicator.model.text import MAX_LINE, Line
from syndicator.model.timing import StatedInstant
from syndicator.services.subscribe import LONGEST_OVERLAP_S, OVERLAP_S
from syndicator.services.views import newsrooms as views
from syndicator.web.problems import PROBLEM
from syndicator.web.requests import JsonBody, Service, Token, body_of, read

router = APIRouter(prefix="/api/v1/endpoints", tags=["endpoints"])

_VERIFY_REFUSED: Final[dict[int | str, dict[str, Any]]] = {
    409: {"description": "This endpoint is being verified.", "content": PROBLEM},
    503: {
        "description": "As many endpoints are being verified as may be at once.",
        "headers": {"Retry-After": {"description": "In seconds.", "schema": {"type": "integer"}}},
        "content": PROBLEM,
    },
}
Overlap = Annotated[
    int, Query(ge=0, le=LONGEST_OVERLAP_S, description="How long the old secret signs, too; 0: it ends now.")
]


class Added(BaseModel):
    """The new endpoint. ``secret`` signs its pushes and is shown this once. An unverified one is pushed nothing yet."""

    id: str
    secret: str
    state: EndpointState


class Secret(BaseModel):
    secret: str


class Made(BaseModel):
    id: str


class TestSent(BaseModel):
    """The delivery of a signed endpoint.ping, to be looked at under /api/v1/deliveries."""

    delivery_id: int


class Reason(BaseModel):
    """Why, for the audit trail."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    reason: Line


class Recovery(Reason):
    """Since when an endpoint is to be sent everything again."""

    since: StatedInstant


class Replayed(BaseModel):
    deliveries: Annotated[int, Field(description="How many are sent again.")]


@router.post("", status_code=201, openapi_extra=body_of(NewEndpoint))
def add(service: Service, owner: Token, body: JsonBody) -> Added:
    new = _read_new(service, body)
    added = service.add_endpoint(new, owner=new.owner or owner)
    return Added(id=added.id, secret=added.secret, state=added.state)


def _read_new(service: Service, body: bytes) -> NewEndpoint:
    """The endpoint in the body. Rejected with what is wrong with its URL, too, which its model does not know."""
    try:
        return read(NewEndpoint, body, service)
    except Rejected as refused:
        known = {fault.place for fault in refused.faults}
        raise Rejected([*(() if "url" in known else _url_faults(service, body)), *refused.faults]) from None


def _url_faults(service: Service, body: bytes) -> Sequence[Fault]:
    try:
        stated = json.loads(body)
        url = stated.get("url") if isinstance(stated, dict) else None
        if isinstance(url, str):
            service.accept_url(url)
    except Rejected as refused:
        return refused.faults
    except (ValueError, RecursionError):
        return ()
    return ()


@router.get("", response_model_exclude_none=True)
def listed(
    service: Service,
    _operator: Token,
    owner: Annotated[str, Query(max_length=MAX_LINE)] = "",
    after: Annotated[str, Query(max_length=64, description="The cursor: the last id of the page before.")] = "",
    limit: Annotated[int, Query(ge=1, le=1000)] = 1000,
) -> tuple[views.EndpointLine, ...]:
    """Endpoints of one owner, or all, in the order they were added. As many as ``limit``: there may be more."""
    return views.endpoint_list(service.setup, owner=owner, after=after, limit=limit)


@router.get("/{endpoint_id}", response_model_exclude_none=True)
def show(service: Service, _operator: Token, endpoint_id: str) -> views.EndpointView:
    return views.endpoint(service.setup, endpoint_id)


@router.delete("/{endpoint_id}", status_code=204)
def remove(service: Service, actor: Token, endpoint_id: str) -> None:
    """Ends the endpoint and everything that waits for it."""
    service.change_endpoint(endpoint_id, "remove", actor=actor)


@router.post("/{endpoint_id}/test", status_code=202)
def test(service: Service, actor: Token, endpoint_id: str) -> TestSent:
    return TestSent(delivery_id=service.test_endpoint(endpoint_id, actor=actor))


@router.post("/{endpoint_id}/verify", response_model_exclude_none=True, responses=_VERIFY_REFUSED)
def verify(service: Service, actor: Token, endpoint_id: str) -> views.EndpointView:
    """Sends a signed endpoint.ping with a challenge and waits for the answer, which makes the endpoint active.

    One at a time for an endpoint, and a few in all, since each waits as long as a receiver may.
    """
    service.verify_endpoint(endpoint_id, actor=actor)
    return views.endpoint(service.setup, endpoint_id)


@router.post("/{endpoint_id}/rotate-secret")
def rotate_secret(service: Service, actor: Token, endpoint_id: str, overlap_s: Overlap = OVERLAP_S) -> Secret:
    """A new secret, shown this once. The old one signs as well for another 24 hours, or as long as is asked."""
    return Secret(secret=service.rotate_secret(endpoint_id, actor=actor, overlap_s=overlap_s))


@router.post("/{endpoint_id}/recover", openapi_extra=body_of(Recovery))
def recover(service: Service, actor: Token, endpoint_id: str, body: JsonBody) -> Replayed:
    wanted = read(Recovery, body, service)
    count = service.recover_since(endpoint_id, to_us(wanted.since), actor=actor, reason=wanted.reason)
    return Replayed(deliveries=count)


@router.post("/{endpoint_id}/subscriptions", status_code=201, openapi_extra=body_of(NewSubscription))
def subscribe(service: Service, actor: Token, endpoint_id: str, body: JsonBody) -> Made:
    wanted = read(NewSubscription, body, service)
    return Made(id=service.add_subscription(endpoint_id, wanted, actor=actor))


@router.delete("/{endpoint_id}/subscriptions/{subscription_id}", status_code=204)
def unsubscribe(service: Service, actor: Token, endpoint_id: str, subscription_id: str) -> None:
    service.remove_subscription(endpoint_id, subscription_id, actor=actor)


@router.post("/{endpoint_id}/{move}", response_model_exclude_none=True)
def change(service: Service, actor: Token, endpoint_id: str, move: Literal["pause", "resume"]) -> views.EndpointView:
    """Pausing parks what waits for the endpoint; resuming sends it."""
    service.change_endpoint(endpoint_id, move, actor=actor)
    return views.endpoint(service.setup, endpoint_id)
