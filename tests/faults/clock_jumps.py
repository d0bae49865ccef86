"""A service whose database clock jumps, forwards and back, while releases wait for theirs.

SQLite's clock is this machine's, and may be set at any time. Here it stands still until the next jump, so that
every push is known to the microsecond.
"""

from dataclasses import dataclass, field
from random import Random
from typing import Any

from syndicator.clock import SECOND_US, from_us, isoformat
from syndicator.errors import Conflict
from syndicator.model.endpoint import NewEndpoint
from syndicator.model.lifecycle import Action
from syndicator.services.revise import Revision
from syndicator.store import deliveries
from tests.contract.house.conftest import START, House, record
from tests.faults.invariants import broken
from tests.faults.newsrooms import Newsroom
from tests.faults.sequence import Step, one_of

HOUR_US = 3600 * SECOND_US
SETTINGS = {"pause_after_days": 10_000, "attempt_timeout_s": 1}


@dataclass
class ClockJumps:
    house: House
    newsroom: Newsroom
    embargoes: dict[str, int] = field(default_factory=dict)
    releases: list[str] = field(default_factory=list)
    withdrawn: set[str] = field(default_factory=set)
    early: list[str] = field(default_factory=list)
    endpoint: str = field(init=False)
    _seen: int = 0

    def __post_init__(self) -> None:
        new = NewEndpoint(url=self.newsroom.url)
        self.endpoint = self.house.service.add_endpoint(new, owner="newsroom").id

    @property
    def steps(self) -> list[tuple[Step, int]]:
        return [
            (self.submit, 4),
            (self.embargo, 6),
            (self.update, 4),
            (self.withdraw, 1),
            (self.jump_forward, 4),
            (self.jump_back, 4),
            (self.work, 8),
            (self.lose_a_worker, 2),
            (self.trouble_the_newsroom, 2),
        ]

    def submit(self, _chance: Random) -> None:
        key = f"key-{len(self.releases)}"
        self.releases.append(self.house.submit(key=key, headline=key))

    def embargo(self, chance: Random) -> str:
        until = self.house.clock.us + int(chance.uniform(0, 48) * HOUR_US)
        key = f"key-{len(self.releases)}"
        lifts = isoformat(from_us(until))
        self.releases.append(self.house.submit(key=key, headline=key, embargo_until=lifts))
        self.embargoes[self.releases[-1]] = until
        return lifts

    def update(self, chance: Random) -> None:
        self._revise(chance, Action.UPDATE, record=record(headline=f"Update {chance.random()}"))

    def withdraw(self, chance: Random) -> None:
        self.withdrawn |= self._revise(chance, Action.WITHDRAW, note="Falsch.")

    def jump_forward(self, chance: Random) -> str:
        return self._jump(chance.uniform(0, 30))

    def jump_back(self, chance: Random) -> str:
        return self._jump(-chance.uniform(0, 30))

    def work(self, _chance: Random) -> None:
        """Does what is due. The clock stands still meanwhile: whatever arrives does so now."""
        self.house.service.drain()
        arrived = self.newsroom.envelopes[self._seen :]
        self._seen += len(arrived)
        now = self.house.clock.us
        telling = [each["data"]["id"] for each in arrived if each["type"] != "release.withdrawn"]  # that waits for none
        self.early += [release for release in telling if now < self.embargoes.get(release, 0)]

    def lose_a_worker(self, chance: Random) -> str:
        """A worker claims what is due, and is never heard of again."""
        service, now = self.house.service, self.house.clock.us
        service.sweep()
        service.fan_out("lost")
        until = now + 60 * SECOND_US
        with service.database.write() as connection:
            rows = deliveries.claim(
                service.database, connection, token=f"{chance.random()}", lease_until=until, limit=10, now=now
            )
        return f"{len(rows)} claimed"

    def trouble_the_newsroom(self, chance: Random) -> str:
        self.newsroom.mood = chance.choice(["well", "fails", "resets"])
        return self.newsroom.mood

    def settle(self) -> dict[str, object]:
        """Goes on until the furthest time that the clock ever showed is long past; what does not hold then."""
        self.newsroom.mood = "well"
        far = max([START, *self.embargoes.values()]) + 100 * 24 * HOUR_US
        self._work_on(far)
        # An attempt after the jump may have been the last of its three days: that is told, and comes by a replay.
        self.house.service.recover_since(self.endpoint, 0, actor="x", reason="the clock jumped")
        self._work_on(far + 24 * HOUR_US)
        with self.house.service.database.read() as connection:
            left: dict[str, object] = {**broken(connection, self.house.clock.us)}
        told = {each["data"]["id"] for each in self.newsroom.envelopes}
        found = {
            **left,
            "before its embargo": self.early,
            "stale after newer": self.newsroom.stale,
            "one id, two bodies": self.newsroom.altered,
            "never arrived": sorted(set(self.releases) - self.withdrawn - told),
        }
        return {name: rows for name, rows in found.items() if rows}

    def _work_on(self, since: int) -> None:
        """Some hours, one by one: on a busy machine an attempt may take longer than its second, and comes again."""
        for later in range(3):
            self.house.clock.us = since + later * HOUR_US
            self.work(Random(0))  # noqa: S311 (draws nothing)

    def _jump(self, hours: float) -> str:
        self.house.clock.us += int(hours * HOUR_US)
        return f"{hours:+.1f} h, to {isoformat(from_us(self.house.clock.us))}"

    def _revise(self, chance: Random, action: Action, **fields: Any) -> set[str]:
        """The release, unless its state allows no such thing any more."""
        if not self.releases:
            return set()
        release = one_of(chance, self.releases)
        try:
            self.house.service.revise(release, Revision(action=action, actor="x", **fields))
        except Conflict:
            return set()
        return {release}
