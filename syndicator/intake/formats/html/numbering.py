"""The numbers that a source gives the points of a list: a countdown must not become a ranking the other way round."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from syndicator.model.body import MAX_NUMBER

_NUMBER: Final = re.compile(r"\s*([+-]?[0-9]{1,18})(?![0-9])")


def start_of(numbers: Sequence[int]) -> int | None:
    """The number that a list starts with; none where its points are not numbered one by one, or as no list can be."""
    first = numbers[0] if numbers else 1
    is_counted = list(numbers) == list(range(first, first + len(numbers)))
    return first if is_counted and 0 <= first <= MAX_NUMBER + 1 - len(numbers) else None


def numbered(numbers: Sequence[int], points: Sequence[str]) -> tuple[str, ...]:
    """Points with their numbers as text, for a list that cannot be counted."""
    return tuple(f"{number}. {point}" for number, point in zip(numbers, points, strict=True))


class PageList:
    """A list of a page while its points pass by."""

    def __init__(self, given: Mapping[str, str], *, is_ordered: bool, before: str = "") -> None:
        """``before``: text of the point that this list stands in, in front of it."""
        self.is_ordered = is_ordered
        self.before = before
        self.points: list[str] = []
        self._given = given
        self._values: list[int | None] = []
        self._value: int | None = None
        self._is_open = False

    def open_point(self, given: Mapping[str, str]) -> None:
        self._value = _stated(given.get("value"))
        self._is_open = True

    def add(self, text: str) -> None:
        """The open point; one without text is none."""
        if text:
            self.points.append(text)
            self._values.append(self._value)
        self._value = None
        self._is_open = False

    def add_to_last(self, text: str) -> bool:
        """Lines of a list between two points, as word processors nest them, belong to the one above.

        False where a point is open or none is above: then they are part of what follows.
        """
        if self._is_open or not self.points:
            return False
        self.points[-1] = f"{self.points[-1]}\n{text}"
        return True

    def lines(self) -> str:
        """The points inside of another list's point: numbered ones keep their numbers."""
        points = numbered(self.numbers(), self.points) if self.is_ordered else self.points
        return "\n".join(points)

    def numbers(self) -> list[int]:
        """The points' numbers as a browser shows them."""
        step, first = (-1, len(self.points)) if "reversed" in self._given else (1, 1)
        stated = _stated(self._given.get("start"))
        following = first if stated is None else stated
        numbers: list[int] = []
        for value in self._values:
            numbers.append(following if value is None else value)
            following = numbers[-1] + step
        return numbers


def _stated(given: str | None) -> int | None:
    found = _NUMBER.match(given or "")
    return int(found[1]) if found else None
