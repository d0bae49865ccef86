"""What every size of the service has in common under faults: receivers, a publisher, and the verdict at the end."""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from sqlalchemy import create_engine, text

from syndicator.clock import system_now_us
from tests.e2e.conftest import Machine, client, until
from tests.faults.invariants import broken
from tests.faults.newsrooms import Newsroom, believed
from tests.faults.publisher import Publisher
from tests.faults.sequence import Step

# The schedule waits for minutes and hours; the run's end does not.
_HURRY = (
    "UPDATE deliveries SET due_at = 1 WHERE state = 'waiting'",
    "UPDATE endpoints SET backoff_until = 1 WHERE backoff_until > 1",
)
# An embargo may lift when the last fault is over; until then what it holds has arrived nowhere.
_HELD = text("SELECT id FROM releases WHERE state = 'scheduled'")
Verdict = dict[str, Sequence[object]]


@dataclass
class Site:
    """Newsrooms are subscribed by ``open``. The last of them is the one that may close for good."""

    machine: Machine
    newsrooms: list[Newsroom]
    findings: list[str] = field(default_factory=list)
    publisher: Publisher = field(init=False)

    def __post_init__(self) -> None:
        self.publisher = Publisher(self.machine)

    @property
    def lasting(self) -> list[Newsroom]:
        return self.newsrooms[:-1]

    def open(self) -> None:
        self.await_ready()
        for newsroom in self.newsrooms:
            client(self.machine).post("/api/v1/endpoints", {"url": newsroom.url})

    def await_ready(self) -> None:
        until(lambda: client(self.machine).text("/readyz"), self.machine, "the service is ready")

    def common_steps(self) -> list[tuple[Step, int]]:
        return [
            (self.publisher.submit, 10),
            (self.publisher.embargo, 5),
            (self.publisher.update, 6),
            (self.publisher.withdraw, 1),
            (self.publisher.attach, 1),
            (self.trouble_a_newsroom, 6),
            (self.close_a_newsroom, 1),
            (self.kill_a_command, 1),
        ]

    def trouble_a_newsroom(self, chance: Random) -> str:
        place = int(chance.random() * len(self.lasting))
        return f"{place} {self.lasting[place].trouble(chance)}"

    def close_a_newsroom(self, _chance: Random) -> None:
        self.newsrooms[-1].mood = "gone"

    def kill_a_command(self, chance: Random) -> str:
        after_s = chance.uniform(0.2, 0.8)
        command = self.publisher.start_a_command(chance)
        threading.Event().wait(after_s)
        command.kill()
        return f"after {after_s:.2f} s"

    def verdict(self, deadline_s: float = 90) -> Verdict:
        """Ends all trouble and waits until every invariant holds; what does not, when the time is over."""
        for newsroom in self.lasting:
            newsroom.mood = "well"
        left = self._settle(deadline_s)
        lost = self.publisher.lost()
        left = {**left, **self._settle(deadline_s)}
        found: Verdict = {**left, "seen while it ran": self.findings, "lost, or two for one key": lost, **self.seen()}
        return {name: rows for name, rows in found.items() if rows}

    def seen(self) -> Verdict:
        """What newsrooms and the folder of files show, beside what the database says of itself."""
        return {
            "damaged files": self.publisher.damaged(),
            "stale after newer": [each for newsroom in self.newsrooms for each in newsroom.stale],
            "one id, two bodies": [each for newsroom in self.newsrooms for each in newsroom.altered],
            "called delivered without a yes": self._believed(),
            "never arrived": self._missed(),
        }

    def _settle(self, deadline_s: float) -> Verdict:
        engine = create_engine(self.database_url)
        left: Verdict = {}
        ends = time.monotonic() + deadline_s
        try:
            while time.monotonic() < ends:
                with engine.begin() as connection:
                    for statement in _HURRY:
                        connection.execute(text(statement))
                with engine.connect() as connection:
                    left = {**broken(connection, system_now_us()), "held": connection.execute(_HELD).scalars().all()}
                left = {name: rows for name, rows in left.items() if rows}
                if not left:
                    return {}
                threading.Event().wait(0.2)
        finally:
            engine.dispose()
        return left

    @property
    def database_url(self) -> str:
        return self.machine.environment["SYNDICATOR_DATABASE_URL"]

    def _believed(self) -> list[str]:
        engine = create_engine(self.database_url)
        try:
            with engine.connect() as connection:
                return believed(connection, self.newsrooms)
        finally:
            engine.dispose()

    def _missed(self) -> list[str]:
        """Releases that a lasting newsroom never heard of; of one withdrawn early it rightly never does."""
        due = set(self.publisher.accepted.values()) - self.publisher.withdrawn
        return sorted(
            release
            for newsroom in self.lasting
            for release in due - {each["data"]["id"] for each in newsroom.envelopes}
        )
