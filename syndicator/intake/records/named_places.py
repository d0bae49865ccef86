"""Where a field stands in TOML and in front matter, whose readers do not say it: found by its name."""

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import zip_longest
from typing import Final

_STEP: Final = re.compile(r"[^.\[\]]+|\[\d+\]")
_KEY: Final = re.compile(
    r"^\s*(?:-\s+)?[\"']?([\w-]{1,80})[\"']?\s*[:=.]"
    r"|^\s*\[\[?(?:[\w.-]{1,80}\.)?([\w-]{1,80})\]\]?\s*(?:#.*)?$"
    r"|[{,]\s*[\"']?([\w-]{1,80})[\"']?\s*[:=]"
)
_LONGEST_LINE: Final = 2_000
_POINT: Final = re.compile(r"^(\s*)-\s")
_MOST_STEPS: Final = 8


@dataclass(frozen=True, slots=True)
class NamedPlace:
    """Line and column, both from 1, and how long the name is."""

    line: int
    column: int
    length: int


def place_of(lines: tuple[str, ...], path: str) -> NamedPlace | None:
    """The place of ``contacts[1].email``, or of what holds it where it is not stated; None where nothing does."""
    found: NamedPlace | None = None
    start, end = 0, len(lines)
    steps = _STEP.findall(path)[:_MOST_STEPS]
    for step, after in zip_longest(steps, steps[1:], fillvalue=""):
        if step.startswith("["):
            continue
        number = int(after[1:-1]) if after.startswith("[") else 0
        places = _places(lines, step, start, end)
        if not places:
            return found
        is_headed = lines[places[0].line - 1].lstrip().startswith("[[")
        found = places[min(number, len(places) - 1)] if is_headed else places[0]
        start, end = _inside(lines, found.line, end)
        if after and not is_headed:
            start, end = _entry(lines, start, end, number)
            found = _at_entry(lines, found, start)
    return found


def _places(lines: tuple[str, ...], name: str, start: int, end: int) -> list[NamedPlace]:
    """Where the name stands as a key or a table's heading between two lines."""
    return [place for place in _keys(lines).get(name, ()) if start < place.line <= end]


@lru_cache(maxsize=2)
def _keys(lines: tuple[str, ...]) -> dict[str, list[NamedPlace]]:
    """Every name that a line gives a value, or that heads a table."""
    found: dict[str, list[NamedPlace]] = {}
    for number, line in enumerate(lines, 1):
        for match in _KEY.finditer(line[:_LONGEST_LINE]):
            name = match[match.lastindex or 0]
            found.setdefault(name, []).append(NamedPlace(number, match.start(match.lastindex or 0) + 1, len(name)))
    return found


@lru_cache(maxsize=2)
def _inside(lines: tuple[str, ...], line: int, end: int) -> tuple[int, int]:
    """The lines that belong to the field on this line: those indented below it, or up to the next heading."""
    head = lines[line - 1]
    if head.lstrip().startswith("["):
        stop = next((at for at in range(line, end) if lines[at].lstrip().startswith("[")), end)
        return line - 1, stop
    indent = len(head) - len(head.lstrip())
    stop = next((at for at in range(line, end) if lines[at].strip() and not _is_below(lines[at], indent)), end)
    return line - 1, stop


def _is_below(line: str, indent: int) -> bool:
    deeper = len(line) - len(line.lstrip()) > indent
    return deeper or (_POINT.match(line) is not None and len(line) - len(line.lstrip()) == indent)


@lru_cache(maxsize=2)
def _entries(lines: tuple[str, ...], start: int, end: int) -> tuple[int, ...]:
    """Where the entries of a list begin that is written with dashes."""
    points = [at for at in range(start + 1, end) if _POINT.match(lines[at])]
    indents = [len(lines[at]) - len(lines[at].lstrip()) for at in points]
    return tuple(at for at, indent in zip(points, indents, strict=True) if indent == indents[0])


def _entry(lines: tuple[str, ...], start: int, end: int, number: int) -> tuple[int, int]:
    """The lines of one entry of a list; all lines where it is written otherwise."""
    starts = _entries(lines, start, end)
    if number >= len(starts):
        return start, end
    return starts[number], starts[number + 1] if number + 1 < len(starts) else end


def _at_entry(lines: tuple[str, ...], found: NamedPlace, start: int) -> NamedPlace:
    point = _POINT.match(lines[start])
    return NamedPlace(start + 1, len(point[1]) + 1, 1) if point and start >= found.line else found
