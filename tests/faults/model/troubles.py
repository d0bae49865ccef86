"""What goes wrong around the service: workers that die or come back too late, clocks, receivers."""

from dataclasses import dataclass
from random import Random

import requests

from syndicator.clock import SECOND_US
from syndicator.delivery.transport.protocol import Answer
from syndicator.services.outcomes import Sent, record
from syndicator.services.sweep import forget_old_attempts
from syndicator.store import deliveries, events
from syndicator.store.deliveries import Claimed
from tests.faults.model.desk import MOODS, UNRECORDED
from tests.faults.model.steps import People
from tests.faults.model.world import World
from tests.faults.sequence import Step

_LEASE_US = 60 * SECOND_US
_AHEAD_S = (1, 5, 10, 30, 61, 61, 300, 1800, 3 * 3600, 11 * 3600)


@dataclass
class Troubles:
    """The service's work in pieces, and what disturbs it."""

    world: World
    people: People

    @property
    def steps(self) -> list[tuple[Step, int]]:
        return [
            (self.work, 16),
            (self.sweep, 6),
            (self.fan_out, 8),
            (self.deliver, 8),
            (self.lose_a_worker, 14),
            (self.come_back_late, 8),
            (self.go_on, 12),
            (self.set_the_clock_right, 4),
            (self.change_a_mood, 8),
            (self.forget_attempts, 2),
        ]

    def work(self, _chance: Random) -> None:
        self.world.work()

    def sweep(self, _chance: Random) -> None:
        self.world.sweep()

    def fan_out(self, _chance: Random) -> None:
        self.world.fan_out()

    def deliver(self, _chance: Random) -> None:
        self.world.deliver()

    def lose_a_worker(self, chance: Random) -> str:
        """It claims some; each of them it sends or not; it dies, or what it knows is recorded far too late.

        Meanwhile publishers go on.
        """
        self.people.submit(chance)
        self.world.sweep()
        self.world.fan_out()
        database, now = self.world.house.service.database, self.world.house.clock.us
        token, limit, comes_back = f"{chance.getrandbits(120):030x}", chance.choice([1, 5, 50]), chance.random() < 0.7
        with database.write() as connection:
            rows = deliveries.claim(
                database, connection, token=token, lease_until=now + _LEASE_US, limit=limit, now=now
            )
        for row in rows:
            self._may_have_sent(row)
            if chance.random() < 0.5:
                self._send(row)
            if comes_back:
                status = chance.choice([204, 500])
                self.world.late.append(Sent(row, token, now, "late", Answer(status, None, b"", "127.0.0.1", 0.1, 1)))
        self.world.look_at_pushes()
        return f"{len(rows)} claimed, then {self.people.revise(chance)}"

    def come_back_late(self, _chance: Random) -> str:
        """Records once its leases are over, whoever was given its deliveries since."""
        over = [sent for sent in self.world.late if sent.started_at + _LEASE_US < self.world.house.clock.us]
        self.world.sweep()
        self.world.late = [sent for sent in self.world.late if sent not in over]
        if over:
            record(self.world.house.service.setup, over)
        return f"{len(over)} recorded too late"

    def go_on(self, chance: Random) -> str:
        seconds = chance.choice(_AHEAD_S)
        self.world.house.clock.us += seconds * SECOND_US
        return f"{seconds} s"

    def set_the_clock_right(self, chance: Random) -> str:
        seconds = chance.choice([1, 10, 30])
        self.world.house.clock.us -= seconds * SECOND_US
        return f"{seconds} s back"

    def change_a_mood(self, chance: Random) -> str:
        desk = chance.choice(self.world.desks)
        desk.mood = chance.choices(list(MOODS), list(MOODS.values()))[0]
        return f"{desk.id} is {desk.mood}"

    def forget_attempts(self, _chance: Random) -> None:
        setup = self.world.house.service.setup
        while forget_old_attempts(setup):
            pass
        kept_since = self.world.house.clock.us - setup.attempt_retention_us
        self.world.log_kept_since_us = max(self.world.log_kept_since_us, kept_since)

    def _may_have_sent(self, row: Claimed) -> None:
        [found] = self.world.rows("SELECT release_id FROM deliveries WHERE id = :id", id=row.id)
        if found["release_id"]:
            pair = row.endpoint_id, found["release_id"]
            self.world.expected.sent.add(pair)
            self.world.in_hand[pair] = self.world.house.clock.us + _LEASE_US

    def _send(self, row: Claimed) -> None:
        with self.world.house.service.database.read() as connection:
            body = events.payload(connection, row.event_seq, "webhook")
        headers = {"webhook-id": row.event_id, UNRECORDED: "yes"}
        assert requests.post(row.url, data=body, headers=headers, timeout=5).ok
