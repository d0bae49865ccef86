"""``make bench``: figures as ratios measured in one run, with pass or fail against the bars that are set for them.

Figures are printed, never asserted by the tests: a busy machine is no fault of the code.
"""

import argparse
from collections.abc import Iterator

from rich.console import Console
from rich.table import Table

from tests.bench import delivery, feeds, figures


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--endpoints", type=int, default=10_000, help="receivers of the delivery figures")
    arguments.add_argument("--only", choices=["feeds", "delivery"], help="one group of figures")
    chosen = arguments.parse_args()
    table = Table("figure", "measured", "compared with", "ratio", "bar", "")
    for figure in measure(chosen.endpoints, chosen.only):
        table.add_row(*figure.cells())
    Console(width=150).print(table)


def measure(endpoints: int, only: str | None) -> Iterator[figures.Figure]:
    if only in {None, "feeds"}:
        yield from feeds.measure()
    if only in {None, "delivery"}:
        yield from delivery.measure(endpoints)


if __name__ == "__main__":
    main()
