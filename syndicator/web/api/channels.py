"""Channels, saved filters and networks. Reading is for everybody, changing for the operator."""

from typing import Any, Final

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from syndicator.model.channel import NewChannel
from syndicator.model.filter import Filter
from syndicator.services.views import channels as views
from syndicator.web.problems import PROBLEM
from syndicator.web.requests import JsonBody, Service, Token, body_of, read

_BUSY: Final[dict[int | str, dict[str, Any]]] = {
    503: {
        "description": "As many filters are being tried out as may be at once.",
        "headers": {"Retry-After": {"description": "In seconds.", "schema": {"type": "integer"}}},
        "content": PROBLEM,
    }
}
router = APIRouter(prefix="/api/v1", tags=["channels"])


class FilterToTry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    filter: Filter


@router.get("/channels", response_model_exclude_none=True)
def listed(service: Service) -> tuple[views.ChannelView, ...]:
    return views.channel_list(service.setup)


@router.post(
    "/channels",
    status_code=201,
    response_model_exclude_none=True,
    responses=_BUSY,
    openapi_extra=body_of(NewChannel),
)
def add(service: Service, owner: Token, body: JsonBody) -> views.ChannelView:
    """Saves a filter as a channel, which starts with what it matches of the last 30 days."""
    new = read(NewChannel, body, service)
    service.add_channel(new, owner=owner)
    return views.channel(service.setup, new.name)


@router.get("/channels/{name}", response_model_exclude_none=True)
def show(service: Service, name: str) -> views.ChannelView:
    return views.channel(service.setup, name)


@router.delete("/channels/{name}", status_code=204)
def delete(service: Service, actor: Token, name: str) -> None:
    service.delete_channel(name, actor=actor)


@router.post("/filters/try", responses=_BUSY, openapi_extra=body_of(FilterToTry))
def try_filter(service: Service, _operator: Token, body: JsonBody) -> views.TrialView:
    """Which releases of the last 30 days a filter lets through as they read now; saves nothing."""
    wanted = read(FilterToTry, body, service).filter
    with service.trials.place():
        return views.trial(service.setup, wanted)


@router.get("/networks")
def networks(service: Service) -> tuple[views.NetworkView, ...]:
    return views.network_list(service.setup)
