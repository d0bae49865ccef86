"""What publishers and newsrooms do, each by the chance that it is given; what is refused changes nothing."""

from dataclasses import dataclass
from random import Random
from typing import Any, Final

from syndicator.clock import SECOND_US, from_us, isoformat
from syndicator.errors import Conflict, Rejected
from syndicator.model.endpoint import ALL_EVENTS, NewSubscription
from syndicator.model.erasure import Erasure
from syndicator.model.filter import Filter
from syndicator.model.lifecycle import Action, EventType
from syndicator.services.revise import Revision
from tests.contract.house.conftest import record
from tests.faults.model.desk import Desk
from tests.faults.model.expected import Asked
from tests.faults.model.world import MOST_DESKS, World
from tests.faults.sequence import Step

_REGIONS: Final = ("DE-BY", "DE-BE")
_DESK: Final = {"name": "Pressestelle", "phone": "+49 89 100"}
_REVISIONS: Final = (
    Action.UPDATE,
    Action.CORRECT,
    Action.CORRECT,
    Action.WITHHOLD,
    Action.REINSTATE,
    Action.REINSTATE,
    Action.WITHDRAW,
    Action.RESCHEDULE,
)
_NEW_TEXT: Final = (Action.UPDATE, Action.CORRECT)


@dataclass
class People:
    """Publishers, who submit, revise and erase, and newsrooms, who manage their endpoints."""

    world: World

    @property
    def steps(self) -> list[tuple[Step, int]]:
        return [
            (self.submit, 14),
            (self.revise, 20),
            (self.erase, 3),
            (self.add, 4),
            (self.pause, 4),
            (self.resume, 6),
            (self.disable, 1),
            (self.remove, 1),
            (self.subscribe, 3),
            (self.unsubscribe, 2),
            (self.rotate, 2),
            (self.ping, 2),
            (self.replay, 5),
            (self.recover, 3),
        ]

    # --- publishers

    def submit(self, chance: Random) -> str:
        world, fields = self.world, self._text(chance)
        if chance.random() < 0.3:
            fields["embargo_until"] = self._later(chance)
        release_id = world.house.submit(key=f"key-{len(world.releases)}", **fields)
        world.releases.append(release_id)
        self._remember(release_id, 1, fields)
        return f"release {len(world.releases)}"

    def revise(self, chance: Random) -> str | None:
        action, release_id = chance.choice(_REVISIONS), self._recent(chance)
        if release_id is None or (action is Action.WITHDRAW and chance.random() < 0.7):
            return None
        fields = self._text(chance) if action in _NEW_TEXT else None
        revision = Revision(
            action=action,
            actor="m",
            record=record(**fields) if fields else None,
            note=None if action is Action.REINSTATE else "Note",
            embargo_until=from_us(self._later_us(chance)) if action is Action.RESCHEDULE else None,
        )
        try:
            version = self.world.house.service.revise(release_id, revision).version
        except (Conflict, Rejected):
            return None
        self._remember(release_id, version, fields)
        return f"{action} release {self.world.nth_release(release_id)}, now version {version}"

    def erase(self, chance: Random) -> str | None:
        """The contact of one version; refused while pushes of the release are under way."""
        named = list(self.world.names.items())
        if not named:
            return None
        (release_id, version), name = chance.choice(named)
        try:
            self.world.house.service.erase_contact(Erasure(contact=name, release=release_id), actor="m")
        except Conflict:
            return None
        del self.world.names[release_id, version]
        self.world.erased[release_id].add(name)
        for event in self.world.events("release_id = :id", id=release_id):
            self.world.bodies.pop(event.id, None)
        return name

    # --- newsrooms

    def add(self, chance: Random) -> str | None:
        world = self.world
        if len(world.desks) == MOST_DESKS:
            return None
        desk = world.closing.enter_context(Desk(world.seed, len(world.desks), world.house.clock, world.nth_release))
        asked = _asked(chance) if world.desks else Asked(ALL_EVENTS, None)
        desk.id = world.house.endpoint(desk, subscriptions=(_subscription(asked),))
        sql = "SELECT s.id FROM subscriptions s JOIN endpoints e ON e.no = s.endpoint_no WHERE e.id = :id"
        [row] = world.rows(sql, id=desk.id)
        world.desks.append(desk)
        world.expected.asked[desk.id][row["id"]] = asked
        world.expected.added_at[desk.id] = world.house.clock.us
        return f"{desk.id}, {asked}"

    def pause(self, chance: Random) -> str | None:
        return self._change(chance, "pause", "active")

    def resume(self, chance: Random) -> str | None:
        return self._change(chance, "resume", "paused", "disabled")

    def disable(self, chance: Random) -> str | None:
        return self._change(chance, "disable", "active", "paused")

    def remove(self, chance: Random) -> str | None:
        return self._change(chance, "remove", "active", "paused", "disabled") if chance.random() < 0.4 else None

    def subscribe(self, chance: Random) -> str | None:
        desk, asked = self._one(chance, "active", "paused", "disabled"), _asked(chance)
        if desk is None:
            return None
        number = self.world.house.service.add_subscription(desk.id, _subscription(asked), actor="m")
        self.world.expected.asked[desk.id][number] = asked
        return f"{desk.id}, {asked}"

    def unsubscribe(self, chance: Random) -> str | None:
        desk = self._one(chance, "active", "paused", "disabled")
        if desk is None or not (held := self.world.expected.asked[desk.id]):
            return None
        ended = chance.choice(list(held))
        self.world.house.service.remove_subscription(desk.id, ended, actor="m")
        return f"{desk.id}, {held.pop(ended)}"

    def rotate(self, chance: Random) -> str | None:
        desk, overlap_s = self._one(chance, "active", "paused"), chance.choice([0, 60, 24 * 3600])
        if desk is None:
            return None
        try:
            secret = self.world.house.service.rotate_secret(desk.id, actor="m", overlap_s=overlap_s)
        except Conflict:
            return None
        desk.rotated(secret, overlap_s * SECOND_US)
        return f"{desk.id}, the older ones sign for {overlap_s} s"

    def ping(self, chance: Random) -> str | None:
        if desk := self._one(chance, "active", "paused", "disabled"):
            self.world.house.service.test_endpoint(desk.id, actor="m")
        return desk.id if desk else None

    def replay(self, chance: Random) -> str | None:
        ended = self.world.rows("""
            SELECT d.id, d.release_id, d.event_seq, v.id AS event_id, e.id AS endpoint_id FROM deliveries d
              JOIN endpoints e ON e.no = d.endpoint_no JOIN events v ON v.seq = d.event_seq
             WHERE d.state IN ('delivered', 'dead', 'superseded') AND e.state <> 'removed' ORDER BY d.id
        """)
        if not ended:
            return None
        row = chance.choice(ended)
        try:
            self.world.house.service.replay_delivery(row["id"], actor="m", reason="model")
        except Conflict:
            return None
        self.world.may_come_again.add((row["endpoint_id"], row["event_id"]))
        if row["release_id"]:
            self.world.expected.replay(row["endpoint_id"], row["release_id"], row["event_seq"])
        return f"delivery {row['id']}"

    def recover(self, chance: Random) -> str | None:
        if desk := self._one(chance, "active"):
            self.world.recover(desk)
        return desk.id if desk else None

    # --- choices

    def _text(self, chance: Random) -> dict[str, Any]:
        number = len(self.world.names) + chance.randrange(10**9)
        contact = {"name": f"Person{number}", "phone": f"+49 89 7{number:09}"}
        regions = chance.sample(_REGIONS, chance.choice([0, 1, 1, 2]))
        return {"headline": f"Headline {chance.random()}", "regions": regions, "contacts": [contact, _DESK]}

    def _remember(self, release_id: str, version: int, fields: dict[str, Any] | None) -> None:
        regions = self.world.expected.regions.setdefault(release_id, {})
        regions[version] = fields["regions"] if fields else regions[max(regions)]
        if fields:
            self.world.names[release_id, version] = fields["contacts"][0]["name"]

    def _later_us(self, chance: Random) -> int:
        return self.world.house.clock.us + chance.choice([5, 60, 4000]) * SECOND_US

    def _later(self, chance: Random) -> str:
        return isoformat(from_us(self._later_us(chance)))

    def _recent(self, chance: Random) -> str | None:
        return chance.choice(self.world.releases[-4:]) if self.world.releases else None

    def _one(self, chance: Random, *states: str) -> Desk | None:
        found = self.world.desks_that_are(*states)
        return chance.choice(found) if found else None

    def _change(self, chance: Random, move: str, *states: str) -> str | None:
        desk = self._one(chance, *states)
        if desk is None:
            return None
        self.world.house.service.change_endpoint(desk.id, move, actor="m")
        if move == "remove":
            self.world.expected.asked[desk.id].clear()
        return desk.id


def _asked(chance: Random) -> Asked:
    types = chance.choice([ALL_EVENTS, (EventType.PUBLISHED,), tuple(chance.sample(ALL_EVENTS, 2))])
    return Asked(types, chance.choice([None, None, *_REGIONS]))


def _subscription(asked: Asked) -> NewSubscription:
    if asked.region is None:
        return NewSubscription(events=asked.types)
    return NewSubscription(events=asked.types, filter=Filter.model_validate({"region": asked.region}))
