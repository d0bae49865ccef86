"""Lists and tables inside of a contact block: points and cells as the lines that they stand for."""

from collections.abc import Sequence
from typing import Final

from syndicator.intake.lines.layouts import folded, layouts
from syndicator.intake.lines.reach import EMAIL, reaches
from syndicator.intake.lines.sheet import Piece, TextLine
from syndicator.intake.parts.tail import leaves_reach

_FEWEST_PEOPLE: Final = 2
_PAIR: Final = 2

Lines = tuple[TextLine, ...]


def groups_in(piece: Piece) -> tuple[Lines, ...]:
    """Groups of lines, one for each that can be reached; none where this is no part of a contact block."""
    groups = _columns(piece) if _is_side_by_side(piece) else (_rows(piece),)
    lines = [line.text for group in groups for line in group]
    return groups if any(map(reaches, lines)) and not any(map(leaves_reach, lines)) else ()


def _all_rows(piece: Piece) -> Sequence[tuple[str, ...]]:
    if piece.kind == "list":
        return [(point,) for point in piece.points]
    return [row for row in (piece.header, *piece.rows) if row]


def _is_side_by_side(piece: Piece) -> bool:
    """Whether one row names the mails of several people, and the rows above it their names."""
    rows = _all_rows(piece)
    mails = [sum(bool(EMAIL.search(cell)) for cell in row) for row in rows]
    return len(rows) > 1 and max(mails, default=0) >= _FEWEST_PEOPLE and mails[0] == 0


def _columns(piece: Piece) -> tuple[Lines, ...]:
    rows = _all_rows(piece)
    width = max(map(len, rows))
    return tuple(
        tuple(TextLine(_number(piece, at), row[column]) for at, row in enumerate(rows) if row[column : column + 1])
        for column in range(width)
    )


def _rows(piece: Piece) -> Lines:
    return tuple(TextLine(_number(piece, at), _line(row)) for at, row in enumerate(_all_rows(piece)))


def _line(row: tuple[str, ...]) -> str:
    """``Telefon`` and ``089 1`` in two cells are a labelled line."""
    cells = [cell.strip() for cell in row if cell.strip()]
    if len(cells) == _PAIR and folded(cells[0]) in layouts().labels:
        return f"{cells[0].rstrip(':')}: {cells[1]}"
    return ", ".join(cells)


def _number(piece: Piece, place: int) -> int:
    return min(piece.first + place, piece.last)
