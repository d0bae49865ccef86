"""``make bench``: figures as ratios measured in one run, with pass or fail against the bars that are set for them.

Figures are printed, never asserted by the tests: a busy machine is no fault of the code. ``--only`` chooses
groups; without it every group runs one after the other.
"""

import argparse
from collections.abc import Callable, Iterator, Sequence

from rich.console import Console
from rich.table import Table

from tests.bench import backlog, feeds, hanging, latency, per_task, speed, tls
from tests.bench.figures import Figure, progress

GROUPS: dict[str, Callable[[int], Iterator[Figure]]] = {
    "feeds": lambda _: feeds.measure(),
    "speed": speed.measure,
    "tls": tls.measure,
    "per-task": per_task.measure,
    "hanging": hanging.measure,
    "latency": latency.measure,
    "backlog": backlog.measure,
}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--endpoints", type=int, default=10_000, help="receivers of the delivery figures")
    arguments.add_argument("--only", choices=list(GROUPS), nargs="+", default=list(GROUPS), help="these groups")
    chosen = arguments.parse_args()
    table = Table("figure", "measured", "compared with", "ratio", "bar", "")
    for figure in measure(chosen.endpoints, chosen.only):
        table.add_row(*figure.cells())
    Console(width=150).print(table)


def measure(endpoints: int, groups: Sequence[str]) -> Iterator[Figure]:
    for name in groups:
        progress(name)
        yield from GROUPS[name](endpoints)


if __name__ == "__main__":
    main()
