"""``make bench``: figures as ratios measured in one run, with pass or fail against the bars that are set for them.

Figures are printed, never asserted by the tests: a busy machine is no fault of the code. ``--only`` chooses
groups; without it every group runs one after the other.
"""

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from tests.bench import backlog, feeds, freshness, hanging, latency, per_task, serving, speed, tls
from tests.bench.figures import Figure, progress


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is stored before anything is measured."""

    endpoints: int
    releases: int
    channels: int


GROUPS: dict[str, Callable[[Scale], Iterator[Figure]]] = {
    "feeds": lambda _: feeds.measure(),
    "serving": lambda _: serving.measure(),
    "freshness": lambda scale: freshness.measure(scale.releases, scale.channels),
    "speed": lambda scale: speed.measure(scale.endpoints),
    "tls": lambda scale: tls.measure(scale.endpoints),
    "per-task": lambda scale: per_task.measure(scale.endpoints),
    "hanging": lambda scale: hanging.measure(scale.endpoints),
    "latency": lambda scale: latency.measure(scale.endpoints),
    "backlog": lambda scale: backlog.measure(scale.endpoints),
}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--endpoints", type=int, default=10_000, help="receivers of the delivery figures")
    arguments.add_argument("--releases", type=int, default=10_000, help="stored releases of the freshness figures")
    arguments.add_argument("--channels", type=int, default=500, help="stored channels of the freshness figures")
    arguments.add_argument("--only", choices=list(GROUPS), nargs="+", default=list(GROUPS), help="these groups")
    chosen = arguments.parse_args()
    scale = Scale(chosen.endpoints, chosen.releases, chosen.channels)
    for group in chosen.only:
        progress(group)
        Console(width=150).print(table(group, GROUPS[group](scale)))


def table(group: str, figures: Iterator[Figure]) -> Table:
    """Each group has a table of its own, printed when it is done: what fails later costs nothing of it."""
    made = Table(group, "measured", "compared with", "ratio", "bar", "")
    for figure in figures:
        made.add_row(*figure.cells())
    return made


if __name__ == "__main__":
    main()
