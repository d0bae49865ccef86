"""What a newsroom registers: an address, and what it wants to be sent there."""

from typing import Annotated

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WithJsonSchema,
    WrapValidator,
)
from pydantic.config import JsonDict
from pydantic_core import PydanticKnownError

from syndicator.model.filter import EVERYTHING, Filter
from syndicator.model.lifecycle import EventType
from syndicator.model.text import Line

ALL_EVENTS = tuple(kind for kind in EventType if kind is not EventType.PING)
_EXPECTED = " or ".join((", ".join(f"'{kind}'" for kind in ALL_EVENTS[:-1]), f"'{ALL_EVENTS[-1]}'"))


def _of_release(value: object, read: ValidatorFunctionWrapHandler) -> EventType:
    if value == EventType.PING:
        message = f"{EventType.PING} cannot be subscribed to: a test of an endpoint sends it; leave it out"
        raise ValueError(message)
    try:
        kind: EventType = read(value)
    except ValidationError:
        raise PydanticKnownError("enum", {"expected": _EXPECTED}) from None
    return kind


OfRelease = Annotated[
    EventType,
    WrapValidator(_of_release),
    WithJsonSchema({"type": "string", "enum": [str(kind) for kind in ALL_EVENTS]}),
]
"""A type of event that can be subscribed to."""


_EVERYTHING: JsonDict = EVERYTHING.model_dump(by_alias=True, exclude_none=True)
"""As it is described: pydantic would show each test that is not in it as null, which is refused."""


class NewSubscription(BaseModel):
    """Event types and a filter. A withdrawal reaches whoever received the release, whatever stands here."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    events: Annotated[tuple[OfRelease, ...], Field(min_length=1, max_length=len(ALL_EVENTS))] = ALL_EVENTS
    filter: Filter = Field(default=EVERYTHING, json_schema_extra={"default": _EVERYTHING})

    @property
    def mask(self) -> int:
        return sum({kind.bit for kind in self.events})


class NewEndpoint(BaseModel):
    """An endpoint as its newsroom states it; one subscription to everything unless others are given."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: Annotated[str, Field(min_length=1, max_length=2000)]
    description: Line | None = None
    verify: bool = Field(
        default=False, description="Push nothing until the receiver has answered the challenge of a signed ping."
    )
    owner: Line | None = Field(default=None, description="The newsroom; the token's own name when left out.")
    subscriptions: Annotated[tuple[NewSubscription, ...], Field(min_length=1, max_length=20)] = Field(
        default=(NewSubscription(),),
        json_schema_extra={"default": [{"events": [str(kind) for kind in ALL_EVENTS], "filter": _EVERYTHING}]},
    )
