"""The life of a release, a delivery and an endpoint: one table each, from which the docs' diagrams are drawn.

A release moves only along ``RELEASE_MOVES``, a delivery along ``DELIVERY_MOVES``, an endpoint along
``ENDPOINT_MOVES``. Whatever is not in a table is refused.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class ReleaseState(StrEnum):
    SCHEDULED = "scheduled"
    PUBLISHED = "published"
    WITHHELD = "withheld"
    WITHDRAWN = "withdrawn"

    @property
    def pub_status(self) -> Literal["usable", "withheld", "canceled"]:
        """IPTC pubStatus of what the public may know: usable, withheld or canceled."""
        if self is ReleaseState.WITHHELD:
            return "withheld"
        return "canceled" if self is ReleaseState.WITHDRAWN else "usable"


class Action(StrEnum):
    SUBMIT = "submit"
    LIFT = "lift"
    UPDATE = "update"
    CORRECT = "correct"
    WITHHOLD = "withhold"
    REINSTATE = "reinstate"
    RESCHEDULE = "reschedule"
    WITHDRAW = "withdraw"


class EventType(StrEnum):
    PUBLISHED = "release.published"
    UPDATED = "release.updated"
    CORRECTED = "release.corrected"
    WITHHELD = "release.withheld"
    REINSTATED = "release.reinstated"
    WITHDRAWN = "release.withdrawn"
    PING = "endpoint.ping"

    @property
    def bit(self) -> int:
        """The event type as a bit of a subscription's mask."""
        return 1 << list(EventType).index(self)


class Audience(StrEnum):
    """Who is told of a public move."""

    NOBODY = "nobody"
    MATCHING = "matching"
    RECEIVED_OR_MATCHING = "received or matching"
    RECEIVED_OR_AWAITED = "received or awaited"
    RECEIVED = "received"


class Lane(StrEnum):
    """Which deliveries go first. A retry keeps the lane of a withdrawal and falls behind otherwise."""

    WITHDRAW = "withdraw"
    CORRECT = "correct"
    PUBLISH = "publish"
    RETRY = "retry"

    @property
    def order(self) -> int:
        return list(Lane).index(self)


@dataclass(frozen=True, slots=True)
class Move:
    """One row of the table: what an action needs, what it makes, and who is told once it is public."""

    action: Action
    source: ReleaseState | None
    target: ReleaseState
    new_version: bool
    event: EventType | None
    audience: Audience
    public: str


_S, _P, _H, _W = ReleaseState.SCHEDULED, ReleaseState.PUBLISHED, ReleaseState.WITHHELD, ReleaseState.WITHDRAWN
_ALL = Audience.RECEIVED_OR_MATCHING

RELEASE_MOVES = (
    Move(Action.SUBMIT, None, _S, True, None, Audience.NOBODY, "nothing before the embargo"),
    Move(Action.SUBMIT, None, _P, True, EventType.PUBLISHED, Audience.MATCHING, "entry"),
    Move(Action.LIFT, _S, _P, False, EventType.PUBLISHED, Audience.MATCHING, "entry"),
    Move(Action.UPDATE, _S, _S, True, None, Audience.NOBODY, "nothing before the embargo"),
    Move(Action.UPDATE, _P, _P, True, EventType.UPDATED, _ALL, "entry, updated moves"),
    Move(Action.CORRECT, _S, _S, True, None, Audience.NOBODY, "nothing before the embargo"),
    Move(Action.CORRECT, _P, _P, True, EventType.CORRECTED, _ALL, "entry with the note on top"),
    Move(Action.WITHHOLD, _P, _H, True, EventType.WITHHELD, Audience.RECEIVED, "stub"),
    Move(Action.REINSTATE, _H, _P, True, EventType.REINSTATED, Audience.RECEIVED_OR_AWAITED, "entry again"),
    Move(Action.RESCHEDULE, _S, _S, False, None, Audience.NOBODY, "nothing before the embargo"),
    Move(Action.WITHDRAW, _S, _W, True, None, Audience.NOBODY, "nothing, ever"),
    Move(
        Action.WITHDRAW,
        _P,
        _W,
        True,
        EventType.WITHDRAWN,
        Audience.RECEIVED,
        "stub and tombstone, page and media 410",
    ),
    Move(
        Action.WITHDRAW,
        _H,
        _W,
        True,
        EventType.WITHDRAWN,
        Audience.RECEIVED,
        "stub and tombstone, page and media 410",
    ),
)

AUDIENCES = {move.event: move.audience for move in RELEASE_MOVES if move.event is not None}

LANES = {
    EventType.WITHDRAWN: Lane.WITHDRAW,
    EventType.WITHHELD: Lane.WITHDRAW,
    EventType.CORRECTED: Lane.CORRECT,
    EventType.UPDATED: Lane.CORRECT,
    EventType.REINSTATED: Lane.CORRECT,
    EventType.PUBLISHED: Lane.PUBLISH,
    EventType.PING: Lane.PUBLISH,
}


def moves(action: Action, source: ReleaseState | None) -> tuple[Move, ...]:
    """The rows that let this action happen in this state; none means that it is refused."""
    return tuple(move for move in RELEASE_MOVES if move.action is action and move.source is source)


class DeliveryState(StrEnum):
    WAITING = "waiting"
    """May be claimed once it is due."""
    QUEUED = "queued"
    """Stands behind others of its endpoint, or the endpoint is in back-off."""
    PARKED = "parked"
    """The endpoint is paused; nothing is lost."""
    CLAIMED = "claimed"
    """Belongs to a worker until its lease ends."""
    DELIVERED = "delivered"
    DEAD = "dead"
    """The retry schedule is used up, or the endpoint is gone; can be replayed."""
    SUPERSEDED = "superseded"
    """A newer version of the release goes to this endpoint instead."""


_ENDED = (DeliveryState.DELIVERED, DeliveryState.DEAD, DeliveryState.SUPERSEDED)
_OPEN = (DeliveryState.WAITING, DeliveryState.QUEUED, DeliveryState.PARKED)

DELIVERY_MOVES: dict[str, tuple[tuple[DeliveryState, ...], DeliveryState]] = {
    "promote": ((DeliveryState.QUEUED,), DeliveryState.WAITING),
    "hold back": ((DeliveryState.WAITING,), DeliveryState.QUEUED),
    "park": ((DeliveryState.WAITING, DeliveryState.QUEUED), DeliveryState.PARKED),
    "resume": ((DeliveryState.PARKED,), DeliveryState.QUEUED),
    "claim": ((DeliveryState.WAITING,), DeliveryState.CLAIMED),
    "deliver": ((DeliveryState.CLAIMED,), DeliveryState.DELIVERED),
    "retry": ((DeliveryState.CLAIMED,), DeliveryState.WAITING),
    "retry after a rest": ((DeliveryState.CLAIMED,), DeliveryState.QUEUED),
    "retry once resumed": ((DeliveryState.CLAIMED,), DeliveryState.PARKED),
    "give up": ((DeliveryState.CLAIMED,), DeliveryState.DEAD),
    "supersede": ((*_OPEN, DeliveryState.CLAIMED), DeliveryState.SUPERSEDED),
    "drop": (_OPEN, DeliveryState.DEAD),
    "replay": (_ENDED, DeliveryState.QUEUED),
    "replay a withdrawal": (_ENDED, DeliveryState.WAITING),
}


class EndpointState(StrEnum):
    UNVERIFIED = "unverified"
    """Its receiver has to answer a challenge first; nothing but pings is sent, and nothing is kept for it."""
    ACTIVE = "active"
    PAUSED = "paused"
    """Deliveries are parked until it is resumed."""
    DISABLED = "disabled"
    """The receiver answered 410 Gone; its owner was told."""
    REMOVED = "removed"


ENDPOINT_MOVES: dict[str, tuple[tuple[EndpointState, ...], EndpointState]] = {
    "verify": ((EndpointState.UNVERIFIED,), EndpointState.ACTIVE),
    "pause": ((EndpointState.ACTIVE,), EndpointState.PAUSED),
    "resume": ((EndpointState.PAUSED, EndpointState.DISABLED), EndpointState.ACTIVE),
    "disable": ((EndpointState.ACTIVE, EndpointState.PAUSED), EndpointState.DISABLED),
    "remove": (
        (EndpointState.UNVERIFIED, EndpointState.ACTIVE, EndpointState.PAUSED, EndpointState.DISABLED),
        EndpointState.REMOVED,
    ),
}


def sources_of(target: EndpointState) -> tuple[EndpointState, ...]:
    """The states that some move leads from to this one."""
    return tuple(dict.fromkeys(state for states, end in ENDPOINT_MOVES.values() if end is target for state in states))
