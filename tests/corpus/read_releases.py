"""Reads real releases from a folder and measures the reading against labels made by hand.

Run by ``make corpus DIR=…``. Exit code 1 when a bar is missed, a line is lost or a text is not read; 0 when the
folder does not exist, which is said.
"""

import argparse
import hashlib
import sys
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from syndicator.intake.fields.reading import Reading
from syndicator.intake.parts.layout import Part
from syndicator.intake.read import read
from tests.unit.intake.lost import lost_lines

LABELS: Final = Path(__file__).parent / "labels.toml"
BARS: Final = {"title": 0.95, "boilerplate": 0.85, "contact": 0.85}
DEFAULT: Final = Path(__file__).parents[3] / "shared" / "data"


@dataclass(frozen=True, slots=True)
class Label:
    """What a person saw in one release: line numbers, and the text's hash."""

    sha256: str
    title: int
    boilerplates: tuple[int, ...]
    contact: tuple[int, ...]


def labels() -> dict[str, Label]:
    table = tomllib.loads(LABELS.read_text("utf-8"))
    return {
        name: Label(entry["sha256"], entry["title"], tuple(entry["boilerplates"]), tuple(entry["contact"]))
        for name, entry in table.items()
    }


def overlap(labelled: Iterable[int], read_as: Iterable[int]) -> float:
    """Lines agreed on, of all lines that either names; 1 where both name none."""
    wanted, got = set(labelled), set(read_as)
    return len(wanted & got) / len(wanted | got) if wanted | got else 1.0


def lines_read_as(reading: Reading, *parts: Part, opening: bool = False) -> set[int]:
    return {
        number
        for span in reading.spans
        if span.part in parts and (span.opens or not opening)
        for number in range(span.first, span.last + 1)
        if reading.lines[number - 1].strip(" *\u00a0")
    }


def scores(reading: Reading, label: Label) -> dict[str, float]:
    """Agreement of one reading with its label, from 0 to 1."""
    headline = reading.spans_of(Part.HEADLINE)
    return {
        "title": float(bool(headline) and headline[0].first == label.title),
        "boilerplate": overlap(label.boilerplates, lines_read_as(reading, Part.BOILERPLATE, opening=True)),
        "contact": overlap(label.contact, lines_read_as(reading, Part.CONTACT, Part.PUBLISHER)),
    }


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=DEFAULT)
    parser.add_argument("--misses", action="store_true", help="name the labelled releases that are read otherwise")
    options = parser.parse_args(arguments)
    folder = next((path for path in (options.folder / "releases", options.folder) if path.is_dir()), None)
    if folder is None:
        print(f"No folder {options.folder}: nothing was read.")
        return 0
    return measure(folder, misses=options.misses)


def measure(folder: Path, *, misses: bool) -> int:
    known, failures = labels(), 0
    table: dict[str, dict[str, float]] = {}
    counts = dict.fromkeys(("read", "lines", "quotes", "with boilerplate", "with contact", "with date line"), 0)
    for path in sorted(path for path in folder.iterdir() if path.is_file()):
        source = path.read_bytes()
        reading = read(source, path.name)
        lost = lost_lines(reading)
        if reading.faults or lost:
            failures += 1
            print(f"{path.name}: {reading.faults or f'lines lost: {lost}'}")
        _count(counts, reading)
        label = known.get(path.name)
        if label and hashlib.sha256(source).hexdigest().startswith(label.sha256):
            table[path.name] = scores(reading, label)
    return _report(table, counts, failures, misses=misses)


def _count(counts: dict[str, int], reading: Reading) -> None:
    counts["read"] += 1
    counts["lines"] += sum(bool(line.strip()) for line in reading.lines)
    counts["quotes"] += len(reading.quotes)
    counts["with boilerplate"] += bool(reading.draft.get("boilerplates"))
    counts["with contact"] += bool(reading.draft.get("contacts"))
    counts["with date line"] += reading.dateline is not None


def _report(table: dict[str, dict[str, float]], counts: dict[str, int], failures: int, *, misses: bool) -> int:
    print(f"{counts.pop('read')} releases read, {failures} not read or with lines lost")
    print(", ".join(f"{name}: {count}" for name, count in counts.items()))
    if not table:
        print("None of them is labelled: no accuracy to report.")
        return int(failures > 0)
    missed = 0
    for name, bar in BARS.items():
        mean = sum(row[name] for row in table.values()) / len(table)
        missed += mean < bar
        print(f"{name:12} {mean:6.1%} of {len(table)} labelled by hand (bar {bar:.0%})")
    for file, row in table.items() if misses else ():
        if min(row.values()) < 1:
            print(f"  {file[:60]:60} " + " ".join(f"{name} {score:.2f}" for name, score in row.items()))
    return int(missed > 0 or failures > 0)


if __name__ == "__main__":
    sys.exit(main())
