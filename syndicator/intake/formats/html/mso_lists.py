"""Lists as Word and Outlook write them into pages: paragraphs styled ``mso-list``, each with its sign as text."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

# Sanitised pages only: there, "<" and ">" stand in tags alone, and a paragraph holds no other.
_POINT: Final = re.compile(
    r"<p(?=\s)(?=[^<>]*\sstyle=\"[^\"]*?\bmso-list:\s*l\d+\s+level([1-9])\b)[^<>]*>"
    r"([^<]*(?:<(?!/?p[\s>])[^<]*)*)</p>\s*",
    re.IGNORECASE,
)
_SIGN: Final = re.compile(r"<span(?=\s)[^<>]*\sstyle=\"[^\"]*?\bmso-list:\s*Ignore\b[^\"]*\"[^<>]*>", re.IGNORECASE)
_SPAN: Final = re.compile(r"<(/?)span\b[^<>]*>")
_TAG: Final = re.compile(r"<[^<>]*>")
_NUMBER: Final = re.compile(r"(\d{1,4})[.)]")
_COUNTED: Final = re.compile(r"\(?[^\W_]{1,8}[.)]")
# A circle, in Word's fonts.
_CIRCLE: Final = "o"


class _Point(NamedTuple):
    level: int
    sign: str
    markup: str


def listed(page: str) -> str:
    """A sanitised page with the elements of lists in the place of such paragraphs. Signs that count stay numbers.

    A sign that no list of the model has (``a)``, ``iv.``) stays in front of its point.
    """
    written: list[str] = []
    run: list[_Point] = []
    at = 0
    for found in _POINT.finditer(page):
        if found.start() != at:
            written.extend((*_lists(run), page[at : found.start()]))
            run = []
        run.append(_point(int(found[1]), found[2]))
        at = found.end()
    return "".join((*written, *_lists(run), page[at:]))


def _point(level: int, markup: str) -> _Point:
    opening = _SIGN.search(markup)
    if opening is None:
        return _Point(level, "", markup)
    end = _end_of_span(markup, opening.end())
    sign = " ".join(_TAG.sub("", markup[opening.end() : end]).replace("&nbsp;", " ").split())
    return _Point(level, sign, markup[: opening.start()] + markup[end:].removeprefix("</span>"))


def _end_of_span(markup: str, start: int) -> int:
    depth = 1
    for tag in _SPAN.finditer(markup, start):
        depth += -1 if tag[1] else 1
        if not depth:
            return tag.start()
    return len(markup)


def _lists(run: list[_Point]) -> Iterator[str]:
    """The points of neighbouring paragraphs: a deeper one lies in the point above it."""
    ends: list[tuple[int, str]] = []
    for point in run:
        number = _NUMBER.fullmatch(point.sign)
        tag = "ol" if number else "ul"
        while ends and (ends[-1][0] > point.level or (ends[-1][0] == point.level and ends[-1][1] != tag)):
            yield f"</li></{ends.pop()[1]}>"
        if ends and ends[-1][0] == point.level:
            yield "</li>"
        else:
            ends.append((point.level, tag))
            yield f"<{tag}>"
        kept = f"{point.sign} " if not number and point.sign != _CIRCLE and _COUNTED.fullmatch(point.sign) else ""
        value = f' value="{number[1]}"' if number else ""
        yield f"<li{value}>{kept}{point.markup}"
    yield from (f"</li></{tag}>" for _, tag in reversed(ends))
