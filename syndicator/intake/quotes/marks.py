"""Spans of a text between quotation marks. However many marks there are, a text is read once for each kind."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

SPACES: Final = " \u00a0\u202f"
_CLOSING: Final = {"\u201e": '\u201c\u201d"', "\u201c": "\u201d", "\u00ab": "\u00bb", "\u00bb": "\u00ab", "\u201a": ""}
# Pairs that may stand inside of pairs of the same kind.
_NESTING: Final = (("\u201c", "\u201d"), ("\u00ab", "\u00bb"))
# Apostrophes, too: speech ends where one stands behind a sign of its end.
_SINGLE: Final = {
    "\u2018": re.compile(r"(?<=[.,!?\u2026])\u2019(?!\w)"),
    "'": re.compile(r"(?<=[.,!?\u2026])'(?!\w)"),
}
# A plain mark that closes stands behind a word.
_PLAIN_END: Final = re.compile(r"(?<=\S)\"(?![^\W_])")


@dataclass(frozen=True, slots=True)
class Marked:
    """A span between quotation marks: without the marks."""

    start: int
    end: int
    marks: str
    opens: int
    """Where the opening mark stands."""
    behind: int
    """Where the text goes on behind the closing mark."""


def marked_spans(text: str) -> Iterator[Marked]:
    """Spans between marks, outermost only. A plain mark without its partner reaches to the paragraph's end."""
    ends = _Ends(text)
    place = 0
    while place < len(text):
        marked = _opened(text, place, ends)
        if marked is not None:
            yield marked
            place = marked.behind - 1
        place += 1


class _Ends:
    """The next place of a mark behind another place. Who asks goes forward only, so nothing is searched twice."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._next: dict[re.Pattern[str] | str, int] = {}
        self._partners = {place: end for pair in _NESTING for place, end in _partners(text, *pair)}

    def partner(self, place: int) -> int:
        """Where the mark is that closes the one here, marks of the same kind between them in pairs; 0 if none is."""
        return self._partners.get(place, 0)

    def behind(self, place: int, mark: re.Pattern[str] | str) -> int:
        """The next one's place; the text's length where there is none."""
        known = self._next.get(mark, -1)
        if known <= place:
            known = self._next[mark] = self._found(place + 1, mark)
        return known

    def _found(self, start: int, mark: re.Pattern[str] | str) -> int:
        if isinstance(mark, str):
            place = self._text.find(mark, start)
            return place if place >= 0 else len(self._text)
        found = mark.search(self._text, start)
        return found.start() if found else len(self._text)


def _partners(text: str, opening: str, closing: str) -> Iterator[tuple[int, int]]:
    """Pairs of marks, also inside of each other: ``“She asked: ‘Say “four”?’ It could.”``."""
    open_at: list[int] = []
    for found in re.finditer(f"[{opening}{closing}]", text):
        if found[0] == opening and _may_open(text, found.start()):
            open_at.append(found.start())
        elif found[0] == closing and open_at:
            yield open_at.pop(), found.start()


def _opened(text: str, place: int, ends: _Ends) -> Marked | None:
    mark = text[place]
    if mark == '"' and _opens(text, place):
        end = _plain_end(place, ends)
        return _span(text, place, end, mark + text[end]) if end < len(text) else _unclosed(text, place)
    if mark in _SINGLE and _opens(text, place):
        end = ends.behind(place, _SINGLE[mark])
        return _span(text, place, end, mark + text[end]) if end < len(text) else None
    for closing in _CLOSING.get(mark, ""):
        end = ends.partner(place) or ends.behind(place, closing)
        if end < len(text):
            return _span(text, place, end, mark + closing)
    return _unclosed(text, place) if mark in _CLOSING and mark != "\u00bb" and _opens(text, place) else None


def _opens(text: str, place: int) -> bool:
    return _may_open(text, place) and bool(text[place + 1 : place + 2].strip())


def _may_open(text: str, place: int) -> bool:
    before = text[place - 1 : place]
    return not before or before.isspace() or before in "([\u2013\u2014-:,/\u00a0\u2018\u2039"


def _plain_end(place: int, ends: _Ends) -> int:
    """The next plain mark that closes, or a curly one before it that closes nothing else."""
    end, curly = ends.behind(place, _PLAIN_END), ends.behind(place, "\u201d")
    return curly if curly < min(end, ends.behind(place, "\u201c")) else end


def _span(text: str, place: int, end: int, marks: str) -> Marked | None:
    start, closes = place + 1, end
    while start < end and text[start] in SPACES:
        start += 1
    while end > start and text[end - 1] in SPACES:
        end -= 1
    return Marked(start, end, marks, place, closes + (len(marks) > 1)) if end > start else None


def _unclosed(text: str, place: int) -> Marked | None:
    """An opening mark whose partner was forgotten counts where a colon in front announces speech."""
    front = place
    while text[front - 1 : front].isspace():
        front -= 1
    announced = text[front - 1 : front] == ":"
    return _span(text, place, len(text.rstrip()), text[place]) if announced else None
