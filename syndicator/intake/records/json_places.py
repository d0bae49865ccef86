"""Where the values of a JSON text stand, and what ``json`` lets through: doubled keys, NaN, half characters."""

import json
import re
from dataclasses import dataclass, field
from typing import Final, Literal

Path = tuple[str | int, ...]

_TOKEN: Final = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{}:,]|[^\s\[\]{}:,"]+', re.DOTALL)
_SHAPE: Final = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[\[{,]|[\]}]', re.DOTALL)
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_STEP: Final = re.compile(r"[^.\[\]]+|\[\d{1,9}\]")
_NO_NUMBERS: Final = frozenset({"NaN", "Infinity", "-Infinity"})


@dataclass(frozen=True, slots=True)
class Oddity:
    """Something that JSON readers disagree about."""

    kind: Literal["doubled key", "no number", "lone surrogate"]
    path: Path
    offset: int


@dataclass(slots=True)
class Places:
    """Offsets of values (of their keys, where they have one) by path, and the oddities met on the way."""

    offsets: dict[Path, int] = field(default_factory=dict)
    oddities: list[Oddity] = field(default_factory=list)

    def of(self, path: Path) -> int:
        """Where the value stands, or the nearest thing around it that is there."""
        while path and path not in self.offsets:
            path = path[:-1]
        return self.offsets.get(path, 0)


def path_of(place: str) -> Path:
    """The path that ``contacts[0].email`` names."""
    return tuple(int(step[1:-1]) if step.startswith("[") else step for step in _STEP.findall(place))


def overgrown(text: str, max_depth: int, max_values: int) -> tuple[str, int] | None:
    """What is out of hand about a JSON text, and where; checked before anything is built from it."""
    depth = values = 0
    for found in _SHAPE.finditer(text):
        mark = found[0]
        if mark in "[{,":
            values += 1
            depth += mark != ","
        elif mark in "]}":
            depth -= 1
        if depth > max_depth:
            return "this is nested too deeply", found.start()
        if values > max_values:
            return "there are too many values", found.start()
    return None


def places(text: str) -> Places:
    """The places of a text that ``json`` has read without complaint."""
    walk = _Walk()
    for found in _TOKEN.finditer(text):
        walk.take(found[0], found.start())
    return walk.places


class _Walk:
    """Keeps the path while tokens pass by; no recursion, so that depth costs nothing."""

    def __init__(self) -> None:
        self.places = Places()
        self._path: list[str | int] = []
        self._seen: list[set[str] | None] = []
        self._key: tuple[str, int] | None = None

    def take(self, mark: str, offset: int) -> None:
        if mark in "{[":
            self._value(mark, offset)
            self._seen.append(set() if mark == "{" else None)
            self._path.append("" if mark == "{" else 0)
        elif mark in "}]":
            self._seen.pop()
            self._path.pop()
        elif mark == ",":
            self._next()
        elif mark != ":":
            self._scalar(mark, offset)

    def _scalar(self, mark: str, offset: int) -> None:
        if self._seen and self._seen[-1] is not None and self._path[-1] == "":
            self._name(json.loads(mark), offset)
        else:
            self._value(mark, offset)

    def _name(self, key: str, offset: int) -> None:
        seen = self._seen[-1]
        self._path[-1] = key
        if seen is not None and key in seen:
            self._odd("doubled key", offset)
        elif seen is not None:
            seen.add(key)
        self.places.offsets.setdefault(tuple(self._path), offset)

    def _value(self, mark: str, offset: int) -> None:
        self.places.offsets.setdefault(tuple(self._path), offset)
        if mark in _NO_NUMBERS:
            self._odd("no number", offset)
        elif mark.startswith('"') and "\\u" in mark and _SURROGATE.search(json.loads(mark)):
            self._odd("lone surrogate", offset)

    def _next(self) -> None:
        last = self._path[-1]
        self._path[-1] = last + 1 if isinstance(last, int) else ""

    def _odd(self, kind: Literal["doubled key", "no number", "lone surrogate"], offset: int) -> None:
        self.places.oddities.append(Oddity(kind, tuple(self._path), offset))
