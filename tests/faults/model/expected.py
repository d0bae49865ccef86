"""Who is to be told of what, in the words of docs/decisions/0008-who-is-told.md and without a database."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from syndicator.model.lifecycle import EventType

_REVOKES: Final = (EventType.WITHHELD, EventType.WITHDRAWN)
_MATCHED: Final = (EventType.PUBLISHED, EventType.UPDATED, EventType.CORRECTED)


class Event(NamedTuple):
    """A public event of a release. Its time in microseconds."""

    seq: int
    id: str
    type: EventType
    release_id: str
    version: int
    created_at: int
    is_open: bool


class Asked(NamedTuple):
    """A subscription: event types, and a region or any."""

    types: tuple[EventType, ...]
    region: str | None


@dataclass
class Expected:
    """What each newsroom was to be told, was sent, and should end with. Newsrooms by the endpoint's id."""

    asked: defaultdict[str, dict[str, Asked]] = field(default_factory=lambda: defaultdict(dict))
    added_at: dict[str, int] = field(default_factory=dict)
    regions: dict[str, dict[int, Sequence[str]]] = field(default_factory=dict)
    told: defaultdict[tuple[str, str], set[int]] = field(default_factory=lambda: defaultdict(set))
    sent: set[tuple[str, str]] = field(default_factory=set)
    last: dict[tuple[str, str], int] = field(default_factory=dict)
    """The event that a newsroom is to end with, of each release that it is told of."""

    def fan_out(self, event: Event, endpoint_id: str) -> bool:
        """Whether an endpoint that is active or paused is told."""
        pair = endpoint_id, event.release_id
        if not self._is_told(event, endpoint_id):
            self.last.pop(pair, None)
            return False
        self.told[pair].add(event.seq)
        self.last[pair] = event.seq
        return True

    def replay(self, endpoint_id: str, release_id: str, seq: int) -> None:
        self.last[endpoint_id, release_id] = seq

    def recover(self, endpoint_id: str, events: Sequence[Event]) -> bool:
        """Whether the newest of a release's events goes to the endpoint, since ever."""
        newest, pair = events[-1], (endpoint_id, events[-1].release_id)
        if newest.is_open:
            return False
        is_told = newest.seq in self.told[pair]
        since = [event for event in events if event.created_at >= self.added_at[endpoint_id]]
        if not is_told and (self.told[pair] or since):
            is_told = pair in self.sent or self._missed(endpoint_id, newest, since)
        if is_told:
            self.told[pair].add(newest.seq)
            self.last[pair] = newest.seq
        return is_told

    def _is_told(self, event: Event, endpoint_id: str) -> bool:
        pair = endpoint_id, event.release_id
        had = pair in self.sent
        awaits = bool(self.told[pair]) and self._wants(endpoint_id, event)
        asks = self._wants(endpoint_id, event, [event.type])
        match event.type:
            case EventType.PUBLISHED:
                return asks
            case EventType.UPDATED | EventType.CORRECTED:
                return had or awaits or asks
            case EventType.REINSTATED:
                return had or awaits
            case _:
                return had

    def _missed(self, endpoint_id: str, newest: Event, since: Sequence[Event]) -> bool:
        return (
            newest.type not in _REVOKES
            and self._wants(endpoint_id, newest)
            and any(event.type in _MATCHED and self._wants(endpoint_id, event, [event.type]) for event in since)
        )

    def _wants(self, endpoint_id: str, event: Event, types: Collection[EventType] = tuple(EventType)) -> bool:
        regions = self.regions[event.release_id][event.version]
        return any(
            set(types) & set(each.types) and (each.region is None or each.region in regions)
            for each in self.asked[endpoint_id].values()
        )
