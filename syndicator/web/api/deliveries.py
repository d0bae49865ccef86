"""What was pushed, what waits, what failed. All of it is the operator's."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from syndicator.model.lifecycle import DeliveryState
from syndicator.services.views import newsrooms as views
from syndicator.web.api.endpoints import Reason
from syndicator.web.requests import JsonBody, Service, Token, body_of, read

router = APIRouter(prefix="/api/v1/deliveries", tags=["deliveries"])

_MAX_BIGINT = 2**63 - 1
Number = Annotated[int, Path(ge=1, le=_MAX_BIGINT)]


@router.get("", response_model_exclude_none=True)
def listed(
    service: Service,
    _operator: Token,
    state: DeliveryState | None = None,
    release: Annotated[str | None, Query(max_length=64)] = None,
    endpoint: Annotated[str | None, Query(max_length=64)] = None,
    before: Annotated[
        int | None, Query(ge=1, le=_MAX_BIGINT, description="The cursor: next of the page before.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> views.DeliveryPage:
    """Deliveries, newest first."""
    return views.delivery_page(
        service.setup, state=state, release=release, endpoint=endpoint, before=before, limit=limit
    )


@router.get("/{delivery_id}", response_model_exclude_none=True)
def show(service: Service, _operator: Token, delivery_id: Number) -> views.DeliveryView:
    """One delivery with every attempt that the log still keeps."""
    return views.delivery(service.setup, delivery_id)


@router.post("/{delivery_id}/replay", status_code=202, response_model_exclude_none=True, openapi_extra=body_of(Reason))
def replay(service: Service, actor: Token, delivery_id: Number, body: JsonBody) -> views.DeliveryView:
    """Sends it again: same webhook-id, same bytes, a new series of attempts."""
    wanted = read(Reason, body, service)
    service.replay_delivery(delivery_id, actor=actor, reason=wanted.reason)
    return views.delivery(service.setup, delivery_id)
