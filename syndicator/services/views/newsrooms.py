"""Endpoints, deliveries and attempts as the operator sees them."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from syndicator.clock import from_us
from syndicator.errors import Fault, NotFound, Rejected
from syndicator.model.lifecycle import DeliveryState, EndpointState, EventType
from syndicator.services.setup import Setup
from syndicator.store import attempts, delivery_lists, endpoints
from syndicator.store.database import RowMapping

_FROZEN = ConfigDict(frozen=True)
_LAST_ATTEMPTS = 20


class Attempt(BaseModel):
    """One request to an endpoint. ``answer`` is what came back, its first 2 kB read as UTF-8."""

    model_config = _FROZEN
    delivery_id: int
    number: int
    started_at: datetime
    duration_us: int
    outcome: str
    status: int | None = None
    reason: str | None = None
    answer: str | None = None
    address: str | None = None
    bytes_sent: int
    trigger: str
    by: str


class Subscription(BaseModel):
    model_config = _FROZEN
    id: str
    events: tuple[EventType, ...]
    filter: dict[str, Any]
    created_at: datetime


class EndpointLine(BaseModel):
    """An endpoint; ``failures`` counts those since the last success."""

    model_config = _FROZEN
    id: str
    owner: str
    url: str
    description: str
    state: EndpointState
    notice: str | None = None
    failures: int
    failing_since: datetime | None = None
    backoff_until: datetime | None = None
    created_at: datetime


class EndpointView(EndpointLine):
    """The same with what it wants and what was sent to it last."""

    subscriptions: tuple[Subscription, ...]
    last_attempts: tuple[Attempt, ...]


class DeliveryLine(BaseModel):
    """One event to one endpoint."""

    model_config = _FROZEN
    id: int
    state: DeliveryState
    event_id: str
    event_type: EventType
    release_id: str | None = None
    version: int | None = None
    endpoint_id: str
    url: str
    attempts: int
    trigger: str
    due_at: datetime
    finished_at: datetime | None = None


class DeliveryView(DeliveryLine):
    attempt_log: tuple[Attempt, ...]


class DeliveryPage(BaseModel):
    """Deliveries, newest first; ``next`` is the cursor for older ones, if there are any."""

    model_config = _FROZEN
    deliveries: tuple[DeliveryLine, ...]
    next: int | None = None


def endpoint_list(setup: Setup, *, owner: str = "", after: str = "", limit: int = 1000) -> tuple[EndpointLine, ...]:
    """Endpoints of that owner, or of all, in the order they were added; ``after`` the last id of the page before.

    Rejected where that is the id of none: to begin again would show who follows the pages the first one for ever.
    """
    with setup.database.read() as connection:
        if after and not endpoints.was_added(connection, after):
            fault = Fault(
                "after", f"{after!r:.80} is no endpoint's id", "give the last id of the page before, or nothing"
            )
            raise Rejected([fault])
        rows = endpoints.listed(connection, owner=owner, after=after, limit=limit)
        return tuple(EndpointLine(**_endpoint(row)) for row in rows)


def endpoint(setup: Setup, endpoint_id: str) -> EndpointView:
    with setup.database.read() as connection:
        row = endpoints.get(connection, endpoint_id)
        return EndpointView(
            **_endpoint(row),
            subscriptions=tuple(_subscription(each) for each in endpoints.subscriptions(connection, row["no"])),
            last_attempts=_attempts(attempts.last(connection, row["no"], _LAST_ATTEMPTS)),
        )


def delivery_page(
    setup: Setup,
    *,
    state: DeliveryState | None = None,
    release: str | None = None,
    endpoint: str | None = None,
    before: int | None = None,
    limit: int = 50,
) -> DeliveryPage:
    """The newest deliveries that fit; ``before`` is the ``next`` of the page before."""
    with setup.database.read() as connection:
        rows = delivery_lists.listed(
            setup.database, connection, limit + 1, state=state, release=release, endpoint=endpoint, before=before
        )
    shown = rows[:limit]
    return DeliveryPage(
        deliveries=tuple(DeliveryLine(**_delivery(row)) for row in shown),
        next=shown[-1]["id"] if len(rows) > limit else None,
    )


def delivery(setup: Setup, delivery_id: int) -> DeliveryView:
    with setup.database.read() as connection:
        row = delivery_lists.get(connection, delivery_id)
        if row is None:
            message = f"there is no delivery {delivery_id}"
            raise NotFound(message)
        return DeliveryView(**_delivery(row), attempt_log=_attempts(attempts.of_delivery(connection, delivery_id)))


def _endpoint(row: RowMapping) -> dict[str, Any]:
    return {
        **_picked(row, ("id", "owner", "url", "description", "state", "notice", "failures")),
        "failing_since": _instant(row["failing_since"]),
        "backoff_until": _instant(row["backoff_until"] or None),
        "created_at": from_us(row["created_at"]),
    }


def _subscription(row: RowMapping) -> Subscription:
    return Subscription(
        id=row["id"],
        events=tuple(kind for kind in EventType if kind.bit & row["event_mask"]),
        filter=json.loads(row["tree"]),
        created_at=from_us(row["created_at"]),
    )


def _delivery(row: RowMapping) -> dict[str, Any]:
    names = (
        "id",
        "state",
        "event_id",
        "event_type",
        "release_id",
        "version",
        "endpoint_id",
        "url",
        "attempts",
        "trigger",
    )
    return {
        **_picked(row, names),
        "due_at": from_us(row["due_at"]),
        "finished_at": _instant(row["finished_at"]),
    }


def _attempts(rows: Sequence[RowMapping]) -> tuple[Attempt, ...]:
    names = (
        "delivery_id",
        "number",
        "duration_us",
        "outcome",
        "status",
        "reason",
        "address",
        "bytes_sent",
        "trigger",
        "by",
    )
    return tuple(
        Attempt(
            **_picked(row, names),
            started_at=from_us(row["started_at"]),
            answer=None if row["answer"] is None else bytes(row["answer"]).decode("utf-8", "replace"),
        )
        for row in rows
    )


def _picked(row: RowMapping, names: Iterable[str]) -> dict[str, Any]:
    return {name: row[name] for name in names}


def _instant(us: int | None) -> datetime | None:
    return None if us is None else from_us(us)
