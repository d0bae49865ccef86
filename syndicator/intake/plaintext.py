"""Plain text as a sheet: paragraphs stand between blank lines; lists and tables are told by their signs."""

import re
from collections.abc import Iterator
from itertools import groupby
from typing import Final

from syndicator.intake.openings import is_end_mark
from syndicator.intake.sheet import Kind, Piece, Sheet, TextLine, lines_of

_BULLET: Final = re.compile(r"^\s{0,8}[-*\u2022\u25cf\u25aa\u2013\u00b7]\s+(?=\S)")
# A subheadline between dashes is no point of a list.
_DASHED: Final = re.compile(r"^\s*[-\u2013]\s.*\s[-\u2013]\s*$")
_NUMBER: Final = re.compile(r"^\s{0,8}(\d{1,3})[.)]\s+(?=\S)")
_RULE: Final = re.compile(r"^\s*(?:[-_=*\u2013\u2014\u2500]\s?){3,200}\s*$|^--\s*$")
_FEWEST_ROWS = 2


def read_plain(text: str, offset: int = 0) -> Sheet:
    """The sheet of a plain text whose first line is line ``offset`` + 1 of the file."""
    lines = lines_of(text)
    numbered = [TextLine(number, line) for number, line in enumerate(lines, offset + 1)]
    blocks = [tuple(block) for blank, block in groupby(numbered, key=lambda line: not line.text.strip()) if not blank]
    return Sheet(lines, [piece for block in blocks for piece in _pieces(block)])


def _pieces(block: tuple[TextLine, ...]) -> Iterator[Piece]:
    """A block is one paragraph or table, but for rules and lists inside of it."""
    rows = _rows(block)
    if rows:
        yield _made("table", block, rows=rows)
        return
    for kind, run in groupby(block, key=_kind_of):
        yield _piece(kind, tuple(run))


def _rows(block: tuple[TextLine, ...]) -> tuple[tuple[str, ...], ...]:
    """Cells between tabs, where every line has as many; ``Telefon:<tab>089 1`` is a labelled line, no row."""
    rows = tuple(tuple(cell.strip() for cell in line.text.strip().split("\t")) for line in block)
    widths = {len(row) for row in rows}
    is_table = len(rows) >= _FEWEST_ROWS and len(widths) == 1 and widths != {1}
    return rows if is_table and not any(row[0].endswith(":") for row in rows) else ()


def _kind_of(line: TextLine) -> str:
    if is_end_mark(line.text):
        return "end"
    if _RULE.match(line.text):
        return "rule"
    return "bullets" if _BULLET.match(line.text) and not _DASHED.match(line.text) else "paragraph"


def _piece(kind: str, lines: tuple[TextLine, ...]) -> Piece:
    if kind == "bullets":
        return _made("list", lines, points=tuple(_BULLET.sub("", line.text).rstrip() for line in lines))
    if _is_numbered(lines):
        points = tuple(_NUMBER.sub("", line.text).rstrip() for line in lines)
        return Piece("list", lines[0].number, lines[-1].number, lines, ordered=True, points=points)
    return _made("rule" if kind == "rule" else "paragraph", lines)


def _is_numbered(lines: tuple[TextLine, ...]) -> bool:
    numbers = [_NUMBER.match(line.text) for line in lines]
    return len(lines) >= _FEWEST_ROWS and all(
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
