"""Read and set publishers' profiles. The operator's alone: who will issue something is nobody's business before."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from syndicator.model.publisher import Profile
from syndicator.services.profiles import set_profile
from syndicator.services.views import publishers as views
from syndicator.web.requests import JsonBody, Service, Token, body_of, read

router = APIRouter(prefix="/api/v1/publishers", tags=["publishers"])

Key = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$", description="The name of the publisher's channel.")]


@router.get("", response_model_exclude_none=True)
def listed(
    service: Service,
    owner: Token,
    after: Annotated[
        str, Query(pattern=r"^[a-z0-9-]{0,64}$", description="The cursor: the last key of the page before.")
    ] = "",
    limit: Annotated[int, Query(ge=1, le=1000)] = 1000,
) -> tuple[views.PublisherView, ...]:
    """The publishers whose releases came in, or whose profile was set, by key. As many as ``limit``: ask for more."""
    return views.profile_list(service.setup, owner=owner, after=after, limit=limit)


@router.get("/{key}", response_model_exclude_none=True)
def show(service: Service, owner: Token, key: Key) -> views.PublisherView:
    return views.profile(service.setup, key, owner=owner)


@router.put("/{key}", response_model_exclude_none=True, openapi_extra=body_of(Profile))
def put(service: Service, owner: Token, key: Key, body: JsonBody) -> views.PublisherView:
    """Sets the profile: what texts are completed by and releases are compared with. No issued release changes."""
    set_profile(service.setup, key, read(Profile, body, service), owner=owner)
    return views.profile(service.setup, key, owner=owner)
