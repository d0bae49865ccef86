"""Which tables of a page are tables, and where their cells stand.

Newsletters put a whole release into cells, and contacts side by side.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final

from syndicator.intake.lines.embargoes import is_embargo
from syndicator.intake.lines.reach import EMAIL, is_town

_HEADING: Final = re.compile(r"h[1-6]")
_SPAN: Final = re.compile(r"\s*([0-9]{1,18})")
_LONGEST_CELL: Final = 1_000
# A cell may say that it reaches over a thousand million rows. No release has a table that is wider or longer.
_WIDEST: Final = 100
_MOST_ROWS: Final = 2_000


def arranging(source: str) -> frozenset[int]:
    """Numbers, from 0 in the order of the page, of the tables that only arrange what is in them.

    Those are tables of one column, around another table, with a heading, with a whole text in a cell, or with a
    contact's lines in one; and those above the title, with no text between: they are the sender's letterhead. So is,
    wherever it stands, a single row with the lines of an address in a cell.
    Where a row of such a one states an embargo, its cells stay beside each other.
    """
    tables = _Tables()
    tables.feed(source)
    tables.close()
    return frozenset(number for number, table in enumerate(tables.seen) if table.arranges or _is_arranged(table))


def _is_arranged(table: "_Table") -> bool:
    return table.columns <= 1 or (table.rows == 1 and table.has_address and not table.states_embargo)


@dataclass(slots=True)
class _Table:
    arranges: bool = False
    columns: int = 0
    cells: int = 0
    text: list[str] = field(default_factory=list)
    row: list[str] = field(default_factory=list)
    states_embargo: bool = False
    rows: int = 0
    has_address: bool = False

    def end_row(self) -> None:
        self.rows += 1
        self.states_embargo = self.states_embargo or is_embargo(" ".join(self.row))
        self.row.clear()

    def end_cell(self) -> None:
        text = "".join(self.text).strip()
        _, *below = text[:_LONGEST_CELL].split("\n")
        is_contact = bool(below) and EMAIL.search(text[:_LONGEST_CELL]) is not None
        self.has_address = self.has_address or any(map(is_town, below))
        self.arranges = self.arranges or len(text) > _LONGEST_CELL or is_contact
        self.row.append(text)
        self.text.clear()


class _Tables(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.seen: list[_Table] = []
        self._open: list[_Table] = []
        self._has_begun = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        if tag == "table":
            if self._open:
                self._open[-1].arranges = True
            self.seen.append(_Table())
            self._open.append(self.seen[-1])
        elif self._open:
            self._inside(self._open[-1], tag)
        elif _HEADING.fullmatch(tag):
            for table in () if self._has_begun else self.seen:
                table.arranges = table.arranges or not table.states_embargo
            self._has_begun = True

    def _inside(self, table: _Table, tag: str) -> None:
        if tag == "tr":
            table.cells = 0
        elif tag in {"td", "th"}:
            table.cells += 1
            table.columns = max(table.columns, table.cells)
        elif _HEADING.fullmatch(tag):
            table.arranges = True
        elif tag in {"br", "p", "div", "li"}:
            table.text.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "table" and self._open:
            self._open.pop()
        elif tag in {"td", "th"} and self._open:
            self._open[-1].end_cell()
        elif tag == "tr" and self._open:
            self._open[-1].end_row()

    def handle_data(self, data: str) -> None:
        if self._open:
            self._open[-1].text.append(" ".join(data.split("\n")))
        elif data.strip():
            self._has_begun = True


class Grid:
    """Cells of a table in the columns in which a browser shows them; a wide or high one stands in its first place."""

    def __init__(self) -> None:
        self._rows: list[dict[int, str]] = []
        self._next = 0
        self._free_from: dict[int, int] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def open_group(self) -> None:
        """A head, body or foot begins: no cell reaches over from the one before."""
        self._free_from.clear()

    def open_row(self) -> None:
        self._rows.append({})
        self._next = 0

    def add(self, text: str, given: Mapping[str, str]) -> None:
        """The next cell of the open row, which reaches as far as its attributes say."""
        row = len(self._rows) - 1
        while self._free_from.get(self._next, 0) > row:
            self._next += 1
        self._rows[-1][self._next] = text
        end = self._next + max(1, min(_number(given.get("colspan")), _WIDEST))
        # HTML's 0 stands for all rows that follow in the group.
        high = _number(given.get("rowspan")) or _MOST_ROWS
        for column in range(self._next, min(end, _WIDEST)) if high > 1 else ():
            self._free_from[column] = row + high
        self._next = end

    def rows(self) -> tuple[tuple[str, ...], ...]:
        """All rows that hold text, equally long; columns in which no cell begins are none."""
        columns = sorted({column for row in self._rows for column in row})
        return tuple(tuple(row.get(column, "") for column in columns) for row in self._rows if any(row.values()))


def _number(given: str | None) -> int:
    """How far a cell reaches; what is no number says nothing."""
    stated = _SPAN.match(given or "")
    return min(int(stated[1]), _MOST_ROWS) if stated else 1
