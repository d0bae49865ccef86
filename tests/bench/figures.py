"""One measured figure beside what it is compared with."""

import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

ROUNDS: Final = 5


@dataclass(frozen=True, slots=True)
class Figure:
    """``ratio`` is what the bar is about; ``at_least`` says on which side of the bar it should be."""

    name: str
    measured: str
    compared: str
    ratio: float | None = None
    bar: float | None = None
    at_least: bool = True

    def cells(self) -> tuple[str, ...]:
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}"
        if self.bar is None or self.ratio is None:
            return (self.name, self.measured, self.compared, ratio, "", "")
        good = self.ratio >= self.bar if self.at_least else self.ratio <= self.bar
        sign = "≥" if self.at_least else "≤"
        return (self.name, self.measured, self.compared, ratio, f"{sign} {self.bar:g}", "pass" if good else "FAIL")


class BenchFailed(RuntimeError):
    """Something did not come true that had to before anything could be measured."""


def absolute(name: str, value: float, bar: float, unit: str, *, at_least: bool = True) -> Figure:
    """A figure that is held against a fixed number: the ratio is how many times that number it is."""
    shown = f"{value:,.0f}" if value >= 100 else f"{value:,.1f}"
    return Figure(name, f"{shown} {unit}", f"the bar: {bar:,g} {unit}", value / bar, 1, at_least)


def progress(text: str) -> None:
    """Tells whoever waits; the table alone goes to stdout."""
    print(f"bench: {text}", file=sys.stderr, flush=True)


def cpu_ms(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """The median CPU time of this process for the work, in milliseconds."""
    times = []
    for _ in range(rounds):
        before = time.process_time()
        work()
        times.append((time.process_time() - before) * 1000)
    return sorted(times)[len(times) // 2]


def memory_mb() -> float:
    """The most memory this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
