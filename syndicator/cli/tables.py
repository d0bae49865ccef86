"""Results for people: tables, and pairs of names and values."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from syndicator.cli.terminal import visible

_UNFOLDED: Final = 10_000
_BETWEEN: Final = 2
_LEAST_OF_TEXT: Final = 20


def show_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table on stdout: as wide as the terminal, in a pipe one line a row. No colours where NO_COLOR asks for none.

    Where the terminal is too narrow for ids, times and addresses in one piece, each row stands for itself, as names
    and values below each other: what is folded cannot be copied.
    """
    console = Console(soft_wrap=False, highlight=False)
    shown = [["" if cell is None else visible(str(cell)) for cell in row] for row in rows]
    if not console.is_terminal:
        console.width = _UNFOLDED
    elif _least_width(columns, shown) > console.width:
        _show_apart(columns, shown)
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in shown:
        table.add_row(*map(Text, row))
    console.print(table)


def _least_width(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
    """Of the table with every column of single words in one piece, and a few words a line in those of text."""
    widths = (_least_of([row[place] for row in rows], name) for place, name in enumerate(columns))
    return sum(widths) + _BETWEEN * (len(columns) - 1)


def _least_of(cells: Sequence[str], name: str) -> int:
    longest = max((len(cell) for cell in cells), default=0)
    is_text = any(" " in cell for cell in cells)
    return max(len(name), min(longest, _LEAST_OF_TEXT) if is_text else longest)


def _show_apart(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    for row in rows:
        Console().print()
        show_facts(dict(zip(columns, row, strict=True)))


def show_facts(facts: Mapping[str, object]) -> None:
    """Names and values under each other; nothing for what is unset."""
    stated = {name: value for name, value in facts.items() if value not in {None, ""}}
    width = max(map(len, stated), default=0)
    console = Console(highlight=False, soft_wrap=True)
    for name, value in stated.items():
        console.print(Text(visible(f"{name:<{width}}  {value}")))
