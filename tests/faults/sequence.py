"""A seeded sequence: the same seed does the same things in the same order, whatever came of the ones before."""

import itertools
import math
import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

Step = Callable[[random.Random], str | None]
"""Does one thing, by the chance that it is given, and may say how. It waits for nothing but its own fault's end."""


@dataclass
class Faults:
    """Steps and their weights, drawn by the seed. Every draw has a chance of its own: see the module."""

    seed: int
    steps: Sequence[tuple[Step, int]]
    say: Callable[[str], None] = lambda _line: None
    longest_pause_s: float = 0.1
    did: list[str] = field(default_factory=list)

    def run(self, *, seconds: float = math.inf, count: int | None = None) -> None:
        """Goes on until the time is over, or that many steps are done."""
        began = time.monotonic()
        for number in itertools.count() if count is None else range(count):
            if time.monotonic() - began >= seconds:
                return
            chance = random.Random(f"{self.seed}/{number}")  # noqa: S311 (repeatable, no secret)
            step = chance.choices([each for each, _ in self.steps], [weight for _, weight in self.steps])[0]
            name = getattr(step, "__name__", "step")
            how = step(chance)
            self.did.append(name)
            self.say(f"{time.monotonic() - began:7.1f} s  {number:4}  {name}{f': {how}' if how else ''}")
            threading.Event().wait(chance.uniform(0, self.longest_pause_s))


def one_of(chance: random.Random, some: Sequence[str]) -> str:
    """One of them by a single draw: ``choice`` draws again and again, by how many there are."""
    return some[int(chance.random() * len(some))]
