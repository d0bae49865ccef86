"""Plain text as a sheet: paragraphs stand between blank lines; lists and tables are told by their signs."""

import re
from collections.abc import Iterator
from itertools import groupby
from typing import Final

from syndicator.intake.lines.openings import is_end_mark, opening_of
from syndicator.intake.lines.reach import reaches
from syndicator.intake.lines.sheet import Kind, Piece, Sheet, TextLine, joined, lines_of

_BULLET: Final = re.compile(r"^\s{0,8}[-*\u2022\u25cf\u25aa\u2013\u00b7]\s+(?=\S)")
# A subheadline between dashes is no point of a list.
_DASHED: Final = re.compile(r"^\s*[-\u2013]\s.*\s[-\u2013]\s*$")
_NUMBER: Final = re.compile(r"^\s{0,8}(\d{1,3})[.)]\s+(?=\S)")
_RULE: Final = re.compile(r"^\s*(?:[-_=*\u2013\u2014\u2500]\s?){3,200}\s*$|^--\s*$|^~\s*$")
# "Umsatz*": what a star below the text explains.
_STARRED: Final = re.compile(r"\w\*{1,3}(?![\w*])")
_DAGGER: Final = "\u2020"
_FEWEST_ROWS = 2

Lines = tuple[TextLine, ...]


def read_plain(text: str, offset: int = 0) -> Sheet:
    """The sheet of a plain text whose first line is line ``offset`` + 1 of the file."""
    lines = lines_of(text)
    numbered = [TextLine(number, line) for number, line in enumerate(lines, offset + 1)]
    blocks = [tuple(block) for blank, block in groupby(numbered, key=lambda line: not line.text.strip()) if not blank]
    has_notes = bool(_STARRED.search(text))
    return Sheet(lines, [piece for block in blocks for piece in _pieces(block, has_notes=has_notes)])


def _pieces(block: tuple[TextLine, ...], *, has_notes: bool) -> Iterator[Piece]:
    """A block is one paragraph or table, but for rules and lists inside of it."""
    rows = _rows(block)
    if rows:
        yield _made("table", block, rows=rows)
        return
    for kind, run in groupby(_points(block), key=lambda point: _kind_of(point[0])):
        points = tuple(run)
        says_more = kind == "bullets" and _says_more(points, block, has_notes=has_notes)
        yield _piece("paragraph" if says_more else kind, points)


def _says_more(points: tuple[Lines, ...], block: Lines, *, has_notes: bool) -> bool:
    """Whether stars are no signs of points: a birth beside a death, or the note to a word that has one."""
    is_starred = all(point[0].text.lstrip().startswith("*") for point in points)
    return is_starred and ((has_notes and len(points) == 1) or _DAGGER in joined(block))


def _points(block: tuple[TextLine, ...]) -> Iterator[Lines]:
    """Line by line, but a point with the lines that it was broken into; the lines of a contact stay lines."""
    point: list[TextLine] = []
    for line in block:
        if point and not _goes_on(point[0], line):
            yield from _whole(point)
            point = []
        point.append(line)
    yield from _whole(point)


def _whole(point: list[TextLine]) -> Iterator[Lines]:
    if any(reaches(line.text) for line in point):
        yield from ((line,) for line in point)
    else:
        yield tuple(point)


def _goes_on(point: TextLine, line: TextLine) -> bool:
    """Whether a line belongs to the point above it: it is indented further, and neither a point nor a heading."""
    is_point = _kind_of(point) == "bullets" or _NUMBER.match(point.text)
    is_text = _kind_of(line) == "paragraph" and not _BULLET.match(line.text) and not _NUMBER.match(line.text)
    return bool(is_point) and is_text and _indent(line) > _indent(point) and opening_of(line.text) is None


def _indent(line: TextLine) -> int:
    return len(line.text) - len(line.text.lstrip())


def _rows(block: tuple[TextLine, ...]) -> tuple[tuple[str, ...], ...]:
    """Cells between tabs, where every line has as many; ``Telefon:<tab>089 1`` is a labelled line, no row.

    The first cell of the heading row may be empty.
    """
    lines = [line.text.strip() for line in block]
    if block[0].text.lstrip(" ").startswith("\t"):
        lines[0] = f"\t{lines[0]}"
    rows = tuple(tuple(cell.strip() for cell in line.split("\t")) for line in lines)
    widths = {len(row) for row in rows}
    is_table = len(rows) >= _FEWEST_ROWS and len(widths) == 1 and widths != {1}
    is_led = all(row[0] for row in rows[1:]) and not any(row[0].endswith(":") for row in rows)
    return rows if is_table and is_led else ()


def _kind_of(line: TextLine) -> str:
    if is_end_mark(line.text):
        return "end"
    if _RULE.match(line.text):
        return "rule"
    return "bullets" if _BULLET.match(line.text) and not _DASHED.match(line.text) else "paragraph"


def _piece(kind: str, points: tuple[Lines, ...]) -> Piece:
    lines = tuple(line for point in points for line in point)
    if kind == "bullets":
        return _made("list", lines, points=tuple(_said(point, _BULLET) for point in points))
    if _is_numbered(points):
        said = tuple(_said(point, _NUMBER) for point in points)
        return Piece("list", lines[0].number, lines[-1].number, lines, ordered=True, points=said)
    return _made("rule" if kind == "rule" else "paragraph", lines)


def _said(point: Lines, sign: re.Pattern[str]) -> str:
    """A point without its sign, as the one line it is: only the page was too narrow."""
    first, *more = point
    return " ".join((sign.sub("", first.text).rstrip(), *(line.text.strip() for line in more)))


def _is_numbered(points: tuple[Lines, ...]) -> bool:
    numbers = [_NUMBER.match(point[0].text) for point in points]
    return len(points) >= _FEWEST_ROWS and all(
        number is not None and int(number[1]) == place for place, number in enumerate(numbers, 1)
    )


def _made(
    kind: Kind,
    lines: tuple[TextLine, ...],
    *,
    points: tuple[str, ...] = (),
    rows: tuple[tuple[str, ...], ...] = (),
) -> Piece:
    return Piece(kind, lines[0].number, lines[-1].number, lines, points=points, rows=rows)
