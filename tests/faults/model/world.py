"""A service, its newsrooms and what the model expects of it; the service's own work, compared step by step."""

from collections import defaultdict
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import text

from syndicator.clock import SECOND_US
from syndicator.model.lifecycle import EventType
from syndicator.services.fanout import BATCH
from syndicator.services.outcomes import Sent
from tests.contract.house.conftest import House
from tests.faults.model.desk import Desk, Push
from tests.faults.model.expected import Event, Expected

MOST_DESKS = 5
_BY = "model"
_EVENTS = (
    "SELECT seq, id, type, release_id, version, created_at, fanned_out_at FROM events WHERE release_id IS NOT NULL"
)
_TOLD = """
    SELECT e.id AS endpoint_id, d.event_seq AS seq FROM deliveries d JOIN endpoints e ON e.no = d.endpoint_no
     WHERE d.release_id IS NOT NULL
"""
_REVOCATIONS = {EventType.WITHHELD, EventType.WITHDRAWN}
# Named by its event: a lane that is wrong must not hide it. It waits for an attempt in flight, and for nothing else.
_SLOW_REVOCATIONS = """
    SELECT d.id, v.type, d.state FROM deliveries d
      JOIN events v ON v.seq = d.event_seq JOIN endpoints e ON e.no = d.endpoint_no
     WHERE v.type IN ('release.withheld', 'release.withdrawn') AND d.state IN ('waiting', 'queued', 'parked')
       AND d.due_at <= :now AND e.state IN ('active', 'paused')
       AND NOT EXISTS (SELECT 1 FROM deliveries o WHERE o.release_id = d.release_id AND o.endpoint_no = d.endpoint_no
                          AND o.state = 'claimed')
"""


class DivergedError(AssertionError):
    """The service did other than the model."""


@dataclass
class World:
    house: House
    seed: int
    expected: Expected = field(default_factory=Expected)
    desks: list[Desk] = field(default_factory=list)
    releases: list[str] = field(default_factory=list)
    names: dict[tuple[str, int], str] = field(default_factory=dict)
    """The contact of each version, for as long as nobody erased it."""
    erased: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    may_come_again: set[tuple[str, str]] = field(default_factory=set)
    """Endpoint and event: asked for once more, or in the hands of a worker that may have sent it."""
    in_hand: dict[tuple[str, str], int] = field(default_factory=dict)
    """Endpoint and release that a worker has in hand, until its lease is over."""
    late: list[Sent] = field(default_factory=list)
    log_kept_since_us: int = 0
    bodies: dict[str, bytes] = field(default_factory=dict)
    """What was sent for an event: the same bytes each time, until an erasure."""
    delivered: set[tuple[str, str]] = field(default_factory=set)
    _newest: dict[tuple[str, str], int] = field(default_factory=dict)
    _seen: dict[str, int] = field(default_factory=dict)
    closing: ExitStack = field(default_factory=ExitStack)

    # --- what the service knows

    def rows(self, sql: str, **values: object) -> list[dict[str, Any]]:
        with self.house.service.database.read() as connection:
            return [dict(row) for row in connection.execute(text(sql), values).mappings()]

    def events(self, where: str = "TRUE", **values: object) -> list[Event]:
        return [
            Event(
                row["seq"],
                row["id"],
                EventType(row["type"]),
                row["release_id"],
                row["version"],
                row["created_at"],
                row["fanned_out_at"] is None,
            )
            for row in self.rows(f"{_EVENTS} AND {where} ORDER BY seq", **values)
        ]

    def desks_that_are(self, *states: str) -> list[Desk]:
        found = {row["id"]: row["state"] for row in self.rows("SELECT id, state FROM endpoints")}
        return [desk for desk in self.desks if found[desk.id] in states]

    def nth_release(self, release_id: str | None) -> int:
        return self.releases.index(release_id) + 1 if release_id else 0

    # --- its work

    def work(self) -> None:
        for _ in range(3):
            self.sweep()
            self.fan_out()
            self.deliver()

    def sweep(self) -> None:
        self.house.service.sweep()

    def fan_out(self) -> None:
        """Who is told of each open event, by the model and by the service."""
        told = self.desks_that_are("active", "paused")
        expected = {
            (desk.id, event.seq): self.expected.fan_out(event, desk.id)
            for event in self.events("fanned_out_at IS NULL")[:BATCH]
            for desk in told
        }
        self.house.service.fan_out(_BY)
        found = {(row["endpoint_id"], row["seq"]) for row in self.rows(_TOLD)}
        wrong = {pair: is_told for pair, is_told in expected.items() if is_told != (pair in found)}
        self.differs_if(wrong, "fanned out to others; the model says")

    def deliver(self) -> None:
        """Until nothing more is due, and all of it is recorded."""
        while self.house.service.deliver(_BY):
            self.house.service.courier.settle()
        self.house.service.courier.settle()
        self.look_at_pushes()
        self.differs_if(self.rows(_SLOW_REVOCATIONS, now=self.house.clock.us), "a revocation waits")

    def recover(self, desk: Desk) -> None:
        """From the beginning: what goes out once more is compared with the model."""
        self.house.service.recover_since(desk.id, 0, actor="m", reason="model")
        of_release = defaultdict[str, list[Event]](list)
        for event in self.events():
            of_release[event.release_id].append(event)
        for events in of_release.values():
            if self.expected.recover(desk.id, events):
                self.may_come_again.add((desk.id, events[-1].id))
        found = {row["seq"] for row in self.rows(_TOLD) if row["endpoint_id"] == desk.id}
        told = {seq for (desk_id, _), some in self.expected.told.items() if desk_id == desk.id for seq in some}
        self.differs_if(found ^ told, f"{desk.id} recovered other events")

    # --- what came in

    def look_at_pushes(self) -> None:
        """All that was sent since the last look, before anything else is done."""
        events = {event.id: event for event in self.events()}
        public = {row["id"]: row["published_at"] for row in self.rows("SELECT id, published_at FROM releases")}
        for desk in self.desks:
            seen, self._seen[desk.id] = self._seen.get(desk.id, 0), len(desk.pushes)
            for push in desk.pushes[seen:]:
                if push.release_id:
                    at, event = public[push.release_id], events[push.event_id]
                    is_early = at is None or (push.at_us < at and event.type not in _REVOCATIONS)
                    self.differs_if(is_early, f"{push} came before its embargo")
                    self._look_at(desk, push, event)
                if push.is_recorded:
                    is_in_hand = push.at_us <= self.in_hand.get((desk.id, push.release_id or ""), 0)
                    self.differs_if(is_in_hand, f"{desk.id} was sent {push.event_id} while another attempt was made")
                    self._not_twice(desk, push)
            self.differs_if(desk.unsigned, f"{desk.id} was sent what its secrets did not sign")

    def _look_at(self, desk: Desk, push: Push, event: Event) -> None:
        pair = desk.id, event.release_id
        self.expected.sent.add(pair)
        self.differs_if(event.seq not in self.expected.told[pair], f"{desk.id} was sent what is not for it: {event}")
        newest = self._newest[pair] = max(self._newest.get(pair, 0), event.seq)
        self.differs_if(newest > event.seq, f"{desk.id} was sent {event} after event {newest}")
        first = self.bodies.setdefault(event.id, push.body)
        self.differs_if(first != push.body, f"{event} had other bytes before")
        named = [name for name in self.erased[event.release_id] if name.encode() in push.body]
        self.differs_if(named, f"{event} names whom an erasure took out")

    def _not_twice(self, desk: Desk, push: Push) -> None:
        pair = desk.id, push.event_id
        is_double = pair in self.delivered and pair not in self.may_come_again
        self.differs_if(is_double, f"{desk.id} was sent {push.event_id} again after it was delivered")
        if push.status < 300:
            self.delivered.add(pair)
            self.may_come_again.discard(pair)

    def differs_if(self, found: object, what: str) -> None:
        if found:
            message = what if found is True else f"{what}: {found}"
            raise DivergedError(message)

    def settle(self) -> None:
        """Every receiver well, every endpoint back, and time enough: until nothing is under way."""
        for desk in self.desks:
            desk.mood = "good"
        self.work()
        for _ in range(60):
            for desk in self.desks_that_are("paused", "disabled"):
                self.house.service.change_endpoint(desk.id, "resume", actor="m")
            self.work()
            self.house.clock.us += 3 * 3600 * SECOND_US
            left = self.rows("SELECT id, state FROM deliveries WHERE state NOT IN ('delivered', 'dead', 'superseded')")
            if not left and not self.events("fanned_out_at IS NULL"):
                return
        self.differs_if("after a week", "something is under way for ever")
