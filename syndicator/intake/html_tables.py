"""Which tables of a page are tables: newsletters put a whole release into cells, and contacts side by side."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final

from syndicator.intake.reach import EMAIL

_HEADING: Final = re.compile(r"h[1-6]")
_LONGEST_CELL: Final = 1_000
_FEWEST_LINES: Final = 2


def arranging(source: str) -> frozenset[int]:
    """Numbers, from 0 in the order of the page, of the tables that only arrange what is in them.

    Those are tables of one column, around another table, with a heading, with a whole text in a cell, or with a
    contact's lines in one.
    """
    tables = _Tables()
    tables.feed(source)
    tables.close()
    return frozenset(number for number, table in enumerate(tables.seen) if table.arranges or table.columns <= 1)


@dataclass(slots=True)
class _Table:
    arranges: bool = False
    columns: int = 0
    cells: int = 0
    text: list[str] = field(default_factory=list)

    def end_cell(self) -> None:
        text = "".join(self.text).strip()
        is_contact = len(text.split("\n")) >= _FEWEST_LINES and EMAIL.search(text[:_LONGEST_CELL]) is not None
        self.arranges = self.arranges or len(text) > _LONGEST_CELL or is_contact
        self.text.clear()


class _Tables(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.seen: list[_Table] = []
        self._open: list[_Table] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        if tag == "table":
            if self._open:
                self._open[-1].arranges = True
            self.seen.append(_Table())
            self._open.append(self.seen[-1])
        elif self._open:
            self._inside(self._open[-1], tag)

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

    def handle_data(self, data: str) -> None:
        if self._open:
            self._open[-1].text.append(" ".join(data.split("\n")))
